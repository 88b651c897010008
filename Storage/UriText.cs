using System;
using System.Buffers;
using System.Text;

namespace S3Sync.Storage;

/// <summary>
/// Percent-encoding as Signature Version 4 wants it, which is also how the request is sent: everything but A-Z, a-z, 0-9, '-', '.', '_', '~'.
/// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "UriEncode".
/// </summary>
static class UriText
{
    static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");
    static readonly SearchValues<char> PlainInPath = SearchValues.Create("/ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    /// <summary>True of a path that stands in a URL as it is.</summary>
    public static bool IsPlainPath(string path) => !path.AsSpan().ContainsAnyExcept(PlainInPath);

    /// <summary>A key within a path: '/' stays.</summary>
    public static string OfPath(string key) => Of(key, PlainInPath);

    /// <summary>A query parameter's value.</summary>
    public static string OfValue(string value) => Of(value, Plain);

    static string Of(string text, SearchValues<char> plain)
    {
        if (!text.AsSpan().ContainsAnyExcept(plain))
        {
            return text;
        }
        var encoded = new StringBuilder(text.Length + 32);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii && plain.Contains((char)rune.Value))
            {
                encoded.Append((char)rune.Value);
                continue;
            }
            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                encoded.Append('%').Append(Hex(value >> 4)).Append(Hex(value & 15));
            }
        }
        return encoded.ToString();
    }

    static char Hex(int digit) => "0123456789ABCDEF"[digit];
}
