using System;
using System.Text;

namespace S3Sync.Storage;

/// <summary>
/// A value of x-amz-meta- as a header can carry it. What is not ASCII goes as RFC 2047 has it, which S3 decodes before it stores the value and uses itself
/// to give it back: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html. Pure.
/// </summary>
static class HeaderText
{
    const string Start = "=?UTF-8?B?", End = "?=";

    // An encoded word has at most 75 characters (RFC 2047, 2): 60 of base64 for 45 bytes, and 12 around them.
    const int MostBytes = 45;

    /// <summary>The value as it is, or encoded where a header, or the signature of one, would not keep it so.</summary>
    public static string Of(string value) => IsPlain(value) ? value : Encode(value);

    // Spaces at the ends or two in a row are folded by signatures; what looks encoded would be decoded.
    static bool IsPlain(string value) =>
        !value.AsSpan().ContainsAnyExceptInRange(' ', '~')
        && !value.StartsWith(' ') && !value.EndsWith(' ')
        && !value.Contains("  ", StringComparison.Ordinal)
        && !value.Contains("=?", StringComparison.Ordinal);

    static string Encode(string value)
    {
        var text = new StringBuilder();
        Span<byte> word = stackalloc byte[MostBytes];
        var length = 0;
        foreach (var rune in value.EnumerateRunes())
        {
            // A character must not be in two words (RFC 2047, 5).
            if (length + rune.Utf8SequenceLength > MostBytes)
            {
                Write(text, word[..length]);
                length = 0;
            }
            length += rune.EncodeToUtf8(word[length..]);
        }
        Write(text, word[..length]);
        return text.ToString();
    }

    static void Write(StringBuilder text, ReadOnlySpan<byte> word) =>
        text.Append(text.Length == 0 ? "" : " ").Append(Start).Append(Convert.ToBase64String(word)).Append(End);
}
