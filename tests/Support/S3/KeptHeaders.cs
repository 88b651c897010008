using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace S3Sync.Tests.Support.S3;

/// <summary>The headers of a PutObject or CreateMultipartUpload that S3 keeps with the object and gives back.</summary>
static class KeptHeaders
{
    /// <summary>S3 User Guide, "Working with object metadata": at most 2 KB of names and values.</summary>
    const int LargestMetadata = 2048;

    const string Metadata = "x-amz-meta-";

    static readonly string[] Kept =
    [
        "content-type", "cache-control", "content-disposition", "content-language", "content-encoding", "expires",
        "x-amz-storage-class", "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-server-side-encryption-bucket-key-enabled",
        "x-amz-website-redirect-location", .. CustomerKeys.Kept,
    ];

    /// <summary>What S3 takes for a value of its own, and how it refuses another. The ACL is not kept: nobody asks for it here.</summary>
    static readonly (string Name, string[] Values, string Code)[] Words =
    [
        ("x-amz-storage-class", ["STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE", "GLACIER_IR"], "InvalidStorageClass"),
        ("x-amz-server-side-encryption", ["AES256", "aws:kms", "aws:kms:dsse"], "InvalidArgument"),
        ("x-amz-acl", ["private", "public-read", "public-read-write", "authenticated-read", "aws-exec-read", "bucket-owner-read", "bucket-owner-full-control"], "InvalidArgument"),
    ];

    public static IReadOnlyDictionary<string, string> Of(S3Request request, Profile profile)
    {
        Check(request);
        CustomerKeys.Check(request);
        var kept = new Dictionary<string, string>();
        var size = 0;
        foreach (var (name, value) in request.Headers)
        {
            var lower = name.ToLowerInvariant();
            if (!profile.KeepsHeaders)
                continue;
            if (lower.StartsWith(Metadata, StringComparison.Ordinal))
                size += Encoding.UTF8.GetByteCount(lower) - Metadata.Length + Encoding.UTF8.GetByteCount(value);
            else if (!Kept.Contains(lower))
                continue;
            kept[lower] = lower == "content-encoding" ? WithoutChunking(value) : value;
        }
        // S3 says nothing of the standard class on HEAD and GET.
        if (kept.GetValueOrDefault("x-amz-storage-class") == "STANDARD")
            kept.Remove("x-amz-storage-class");
        if (kept.GetValueOrDefault("content-encoding") == "")
            kept.Remove("content-encoding");
        kept.TryAdd("content-type", "binary/octet-stream");
        return size <= LargestMetadata ? kept : throw new S3Error(400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size.");
    }

    /// <summary>True if KMS encrypts: then the ETag is no MD5. https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html</summary>
    public static bool IsKms(IReadOnlyDictionary<string, string> kept) =>
        kept.GetValueOrDefault("x-amz-server-side-encryption")?.StartsWith("aws:kms", StringComparison.Ordinal) == true;

    static void Check(S3Request request)
    {
        foreach (var (name, values, code) in Words)
        {
            if (request.Header(name) is { } value && !values.Contains(value))
                throw new S3Error(400, code, $"{name}: {value}");
        }
        if (request.Header("x-amz-tagging")?.Split('&').Length > 10)
            throw new S3Error(400, "BadRequest", "Object tags cannot be greater than 10");
    }

    static string WithoutChunking(string encoding) =>
        string.Join(',', encoding.Split(',', StringSplitOptions.TrimEntries).Where(one => one != "aws-chunked"));
}
