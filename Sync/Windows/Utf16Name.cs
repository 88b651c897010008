using System;
using System.Globalization;
using System.Text;

namespace S3Sync.Sync.Windows;

/// <summary>A file name as Windows gives it: any 16-bit units. Only one without unpaired surrogates becomes a name; the rest is shown, escaped, and never used.</summary>
static class Utf16Name
{
    /// <summary>True if the name can be expressed in UTF-8.</summary>
    public static bool IsText(ReadOnlySpan<char> name)
    {
        for (var at = name.IndexOfAnyInRange('\uD800', '\uDFFF'); at >= 0;)
        {
            if (at + 1 >= name.Length || !char.IsSurrogatePair(name[at], name[at + 1])) return false;
            name = name[(at + 2)..];
            at = name.IndexOfAnyInRange('\uD800', '\uDFFF');
        }
        return true;
    }

    /// <summary>How to show a name that is not: what is valid stands as it is, an unpaired surrogate as <c>\uD800</c>.</summary>
    public static string Shown(ReadOnlySpan<char> name)
    {
        var shown = new StringBuilder(name.Length + 16);
        for (var at = 0; at < name.Length; at++)
        {
            if (!char.IsSurrogate(name[at])) shown.Append(name[at]);
            else if (at + 1 < name.Length && char.IsSurrogatePair(name[at], name[at + 1])) shown.Append(name[at]).Append(name[++at]);
            else shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)name[at]:X4}");
        }
        return shown.ToString();
    }
}
