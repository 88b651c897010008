using System;
using System.Buffers;

namespace S3Sync.Storage;

/// <summary>
/// ETags, whichever way a server writes them: with quotes or without, weak (<c>W/"…"</c>), and those that are
/// digests in letters of either case (Alibaba's OSS has upper ones). Pure.
/// https://www.rfc-editor.org/rfc/rfc9110#name-etag
/// </summary>
static class EntityTag
{
    // A digest, and "-N" where it is one of N parts.
    static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdefABCDEF-");
    static readonly SearchValues<char> Upper = SearchValues.Create("ABCDEF");

    /// <summary>
    /// Without quotes, and a digest in lower case: what is compared and recorded. Empty where there is none.
    /// </summary>
    public static string Plain(string? text)
    {
        var tag = Bare(text);
        return tag.ContainsAny(Upper) && !tag.ContainsAnyExcept(Hex) ? tag.ToString().ToLowerInvariant()
            : tag.Length == text?.Length ? text
            : tag.ToString();
    }

    /// <summary>True if they name the same content: letters of a digest may differ in case, others may not.</summary>
    public static bool AreSame(string one, string other) => one == other || Plain(one) == Plain(other);

    /// <summary>True if it stands in quotes, as the standard has it.</summary>
    public static bool IsQuoted(string text) => text.EndsWith('"');

    static ReadOnlySpan<char> Bare(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (text.StartsWith("W/", StringComparison.OrdinalIgnoreCase))
        {
            text = text[2..];
        }
        return text.Trim('"');
    }
}
