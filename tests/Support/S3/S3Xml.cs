using System;
using System.Globalization;
using System.Text;

namespace S3Sync.Tests.Support.S3;

/// <summary>Writes the XML of one answer.</summary>
sealed class S3Xml
{
    readonly StringBuilder text = new("""<?xml version="1.0" encoding="UTF-8"?>""", 512);
    readonly string root;

    public S3Xml(string root, bool withNamespace = true)
    {
        this.root = root;
        text.Append('\n').Append('<').Append(root);
        if (withNamespace)
            text.Append(" xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"");
        text.Append('>');
    }

    /// <summary>An element with text; nothing where that is null.</summary>
    public S3Xml Element(string name, string? value)
    {
        if (value is null)
            return this;
        text.Append('<').Append(name).Append('>');
        Escape(value);
        text.Append("</").Append(name).Append('>');
        return this;
    }

    public S3Xml Element(string name, long value) => Element(name, value.ToString(CultureInfo.InvariantCulture));

    public S3Xml Element(string name, bool value) => Element(name, value ? "true" : "false");

    public S3Xml Element(string name, DateTimeOffset value) =>
        Element(name, value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    /// <summary>An element with elements in it.</summary>
    public S3Xml Element(string name, Action<S3Xml> inner)
    {
        text.Append('<').Append(name).Append('>');
        inner(this);
        text.Append("</").Append(name).Append('>');
        return this;
    }

    public override string ToString() => $"{text}</{root}>";

    void Escape(string value)
    {
        foreach (var letter in value)
            _ = letter switch
            {
                '&' => text.Append("&amp;"),
                '<' => text.Append("&lt;"),
                '>' => text.Append("&gt;"),
                '"' => text.Append("&quot;"),
                // XML has no way to write most of these; S3 writes them so all the same, which is what encoding-type=url is for.
                < ' ' or '\uFFFE' or '\uFFFF' => text.Append(CultureInfo.InvariantCulture, $"&#x{(int)letter:x};"),
                _ => text.Append(letter),
            };
    }
}
