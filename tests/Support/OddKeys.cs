using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace S3Sync.Tests.Support;

/// <summary>Keys that something on the way is known to spoil: hundreds, all legal in S3, all different, at most 1,024 bytes of UTF-8.</summary>
static class OddKeys
{
    /// <summary>Each key one object may have. None holds U+0000, which no file name can hold either.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Every().Distinct()];

    /// <summary>The longest S3 allows, of letters of one, two, three and four bytes.</summary>
    public static IEnumerable<string> Longest => from letter in new[] { "k", "é", "語", "🦊" } select Fill(letter, 1024);

    /// <summary>One byte more than S3 allows.</summary>
    public static string TooLong => new('k', 1025);

    static IEnumerable<string> Every()
    {
        // Every letter of ASCII but NUL, alone, at either end and in the middle of a name.
        for (var letter = '\x01'; letter <= '\x7f'; letter++)
        {
            yield return $"ascii/a{letter}b";
            if (char.IsAsciiLetterOrDigit(letter))
                continue;
            yield return $"ascii/{letter}first";
            yield return $"ascii/last{letter}";
            yield return $"ascii/twice{letter}{letter}";
        }
        foreach (var key in Escapes.Concat(Letters).Concat(Paths))
            yield return key;
        foreach (var key in Longest)
            yield return key;
        // The longest name a Linux file system takes, at the end of a path.
        yield return "dir/" + Fill("ü", 255);
    }

    /// <summary>What is decoded once too often or not at all.</summary>
    static IEnumerable<string> Escapes =>
    [
        "%", "%%", "100%", "%41", "%2F", "%2f", "a%2Fb", "%20", "%25", "%2B", "%zz", "%e9", "%C3%A9", "%00", "%0A", "a+b c", "a b+c", " ", "  ", " lead", "trail ", "+", "++",
        "a&b=c", "?acl", "a?acl", "a?uploads", "?versionId=null", "#fragment", "a#b?c#d", "&amp;", "&#10;", "<Key>x</Key>", "]]>", "\"quoted\"", "'single'", "`tick`", "a'; DROP TABLE files; --",
        "C:\\windows\\path", "back\\slash", "semi;colon", "key=value", "a,b", "a|b", "*", "**", "[x]", "{x}", "$HOME", "$(id)", "~", "^", "@", ":", "line\nfeed", "carriage\rreturn", "both\r\n", "tab\ttab",
        "aws-chunked", "x-id=PutObject", "soap", "\u007f",
    ];

    static IEnumerable<string> Letters =>
    [
        "café (NFC)".Normalize(NormalizationForm.FormC), "café (NFD)".Normalize(NormalizationForm.FormD), "é", "e\u0301", "ﬁ ligature", "Ω Ohm sign", "Ω omega", "ß", "ẞ", "İ dotted", "ı dotless", "ŉ",
        "日本語.txt", "한국어", "한국어".Normalize(NormalizationForm.FormD), "العربية", "עברית", "\u202Eright-to-left override", "ไทย", "हिन्दी", "Ελληνικά", "кириллица",
        "🦊", "🦊🦊", "👩‍👩‍👧‍👦 family", "🇪🇺 flag", "👍🏽 skin tone", "\U0001F600 grin", "\U00010000 first of four bytes", "\U0010FFFD last of four bytes", "\uFFFD replacement", "\uFEFFbyte order mark", "a\uFEFFb",
        "\u00A0no-break space", "\u2028line separator", "\u2029paragraph", "\u200Bzero width", "\u3000ideographic space", "\u0085next line", "\u0080 control", "\uE000 private use", "\uFF0F full-width slash", "\u2215 division slash",
        "Zalgo z̷̢̛a̶l̴g̵o", "mixed/ÄÖÜ/äöü/日本/🦊.bin",
    ];

    /// <summary>What looks like a path to be tidied. S3 has no paths.</summary>
    static IEnumerable<string> Paths =>
    [
        "/", "//", "/lead", "//lead", "trail/", "trail//", "a//b", "a///b", "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p", ".hidden", "..hidden", "a.", "a..", "...", "a/.b", "a/..b", "a/b..", "a/...", "file.tar.gz", "CON", "nul.txt", "a/ /b",
    ];

    static string Fill(string letter, int bytes)
    {
        var size = Encoding.UTF8.GetByteCount(letter);
        return string.Concat(Enumerable.Repeat(letter, bytes / size)) + new string('x', bytes % size);
    }
}
