using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace S3Sync.Tests.Support.S3;

/// <summary>
/// Verifies Signature Version 4 in the Authorization header: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html.
/// Called by all requests at once.
/// </summary>
sealed class SignatureV4(S3ServerOptions options)
{
    /// <summary>S3 refuses requests whose time is further than this from its own.</summary>
    static readonly TimeSpan LargestSkew = TimeSpan.FromMinutes(15);

    /// <summary>Signing keys by identity and scope: four HMACs saved for every request. One entry a day, region and service.</summary>
    readonly ConcurrentDictionary<string, byte[]> keys = new();

    /// <summary>Throws <see cref="S3Error"/> unless the request is signed with the server's secret, now, for that service (S3 is "s3") in its region.</summary>
    public Signature Verify(HttpRequest request, S3Target target, string service)
    {
        if (request.Headers.Authorization.ToString() is not { Length: > 0 } header)
            throw S3Error.AccessDenied("Access Denied: anonymous requests are not served");
        var authorization = Authorization.Parse(header, service);
        var time = request.Headers["x-amz-date"].ToString();
        var payloadHash = request.Headers["x-amz-content-sha256"].ToString();
        if (!Authorization.TryParseTime(time, out var signedAt))
            throw S3Error.AccessDenied("AWS authentication requires a valid Date or x-amz-date header");
        if (payloadHash.Length == 0)
            throw S3Error.InvalidRequest("Missing required header for this request: x-amz-content-sha256");
        if ((options.Clock.GetUtcNow() - signedAt).Duration() > LargestSkew)
            throw new S3Error(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.");
        var secret = CheckIdentity(request, authorization, time);
        CheckSignedHeaders(request, authorization.SignedHeaders);

        var key = keys.GetOrAdd($"{authorization.AccessKey}/{authorization.Scope}", _ => DeriveKey(secret, authorization.Date, authorization.Region, service));
        var expected = Sign(key, $"AWS4-HMAC-SHA256\n{time}\n{authorization.Scope}\n{Hash(CanonicalRequest(request, target, authorization, payloadHash))}");
        return Matches(expected, authorization.Signature)
            ? new(expected, time, authorization.Scope, key, payloadHash)
            : throw Wrong();
    }

    public static string Sign(byte[] key, string text) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));

    public static bool Matches(string expected, string given) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given));

    public static S3Error Wrong() => new(403, "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.");

    /// <summary>Returns its secret.</summary>
    string CheckIdentity(HttpRequest request, Authorization authorization, string time)
    {
        var isOther = authorization.AccessKey != options.AccessKey;
        if (isOther && options.Keys is null)
            throw new S3Error(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.");
        if (options.Region is { } region && authorization.Region != region)
            throw Authorization.Malformed($"the region '{authorization.Region}' is wrong; expecting '{region}'");
        if (!time.StartsWith(authorization.Date, StringComparison.Ordinal))
            throw Authorization.Malformed("the date of the credential is not that of the request");
        var token = request.Headers["x-amz-security-token"].ToString();
        if (isOther)
            return options.Keys!.Find(authorization.AccessKey, token, options.Clock.GetUtcNow()).Secret;
        if (token != (options.SessionToken ?? ""))
            throw new S3Error(400, "InvalidToken", "The provided token is malformed or otherwise invalid.");
        return options.SecretKey;
    }

    static void CheckSignedHeaders(HttpRequest request, string[] signed)
    {
        if (!signed.Contains("host"))
            throw Authorization.Malformed("the host header must be signed");
        foreach (var name in request.Headers.Keys)
            if (name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase) && !signed.Contains(name, StringComparer.OrdinalIgnoreCase))
                throw S3Error.AccessDenied($"There were headers present in the request which were not signed: {name}");
    }

    static byte[] DeriveKey(string secret, string date, string region, string service)
    {
        var key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var step in (string[])[date, region, service, "aws4_request"])
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
        return key;
    }

    static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    static string CanonicalRequest(HttpRequest request, S3Target target, Authorization authorization, string payloadHash)
    {
        var text = new StringBuilder(1024).Append(request.Method).Append('\n');
        UriEncoding.Encode(target.Path, keepSlash: true, text);
        text.Append('\n');
        AppendQuery(target, text);
        text.Append('\n');
        foreach (var name in authorization.SignedHeaders)
        {
            text.Append(name).Append(':');
            AppendHeader(request.Headers[name], text);
            text.Append('\n');
        }
        return text.Append('\n').AppendJoin(';', authorization.SignedHeaders).Append('\n').Append(payloadHash).ToString();
    }

    static void AppendQuery(S3Target target, StringBuilder text)
    {
        if (target.Query.Count == 0)
            return;
        var pairs = target.Query.ConvertAll(pair => (Name: UriEncoding.Encode(pair.Key, keepSlash: false), Value: UriEncoding.Encode(pair.Value, keepSlash: false)));
        pairs.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name) is var order and not 0 ? order : string.CompareOrdinal(a.Value, b.Value));
        text.AppendJoin('&', pairs.Select(pair => $"{pair.Name}={pair.Value}"));
    }

    /// <summary>Several values are joined by commas, white space around them is dropped and runs of it become one space.</summary>
    static void AppendHeader(Microsoft.Extensions.Primitives.StringValues values, StringBuilder text)
    {
        for (var at = 0; at < values.Count; at++)
        {
            if (at > 0)
                text.Append(',');
            var value = values[at].AsSpan().Trim();
            for (var letter = 0; letter < value.Length; letter++)
                if (value[letter] != ' ' || value[letter - 1] != ' ')
                    text.Append(value[letter]);
        }
    }
}
