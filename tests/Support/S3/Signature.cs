using System;
using System.Globalization;

namespace S3Sync.Tests.Support.S3;

/// <summary>A request's signature once verified, with what the signatures of its chunks build on.</summary>
/// <param name="Value">The seed signature, lower-case hex.</param>
/// <param name="Time">x-amz-date as sent.</param>
/// <param name="Scope">date/region/s3/aws4_request.</param>
/// <param name="Key">The signing key of that scope.</param>
/// <param name="PayloadHash">x-amz-content-sha256 as sent.</param>
sealed record Signature(string Value, string Time, string Scope, byte[] Key, string PayloadHash);

/// <summary>The parts of an Authorization header: "AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…".</summary>
readonly record struct Authorization(string AccessKey, string Scope, string Date, string Region, string[] SignedHeaders, string Signature)
{
    const string Scheme = "AWS4-HMAC-SHA256";

    public static Authorization Parse(string header, string service)
    {
        if (!header.StartsWith(Scheme, StringComparison.Ordinal))
            throw S3Error.InvalidArgument("Unsupported Authorization Type");
        string? credential = null, signed = null, signature = null;
        foreach (var field in header[Scheme.Length..].Split(',', StringSplitOptions.TrimEntries))
            switch (field.Split('=', 2))
            {
                case ["Credential", var value]: credential = value; break;
                case ["SignedHeaders", var value]: signed = value; break;
                case ["Signature", var value]: signature = value; break;
            }
        // An access key may hold slashes; the four parts of the scope may not.
        if (credential?.Split('/') is not { Length: >= 5 } parts || signed is null || signature is null)
            throw Malformed("the authorization header has no Credential, SignedHeaders or Signature");
        if (parts[^1] != "aws4_request" || parts[^2] != service)
            throw Malformed($"the credential must end in /{service}/aws4_request");
        var scope = string.Join('/', parts[^4..]);
        return new(credential[..^(scope.Length + 1)], scope, parts[^4], parts[^3], signed.Split(';'), signature);
    }

    public static S3Error Malformed(string why) =>
        new(400, "AuthorizationHeaderMalformed", $"The authorization header is malformed; {why}.");

    /// <summary>Reads yyyyMMddTHHmmssZ.</summary>
    public static bool TryParseTime(string? text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(text, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
}
