using System;
using System.Globalization;
using System.Linq;

namespace S3Sync.Tests.Support.S3;

/// <summary>GetObject, HeadObject and GetObjectTagging.</summary>
sealed class ObjectReads(Buckets buckets)
{
    /// <summary>https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html and …/API_HeadObject.html</summary>
    public S3Reply Get(S3Request request)
    {
        var bucket = buckets.Of(request);
        var stored = Find(request, bucket);
        CustomerKeys.Match(request, stored.Headers);
        var (offset, count, partial) = Extent(request, stored);
        var reply = new S3Reply(partial ? 206 : 200)
        {
            ETag = stored.ETag,
            // A checksum of the whole says nothing of a piece.
            Checksum = request.Header("x-amz-checksum-mode") == "ENABLED" && !partial ? stored.Checksum : null,
            Content = stored.Content,
            Offset = offset,
            Count = count,
            HeadersOnly = request.Operation == S3Operation.HeadObject,
        };
        reply.With("Last-Modified", stored.Modified.ToString("R", CultureInfo.InvariantCulture)).With("Accept-Ranges", "bytes");
        if (partial)
            reply.With("Content-Range", $"bytes {offset}-{offset + count - 1}/{stored.Size}");
        if (request.Target.Has("partNumber") && stored.PartSizes.Length > 0)
            reply.With("x-amz-mp-parts-count", stored.PartSizes.Length.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, value) in stored.Headers)
            reply.With(name, value);
        if (stored.Tagging is { Length: > 0 } tags)
            reply.With("x-amz-tagging-count", tags.Split('&').Length.ToString(CultureInfo.InvariantCulture));
        return ObjectWrites.WithVersion(reply, bucket, stored);
    }

    public S3Reply Tagging(S3Request request)
    {
        var stored = Find(request, buckets.Of(request));
        return new()
        {
            Xml = new S3Xml("Tagging").Element("TagSet", set =>
            {
                foreach (var pair in (stored.Tagging ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split('=', 2)))
                    set.Element("Tag", tag => tag
                        .Element("Key", UriEncoding.Decode(pair[0], plusIsSpace: true))
                        .Element("Value", UriEncoding.Decode(pair.ElementAtOrDefault(1), plusIsSpace: true)));
            }).ToString(),
        };
    }

    static StoredObject Find(S3Request request, Bucket bucket)
    {
        request.Target.CheckKey();
        var version = request.Target["versionId"];
        var stored = bucket.Find(request.Key, version)
            ?? throw (version is null ? S3Error.NoSuchKey(request.Key) : S3Error.NoSuchVersion(version));
        if (!stored.IsDeleteMarker)
            return stored;
        throw version is null ? S3Error.NoSuchKey(request.Key) : new S3Error(405, "MethodNotAllowed", "The specified version is a delete marker.");
    }

    /// <summary>Which bytes are asked for: all, a range, or one part.</summary>
    static (long Offset, long Count, bool Partial) Extent(S3Request request, StoredObject stored)
    {
        if (request.Target.Has("partNumber"))
        {
            var number = request.Number("partNumber", 1, 10000, 1);
            if (stored.PartSizes.Length == 0 && number == 1)
                return (0, stored.Size, true);
            if (number > stored.PartSizes.Length)
                throw new S3Error(416, "InvalidPartNumber", "The requested partnumber is not satisfiable");
            return (stored.PartSizes.Take(number - 1).Sum(), stored.PartSizes[number - 1], true);
        }
        if (request.Header("Range") is not { } range || !range.StartsWith("bytes=", StringComparison.Ordinal) || range["bytes=".Length..].Split('-') is not [var from, var to])
            return (0, stored.Size, false);
        // RFC 9110, 14.1.2: "5-9", "5-" and "-5", which is the last five.
        var hasFrom = long.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var first);
        var hasTo = long.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var last);
        if (!hasFrom && !hasTo || hasFrom && hasTo && last < first)
            return (0, stored.Size, false);
        if (!hasFrom)
            (first, last) = (Math.Max(0, stored.Size - last), last == 0 ? -1 : stored.Size - 1);
        else if (!hasTo || last >= stored.Size)
            last = stored.Size - 1;
        return first <= last ? (first, last - first + 1, true)
            : throw new S3Error(416, "InvalidRange", "The requested range is not satisfiable");
    }
}
