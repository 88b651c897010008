using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Threading.Tasks;

namespace S3Sync.Tests.Support.S3;

/// <summary>CompleteMultipartUpload: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html</summary>
sealed class MultipartCompletion(S3ServerOptions options, Buckets buckets)
{
    public async Task<S3Reply> Complete(S3Request request, Profile profile)
    {
        var bucket = buckets.Of(request);
        var upload = bucket.Upload(request.Key, request.Required("uploadId"));
        CustomerKeys.Match(request, upload.Headers);
        // The checksum headers speak of the object here, not of the XML.
        var document = await S3Document.Receive(request, options, profile with { Checksums = false });
        var parts = Chosen(document, upload, profile);
        var checksum = profile.Checksums ? Join(request, upload, parts) : null;
        CheckSize(request, parts);
        var claimed = ObjectWrites.Claims(request, bucket, profile.OnComplete);
        try
        {
            if (claimed && bucket.Find(upload.Key, null) is { IsDeleteMarker: false })
                throw S3Error.PreconditionFailed();
            if (!bucket.End(upload))
                throw S3Error.NoSuchUpload(upload.Id);
            var stored = bucket.Put(version => Assemble(upload, version, parts, checksum, profile), upload.Key, claimed);
            upload.Drop(but: parts);
            return Answer(bucket, stored, profile);
        }
        finally
        {
            if (claimed)
                bucket.Release(upload.Key);
        }
    }

    /// <summary>The parts the client lists, which must be those that were uploaded, in order, and long enough.</summary>
    List<Part> Chosen(S3Document document, MultipartUpload upload, Profile profile)
    {
        var chosen = new List<Part>();
        foreach (var named in document.All("Part"))
        {
            if (!int.TryParse(named.Value("PartNumber"), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                throw S3Error.MalformedXml();
            if (chosen.Count > 0 && number <= chosen[^1].Number)
                throw new S3Error(400, "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.");
            var part = upload.Find(number) ?? throw S3Error.InvalidPart(number);
            if (profile.ExactTags ? named.Value("ETag") != profile.Spelling(part.ETag) : named.Value("ETag")?.Trim('"') != part.ETag)
                throw S3Error.InvalidPart(number);
            if (profile.Checksums)
                CheckPart(named, upload, part);
            chosen.Add(part);
        }
        if (chosen.Count == 0)
            throw S3Error.MalformedXml();
        if (chosen.SkipLast(1).FirstOrDefault(part => part.Content.Length < options.SmallestPart) is { } small)
            throw new S3Error(400, "EntityTooSmall", $"Your proposed upload is smaller than the minimum allowed size: part {small.Number} has {small.Content.Length} bytes");
        return chosen;
    }

    static void CheckPart(S3Document named, MultipartUpload upload, Part part)
    {
        if (part.Checksum is not { } checksum)
            return;
        if (named.Value(checksum.Element) is { } given && given != checksum.Value)
            throw S3Error.InvalidPart(part.Number);
        if (upload.Composite && named.Value(checksum.Element) is null)
            throw S3Error.InvalidRequest($"The upload was created using a {Checksum.Name(checksum.Algorithm).ToLowerInvariant()} checksum. The complete request must include the checksum for each part. It was missing for part {part.Number} in the request.");
    }

    static Checksum? Join(S3Request request, MultipartUpload upload, List<Part> parts)
    {
        // Parts from a time when the profile had no checksums have none to join.
        if (parts.Exists(part => part.Checksum is null))
            return null;
        var joined = Checksum.Join(upload.Algorithm ?? ChecksumAlgorithm.Crc64Nvme, upload.Composite,
            parts.ConvertAll(part => (Convert.FromBase64String(part.Checksum!.Value.Value), part.Content.Length)));
        if (request.Header("x-amz-checksum-type") is { } type && type != joined.Type)
            throw S3Error.InvalidRequest($"The upload was created using the {joined.Type} checksum mode. The complete request must use the same checksum mode.");
        if (Checksum.In(request.Header) is { } given && (given.Algorithm != joined.Algorithm || given.Value != joined.Value))
            throw S3Error.BadDigest(Checksum.Name(given.Algorithm));
        return joined;
    }

    static void CheckSize(S3Request request, List<Part> parts)
    {
        if (request.Header("x-amz-mp-object-size") is { } size && size != parts.Sum(part => part.Content.Length).ToString(CultureInfo.InvariantCulture))
            throw S3Error.InvalidRequest("The provided 'x-amz-mp-object-size' header value does not match what was computed.");
    }

    StoredObject Assemble(MultipartUpload upload, string version, List<Part> parts, Checksum? checksum, Profile profile)
    {
        var etag = ObjectWrites.ETagOf(MD5.HashData(parts.SelectMany(part => part.Md5).ToArray()), profile, upload.Headers);
        return new()
        {
            Key = upload.Key,
            VersionId = version,
            Content = new JoinedContent(parts.ConvertAll(part => part.Content), parts.Sum(part => part.Content.Length)),
            ETag = string.Create(CultureInfo.InvariantCulture, $"{etag}-{parts.Count}"),
            Checksum = checksum,
            PartSizes = [.. parts.Select(part => part.Content.Length)],
            Headers = upload.Headers,
            Tagging = upload.Tagging,
            Modified = options.Clock.GetUtcNow(),
        };
    }

    static S3Reply Answer(Bucket bucket, StoredObject stored, Profile profile)
    {
        var etag = profile.CompleteSaysETag ? stored.ETag : "";
        var xml = new S3Xml("CompleteMultipartUploadResult")
            .Element("Location", $"/{bucket.Name}/{stored.Key}").Element("Bucket", bucket.Name).Element("Key", stored.Key).Element("ETag", etag.Length == 0 ? "" : $"\"{etag}\"");
        if (stored.Checksum is { } checksum)
            xml.Element(checksum.Element, checksum.Value).Element("ChecksumType", checksum.Type);
        return ObjectWrites.WithVersion(new() { ETag = etag, Checksum = stored.Checksum, Xml = xml.ToString() }, bucket, stored);
    }
}
