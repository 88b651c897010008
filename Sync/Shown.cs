using System;
using System.Globalization;
using System.Text;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>How things are shown to a person. In file names, control characters and halves of surrogate pairs escaped, so that no name can forge a log line or a terminal command.</summary>
static class Shown
{
    /// <summary>Longest text of others in a message: longer than any of AWS's.</summary>
    public const int LongestText = 300;

    const string Cut = "...";

    /// <summary>The name itself where nothing in it needs an escape.</summary>
    public static string Name(string name)
    {
        // As most names are: a path is shown twice a file.
        if (!name.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return name;
        }
        foreach (var rune in name.AsSpan().EnumerateRunes())
        {
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                return Escape(name);
            }
        }
        return name;
    }

    /// <summary>An object's address. The endpoint is named where it is not AWS's.</summary>
    public static string Address(in ObjectAddress address) =>
        $"s3://{Name(address.Bucket)}/{Name(address.Key)}{(address.Endpoint.Contains(':') ? $" at {Name(address.Endpoint)}" : "")}";

    /// <summary>
    /// What a server, a process or the system says of itself, as it may be shown and kept: escaped,
    /// and cut after some 300 characters.
    /// </summary>
    public static string Text(string text, int most = LongestText)
    {
        // What is beyond is not even escaped: it may be megabytes.
        var shown = Name(text.Length > most ? text[..most] : text);
        return text.Length <= most && shown.Length <= most
            ? shown
            : shown[..Math.Min(shown.Length, most - Cut.Length)] + Cut;
    }

    /// <summary>A duration in the one unit that reads best.</summary>
    public static string Time(TimeSpan time) => time switch
    {
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s"),
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.#} h"),
    };

    static string Escape(string name)
    {
        var shown = new StringBuilder(name.Length + 16);
        foreach (var character in name)
        {
            var plain = !char.IsControl(character) && !char.IsSurrogate(character) && char.GetUnicodeCategory(character) is not (UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
            _ = plain ? shown.Append(character) : shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}");
        }
        return shown.ToString();
    }
}
