using System;
using System.Security.Cryptography;
using System.Text;

namespace S3Sync.Storage;

/// <summary>
/// What signs the requests of one access key to one service of one region for one day (UTC): four HMACs that need not be done for each.
/// Immutable; any thread. https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "Signing key".
/// </summary>
sealed class SigningKey
{
    // HMAC by its definition (RFC 2104): the two pads are the key's. What that saves is in Benchmarks/SigningBenchmarks.cs.
    const int BlockBytes = 64;
    const byte InnerPad = 0x36, OuterPad = 0x5C;

    readonly byte[] inner = new byte[BlockBytes], outer = new byte[BlockBytes];

    /// <param name="access">The access key's id.</param>
    /// <param name="secret">Its secret.</param>
    /// <param name="token">The session's token; null for a lasting key.</param>
    /// <param name="day">yyyyMMdd.</param>
    /// <param name="region">As in "us-east-1".</param>
    public SigningKey(string access, string secret, string? token, string day, string region)
    {
        Day = day;
        Scope = $"{day}/{region}/s3/aws4_request";
        Token = token;
        Start = $"AWS4-HMAC-SHA256 Credential={access}/{Scope}, SignedHeaders=";
        var key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var step in (ReadOnlySpan<string>)[day, region, "s3", "aws4_request"])
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
        }
        for (var i = 0; i < BlockBytes; i++)
        {
            var value = i < key.Length ? key[i] : (byte)0;
            (inner[i], outer[i]) = ((byte)(value ^ InnerPad), (byte)(value ^ OuterPad));
        }
    }

    /// <summary>More than any text to sign: algorithm, time, scope and a hash.</summary>
    public const int MostBytes = 256;

    public string Day { get; }

    /// <summary>Date, region and service, as the text to sign has them.</summary>
    public string Scope { get; }

    public string? Token { get; }

    /// <summary>How every Authorization header begins.</summary>
    public string Start { get; }

    /// <summary>Writes the 32 bytes of the HMAC of a text of at most <see cref="MostBytes"/>.</summary>
    public void Sign(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        Span<byte> block = stackalloc byte[BlockBytes + MostBytes];
        inner.CopyTo(block);
        text.CopyTo(block[BlockBytes..]);
        SHA256.HashData(block[..(BlockBytes + text.Length)], destination);
        outer.CopyTo(block);
        destination[..SHA256.HashSizeInBytes].CopyTo(block[BlockBytes..]);
        SHA256.HashData(block[..(BlockBytes + SHA256.HashSizeInBytes)], destination);
    }
}
