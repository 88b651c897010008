using System;
using System.Text;

namespace S3Sync.Tests.Support.S3;

/// <summary>Percent encoding as SigV4 wants it: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html ("UriEncode").</summary>
static class UriEncoding
{
    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text behind a part of a request target, byte by byte. Throws <see cref="S3Error"/> where it is not UTF-8 or a % stands alone.</summary>
    /// <param name="plusIsSpace">True in a query, where old clients write a space as +.</param>
    public static string Decode(ReadOnlySpan<char> raw, bool plusIsSpace)
    {
        if (raw.IndexOfAny('%', plusIsSpace ? '+' : '%') < 0 && Ascii.IsValid(raw))
            return raw.ToString();
        Span<byte> bytes = raw.Length <= 1024 ? stackalloc byte[raw.Length * 3] : new byte[raw.Length * 3];
        var length = 0;
        for (var at = 0; at < raw.Length; at++)
        {
            var letter = raw[at];
            if (letter == '%')
            {
                if (at + 2 >= raw.Length || !char.IsAsciiHexDigit(raw[at + 1]) || !char.IsAsciiHexDigit(raw[at + 2]))
                    throw new S3Error(400, "InvalidURI", "Couldn't parse the specified URI.");
                bytes[length++] = Convert.FromHexString(raw.Slice(at + 1, 2))[0];
                at += 2;
            }
            else if (letter == '+' && plusIsSpace)
                bytes[length++] = (byte)' ';
            else
                length += Encoding.UTF8.GetBytes(raw.Slice(at, 1), bytes[length..]);
        }
        try
        {
            return Strict.GetString(bytes[..length]);
        }
        catch (DecoderFallbackException)
        {
            throw new S3Error(400, "InvalidURI", "Couldn't parse the specified URI.");
        }
    }

    /// <summary>Appends text encoded: every byte but A-Z a-z 0-9 - . _ ~ (and / where kept) becomes %XX in capitals.</summary>
    public static void Encode(string text, bool keepSlash, StringBuilder into)
    {
        Span<byte> letter = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || "-._~".Contains((char)rune.Value) || keepSlash && rune.Value == '/'))
            {
                into.Append((char)rune.Value);
                continue;
            }
            var length = rune.EncodeToUtf8(letter);
            for (var at = 0; at < length; at++)
                into.Append('%').Append("0123456789ABCDEF"[letter[at] >> 4]).Append("0123456789ABCDEF"[letter[at] & 15]);
        }
    }

    /// <summary>The same as a string.</summary>
    public static string Encode(string text, bool keepSlash)
    {
        var into = new StringBuilder(text.Length + 16);
        Encode(text, keepSlash, into);
        return into.ToString();
    }
}
