using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace S3Sync.Tests.Support.S3;

/// <summary>ListObjectsV2, its predecessor ListObjects, ListObjectVersions and ListMultipartUploads.</summary>
sealed class Listings(Buckets buckets)
{
    const int LargestPage = 1000;

    /// <summary>One page: objects, the prefixes that stand for many, and the last name on it where there are more.</summary>
    readonly record struct Page(List<StoredObject> Objects, List<string> Prefixes, string? Last);

    /// <summary>https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html</summary>
    public S3Reply ListV2(S3Request request, Profile profile)
    {
        var (bucket, query) = (buckets.Of(request), request.Target);
        var token = query["continuation-token"];
        var most = request.Number("max-keys", 0, int.MaxValue, LargestPage);
        var page = Select(bucket, query, token is null ? query["start-after"] ?? "" : FromToken(token), most);
        var shown = profile.EncodesKeys ? Encoding(query) : static text => text;
        var xml = new S3Xml("ListBucketResult")
            .Element("Name", bucket.Name).Element("Prefix", shown(query["prefix"] ?? "")).Element("Delimiter", query["delimiter"] is { } delimiter ? shown(delimiter) : null)
            .Element("MaxKeys", most).Element("EncodingType", profile.EncodesKeys ? query["encoding-type"] : null)
            .Element("KeyCount", page.Objects.Count + page.Prefixes.Count).Element("IsTruncated", page.Last is not null)
            .Element("ContinuationToken", token).Element("NextContinuationToken", page.Last is null ? null : Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(page.Last)));
        return new() { Xml = Fill(xml, page, shown).ToString() };
    }

    /// <summary>https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html</summary>
    public S3Reply List(S3Request request)
    {
        var (bucket, query) = (buckets.Of(request), request.Target);
        var most = request.Number("max-keys", 0, int.MaxValue, LargestPage);
        var page = Select(bucket, query, query["marker"] ?? "", most);
        var shown = Encoding(query);
        var xml = new S3Xml("ListBucketResult")
            .Element("Name", bucket.Name).Element("Prefix", shown(query["prefix"] ?? "")).Element("Marker", shown(query["marker"] ?? ""))
            .Element("MaxKeys", most).Element("EncodingType", query["encoding-type"])
            .Element("IsTruncated", page.Last is not null).Element("NextMarker", page.Last is null ? null : shown(page.Last));
        return new() { Xml = Fill(xml, page, shown).ToString() };
    }

    /// <summary>Every version of every key with the prefix, in one page.</summary>
    public S3Reply Versions(S3Request request)
    {
        var (bucket, query) = (buckets.Of(request), request.Target);
        var (shown, prefix) = (Encoding(query), query["prefix"] ?? "");
        var xml = new S3Xml("ListVersionsResult").Element("Name", bucket.Name).Element("Prefix", shown(prefix)).Element("EncodingType", query["encoding-type"]).Element("IsTruncated", false);
        foreach (var (version, isLatest) in bucket.Versions().Where(one => one.Version.Key.StartsWith(prefix, StringComparison.Ordinal)))
            xml.Element(version.IsDeleteMarker ? "DeleteMarker" : "Version", one =>
            {
                one.Element("Key", shown(version.Key)).Element("VersionId", version.VersionId).Element("IsLatest", isLatest).Element("LastModified", version.Modified);
                if (!version.IsDeleteMarker)
                    one.Element("ETag", $"\"{version.ETag}\"").Element("Size", version.Size);
            });
        return new() { Xml = xml.ToString() };
    }

    /// <summary>Every upload under way with the prefix, in one page.</summary>
    public S3Reply Uploads(S3Request request)
    {
        var (bucket, query) = (buckets.Of(request), request.Target);
        var (shown, prefix) = (Encoding(query), query["prefix"] ?? "");
        var xml = new S3Xml("ListMultipartUploadsResult").Element("Bucket", bucket.Name).Element("Prefix", shown(prefix)).Element("EncodingType", query["encoding-type"]).Element("IsTruncated", false);
        foreach (var upload in bucket.Uploads().Where(one => one.Key.StartsWith(prefix, StringComparison.Ordinal)))
            xml.Element("Upload", one => one.Element("Key", shown(upload.Key)).Element("UploadId", upload.Id).Element("StorageClass", "STANDARD").Element("Initiated", upload.Initiated));
        return new() { Xml = xml.ToString() };
    }

    static Page Select(Bucket bucket, S3Target query, string after, int most)
    {
        var (prefix, delimiter) = (query["prefix"] ?? "", query["delimiter"] ?? "");
        var (objects, prefixes) = (new List<StoredObject>(), new List<string>());
        string? last = null;
        var keys = bucket.Keys();
        var at = Array.BinarySearch(keys, after, Utf8Order.Comparer);
        for (at = at < 0 ? ~at : at + 1; at < keys.Length; at++)
        {
            var key = keys[at];
            if (!key.StartsWith(prefix, StringComparison.Ordinal) || bucket.Find(key, null) is not { IsDeleteMarker: false } stored)
                continue;
            var end = delimiter.Length == 0 ? -1 : key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
            var common = end < 0 ? null : key[..(end + delimiter.Length)];
            // A prefix on an earlier page, or already on this one, stands for this key too.
            if (common is not null && (common == after || prefixes.Count > 0 && prefixes[^1] == common))
                continue;
            if (objects.Count + prefixes.Count == Math.Min(most, LargestPage))
                return new(objects, prefixes, last);
            if (common is null)
                objects.Add(stored);
            else
                prefixes.Add(common);
            last = common ?? key;
        }
        return new(objects, prefixes, null);
    }

    static S3Xml Fill(S3Xml xml, Page page, Func<string, string> shown)
    {
        foreach (var stored in page.Objects)
            xml.Element("Contents", one => one
                .Element("Key", shown(stored.Key)).Element("LastModified", stored.Modified).Element("ETag", $"\"{stored.ETag}\"")
                .Element("ChecksumAlgorithm", stored.Checksum is { } checksum ? Checksum.Name(checksum.Algorithm) : null).Element("ChecksumType", stored.Checksum?.Type)
                .Element("Size", stored.Size).Element("StorageClass", stored.Headers.GetValueOrDefault("x-amz-storage-class") ?? "STANDARD"));
        foreach (var prefix in page.Prefixes)
            xml.Element("CommonPrefixes", one => one.Element("Prefix", shown(prefix)));
        return xml;
    }

    static Func<string, string> Encoding(S3Target query) => query["encoding-type"] == "url" ? static text => UriEncoding.Encode(text, keepSlash: true) : static text => text;

    static string FromToken(string token)
    {
        var bytes = new byte[token.Length];
        return Convert.TryFromBase64String(token, bytes, out var length)
            ? System.Text.Encoding.UTF8.GetString(bytes, 0, length)
            : throw S3Error.InvalidArgument("The continuation token provided is incorrect");
    }
}
