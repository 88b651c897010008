using System;
using System.Collections.Generic;
using System.Security.Cryptography;

namespace S3Sync.Tests.Support.S3;

/// <summary>Keys that a client brings itself (SSE-C): what is stored with one is touched only with it. S3 User Guide, "Using server-side encryption with customer-provided keys".</summary>
static class CustomerKeys
{
    const string Name = "x-amz-server-side-encryption-customer-";

    /// <summary>What S3 keeps, and gives back: never the key itself.</summary>
    public static readonly string[] Kept = [Name + "algorithm", Name + "key-md5"];

    /// <summary>True if it was stored with one: then the ETag is no MD5.</summary>
    public static bool IsUsed(IReadOnlyDictionary<string, string> kept) => kept.ContainsKey(Kept[1]);

    /// <summary>Refuses a key that is none.</summary>
    public static void Check(S3Request request)
    {
        if (request.Header(Name + "key") is not { } key && request.Header(Kept[0]) is null && request.Header(Kept[1]) is null)
            return;
        key = request.Header(Name + "key") ?? "";
        var bytes = new byte[64];
        if (request.Header(Kept[0]) != "AES256" || !Convert.TryFromBase64String(key, bytes, out var length) || length != 32 || Convert.ToBase64String(MD5.HashData(bytes.AsSpan(0, 32))) != request.Header(Kept[1]))
            throw S3Error.InvalidArgument("The key of the customer is not one.");
    }

    /// <summary>Refuses a request that does not bring the key of what is stored, or one where there is none.</summary>
    public static void Match(S3Request request, IReadOnlyDictionary<string, string> kept)
    {
        Check(request);
        switch (kept.GetValueOrDefault(Kept[1]), request.Header(Kept[1]))
        {
            case (null, null):
                return;
            case (null, _):
                throw S3Error.InvalidRequest("The encryption parameters are not applicable to this object.");
            case (_, null):
                throw S3Error.InvalidRequest("The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.");
            case var (stored, brought) when stored != brought:
                throw S3Error.AccessDenied("This is another key.");
        }
    }
}
