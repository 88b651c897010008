using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;

namespace S3Sync.Tests.Support.S3;

/// <summary>PutObject, DeleteObject and DeleteObjects.</summary>
sealed class ObjectWrites(S3ServerOptions options, Buckets buckets)
{
    /// <summary>https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html</summary>
    public async Task<S3Reply> Put(S3Request request, Profile profile)
    {
        var bucket = buckets.Of(request);
        request.Target.CheckKey();
        var headers = KeptHeaders.Of(request, profile);
        var claimed = Claims(request, bucket, profile.OnPut);
        try
        {
            var body = await ReceivedBody.Receive(request, options, profile);
            var stored = Store(request, profile, bucket, headers, body, claimed);
            var reply = new S3Reply { ETag = stored.ETag, Checksum = stored.Checksum };
            return WithVersion(reply, bucket, stored).With("x-amz-server-side-encryption", headers.GetValueOrDefault("x-amz-server-side-encryption"));
        }
        finally
        {
            if (claimed)
                bucket.Release(request.Key);
        }
    }

    StoredObject Store(S3Request request, Profile profile, Bucket bucket, IReadOnlyDictionary<string, string> headers, ReceivedBody body, bool claimed)
    {
        try
        {
            return bucket.Put(version => new()
            {
                Key = request.Key,
                VersionId = version,
                Content = body.Content,
                ETag = ETagOf(body.Md5, profile, headers),
                Checksum = body.Additional,
                Headers = headers,
                Tagging = profile.KeepsHeaders ? request.Header("x-amz-tagging") : null,
                Modified = options.Clock.GetUtcNow(),
            }, request.Key, claimed);
        }
        catch (S3Error)
        {
            body.Content.Dispose();
            throw;
        }
    }

    /// <summary>Begins a conditional write where the request is one and the profile cares; true where <see cref="Bucket.Release"/> must follow.</summary>
    public static bool Claims(S3Request request, Bucket bucket, Conditions conditions)
    {
        if (request.Header("If-Match") is not null)
            throw S3Error.NotImplemented("If-Match");
        if (request.Header("If-None-Match") is not { } condition || conditions == Conditions.Ignored)
            return false;
        if (condition != "*" || conditions == Conditions.Refused)
            throw S3Error.NotImplemented("If-None-Match");
        bucket.Claim(request.Key);
        return true;
    }

    public static S3Reply WithVersion(S3Reply reply, Bucket bucket, StoredObject stored) =>
        bucket.Versioning is null ? reply : reply.With("x-amz-version-id", stored.VersionId);

    public static string ETagOf(byte[] md5, Profile profile, IReadOnlyDictionary<string, string> headers) =>
        profile.HonestETags && !KeptHeaders.IsKms(headers) && !CustomerKeys.IsUsed(headers) ? Convert.ToHexStringLower(md5) : Guid.NewGuid().ToString("n");

    /// <summary>204 whether the object was there or not.</summary>
    public S3Reply Delete(S3Request request)
    {
        var bucket = buckets.Of(request);
        var marker = Delete(bucket, request.Key, request.Target["versionId"]);
        return new S3Reply(204).With("x-amz-version-id", marker?.VersionId ?? request.Target["versionId"]).With("x-amz-delete-marker", marker is null ? null : "true");
    }

    /// <summary>https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html</summary>
    public async Task<S3Reply> DeleteMany(S3Request request, Profile profile)
    {
        var bucket = buckets.Of(request);
        var document = await S3Document.Receive(request, options, profile);
        var keys = document.All("Object").Select(one => (Key: one.Value("Key"), Version: one.Value("VersionId"))).ToList();
        // S3 takes 1 to 1,000 at a time.
        if (keys.Count is 0 or > 1000 || keys.Exists(one => one.Key is null))
            throw S3Error.MalformedXml();
        var xml = new S3Xml("DeleteResult");
        foreach (var (key, version) in keys)
        {
            var marker = Delete(bucket, key!, version);
            if (document.Value("Quiet") != "true")
                xml.Element("Deleted", one => one.Element("Key", key).Element("VersionId", version)
                    .Element("DeleteMarker", marker is null ? null : "true").Element("DeleteMarkerVersionId", marker?.VersionId));
        }
        return new() { Xml = xml.ToString() };
    }

    StoredObject? Delete(Bucket bucket, string key, string? version) => bucket.Delete(key, version, placed => new()
    {
        Key = key,
        VersionId = placed,
        Content = Content.Empty,
        ETag = "",
        Modified = options.Clock.GetUtcNow(),
        IsDeleteMarker = true,
    });
}
