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
        "x-amz-storage-class", "x-amz-server-side-encryption", "x-amz-website-redirect-location",
    ];

    public static IReadOnlyDictionary<string, string> Of(S3Request request)
    {
        var kept = new Dictionary<string, string>();
        var size = 0;
        foreach (var (name, value) in request.Headers)
        {
            var lower = name.ToLowerInvariant();
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

    static string WithoutChunking(string encoding) =>
        string.Join(',', encoding.Split(',', StringSplitOptions.TrimEntries).Where(one => one != "aws-chunked"));
}
