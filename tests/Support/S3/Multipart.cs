using System;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;

namespace S3Sync.Tests.Support.S3;

/// <summary>CreateMultipartUpload, UploadPart, AbortMultipartUpload and ListParts. <see cref="MultipartCompletion"/> has the end.</summary>
sealed class Multipart(S3ServerOptions options, Buckets buckets)
{
    /// <summary>https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html</summary>
    const int MostParts = 10000;

    /// <summary>https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html</summary>
    public S3Reply Create(S3Request request, Profile profile)
    {
        var bucket = buckets.Of(request);
        request.Target.CheckKey();
        ChecksumAlgorithm? algorithm = profile.Checksums && request.Header("x-amz-checksum-algorithm") is { } name ? Checksum.OfName(name) : null;
        var composite = IsComposite(algorithm, profile.Checksums ? request.Header("x-amz-checksum-type") : null);
        var upload = new MultipartUpload(Guid.NewGuid().ToString("n"), request.Key, options.Clock.GetUtcNow())
        {
            Headers = KeptHeaders.Of(request, profile),
            Tagging = profile.KeepsHeaders ? request.Header("x-amz-tagging") : null,
            Algorithm = algorithm,
            Composite = composite,
        };
        bucket.Add(upload);
        var reply = new S3Reply
        {
            Xml = new S3Xml("InitiateMultipartUploadResult")
                .Element("Bucket", bucket.Name).Element("Key", upload.Key).Element("UploadId", upload.Id).ToString(),
        };
        return algorithm is null ? reply
            : reply.With("x-amz-checksum-algorithm", Checksum.Name(algorithm.Value)).With("x-amz-checksum-type", composite ? "COMPOSITE" : "FULL_OBJECT");
    }

    /// <summary>https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html</summary>
    public async Task<S3Reply> Put(S3Request request, Profile profile)
    {
        var bucket = buckets.Of(request);
        var upload = bucket.Upload(request.Key, request.Required("uploadId"));
        CustomerKeys.Match(request, upload.Headers);
        _ = request.Required("partNumber");
        var number = request.Number("partNumber", 1, MostParts, 1);
        var body = await ReceivedBody.Receive(request, options, profile);
        try
        {
            if (body.Additional is { } checksum)
                CheckAlgorithm(request, upload, checksum.Algorithm);
            // The upload may have ended while the body came in.
            bucket.Upload(request.Key, upload.Id);
        }
        catch (S3Error)
        {
            body.Content.Dispose();
            throw;
        }
        var part = new Part(number, body.Content, body.Md5, ObjectWrites.ETagOf(body.Md5, profile, upload.Headers), body.Additional, options.Clock.GetUtcNow());
        upload.Put(part);
        return new() { ETag = part.ETag, Checksum = part.Checksum };
    }

    public S3Reply Abort(S3Request request)
    {
        var bucket = buckets.Of(request);
        var upload = bucket.Upload(request.Key, request.Required("uploadId"));
        if (!bucket.End(upload))
            throw S3Error.NoSuchUpload(upload.Id);
        upload.Drop([]);
        return new(204);
    }

    /// <summary>https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html</summary>
    public S3Reply List(S3Request request)
    {
        var bucket = buckets.Of(request);
        var upload = bucket.Upload(request.Key, request.Required("uploadId"));
        var marker = request.Number("part-number-marker", 0, int.MaxValue, 0);
        var most = request.Number("max-parts", 0, int.MaxValue, 1000);
        var parts = upload.Parts().Where(part => part.Number > marker).ToList();
        var page = parts.Take(Math.Min(most, 1000)).ToList();
        var xml = new S3Xml("ListPartsResult")
            .Element("Bucket", bucket.Name).Element("Key", upload.Key).Element("UploadId", upload.Id)
            .Element("ChecksumAlgorithm", upload.Algorithm is { } algorithm ? Checksum.Name(algorithm) : null)
            .Element("PartNumberMarker", marker).Element("NextPartNumberMarker", page.Count == 0 ? 0 : page[^1].Number)
            .Element("MaxParts", most).Element("IsTruncated", page.Count < parts.Count);
        foreach (var part in page)
            xml.Element("Part", one =>
            {
                one.Element("PartNumber", part.Number).Element("LastModified", part.Modified).Element("ETag", $"\"{part.ETag}\"").Element("Size", part.Content.Length);
                if (part.Checksum is { } checksum)
                    one.Element(checksum.Element, checksum.Value);
            });
        return new() { Xml = xml.ToString() };
    }

    /// <summary>CRC64NVME is always of the whole object, SHA always of the parts, the other two as asked, by default of the parts.</summary>
    static bool IsComposite(ChecksumAlgorithm? algorithm, string? type) => (algorithm, type) switch
    {
        (null, null) => false,
        (null, _) => throw S3Error.InvalidRequest("The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header."),
        (ChecksumAlgorithm.Crc64Nvme, null or "FULL_OBJECT") => false,
        (ChecksumAlgorithm.Crc32 or ChecksumAlgorithm.Crc32C, "FULL_OBJECT") => false,
        (not ChecksumAlgorithm.Crc64Nvme, null or "COMPOSITE") => true,
        _ => throw S3Error.InvalidRequest(string.Create(CultureInfo.InvariantCulture, $"The {type} checksum type cannot be used with the {algorithm} checksum algorithm.")),
    };

    /// <summary>A part must carry the upload's kind of checksum, and none where none was named: clients that forget either fail on S3 too.</summary>
    static void CheckAlgorithm(S3Request request, MultipartUpload upload, ChecksumAlgorithm computed)
    {
        var sent = Checksum.In(request.Header) is not null || request.Header("x-amz-trailer") is not null;
        ChecksumAlgorithm? given = sent ? computed : null;
        if (given != upload.Algorithm)
            throw S3Error.InvalidRequest($"Checksum Type mismatch occurred, expected checksum Type: {Shown(upload.Algorithm)}, actual checksum Type: {Shown(given)}");
    }

    static string Shown(ChecksumAlgorithm? algorithm) => algorithm?.ToString().ToLowerInvariant() ?? "null";
}
