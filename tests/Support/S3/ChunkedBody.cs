using System;
using System.Collections.Generic;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Tasks;

namespace S3Sync.Tests.Support.S3;

/// <summary>
/// Decodes Content-Encoding aws-chunked and verifies the signature of every chunk and of the trailer:
/// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and …/sigv4-streaming-trailers.html.
/// </summary>
sealed class ChunkedBody(BodySource source, Signature signature)
{
    public const string Signed = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    public const string SignedWithTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
    public const string UnsignedWithTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

    /// <summary>SHA-256 of nothing: chunks sign it where requests sign their headers.</summary>
    const string HashOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    readonly bool signed = signature.PayloadHash != UnsignedWithTrailer;
    readonly bool hasTrailer = signature.PayloadHash != Signed;

    /// <summary>Each signature builds on the one before; the first on the request's own.</summary>
    string previous = signature.Value;

    /// <summary>Hands on the decoded bytes and returns the trailing headers, names in lower case.</summary>
    public async Task<Dictionary<string, string>> Read(BodySource.Take take)
    {
        while (await ReadChunk(take) > 0)
            if (await source.ReadLine() is not "")
                throw BodySource.Incomplete();
        var trailer = new Dictionary<string, string>();
        if (hasTrailer)
            await ReadTrailer(trailer);
        await source.ReadToEnd(static _ => { });
        return trailer;
    }

    async Task<long> ReadChunk(BodySource.Take take)
    {
        var header = (await source.ReadLine() ?? throw BodySource.Incomplete()).Split(";chunk-signature=");
        if (!long.TryParse(header[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length) || length < 0 || header.Length != (signed ? 2 : 1))
            throw S3Error.InvalidRequest("The chunk header is malformed.");
        if (!signed)
        {
            await source.Read(length, take);
            return length;
        }
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await source.Read(length, bytes =>
        {
            hash.AppendData(bytes);
            take(bytes);
        });
        Check($"AWS4-HMAC-SHA256-PAYLOAD\n{signature.Time}\n{signature.Scope}\n{previous}\n{HashOfNothing}\n{Convert.ToHexStringLower(hash.GetHashAndReset())}", header[1]);
        return length;
    }

    async Task ReadTrailer(Dictionary<string, string> trailer)
    {
        var signedText = new StringBuilder();
        string? given = null;
        while (await source.ReadLine() is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':');
            var (name, value) = colon < 0 ? throw new S3Error(400, "MalformedTrailerError", "The trailer is malformed.")
                : (line[..colon].Trim().ToLowerInvariant(), line[(colon + 1)..].Trim());
            if (name == "x-amz-trailer-signature")
                given = value;
            else
            {
                trailer[name] = value;
                signedText.Append(name).Append(':').Append(value).Append('\n');
            }
        }
        if (signed)
            Check($"AWS4-HMAC-SHA256-TRAILER\n{signature.Time}\n{signature.Scope}\n{previous}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(signedText.ToString())))}", given ?? "");
    }

    void Check(string text, string given)
    {
        previous = SignatureV4.Sign(signature.Key, text);
        if (!SignatureV4.Matches(previous, given))
            throw SignatureV4.Wrong();
    }
}
