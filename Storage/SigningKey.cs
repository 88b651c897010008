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
    readonly byte[] key;

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
        key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var step in (ReadOnlySpan<string>)[day, region, "s3", "aws4_request"])
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
        }
    }

    public string Day { get; }

    /// <summary>Date, region and service, as the text to sign has them.</summary>
    public string Scope { get; }

    public string? Token { get; }

    /// <summary>How every Authorization header begins.</summary>
    public string Start { get; }

    /// <summary>Writes the 32 bytes of the HMAC.</summary>
    public void Sign(ReadOnlySpan<byte> text, Span<byte> destination) => HMACSHA256.HashData(key, text, destination);
}
