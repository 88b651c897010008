using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading.Tasks;

namespace S3Sync.Tests.Support.S3;

/// <summary>All buckets, and the operations on a bucket as such.</summary>
sealed class Buckets(S3ServerOptions options)
{
    readonly ConcurrentDictionary<string, Bucket> buckets = new();

    /// <summary>The bucket of that name; throws NoSuchBucket, and AccessDenied where the request expects another owner.</summary>
    public Bucket Of(S3Request request)
    {
        var bucket = Find(request.Bucket);
        if (request.Header("x-amz-expected-bucket-owner") is { } owner && owner != options.Owner)
            throw S3Error.AccessDenied("Access Denied: the bucket is not owned by the expected account");
        return bucket;
    }

    public Bucket Find(string name) => buckets.TryGetValue(name, out var bucket) ? bucket : throw S3Error.NoSuchBucket(name);

    /// <summary>Makes it unless it is there.</summary>
    public Bucket Ensure(string name) => buckets.GetOrAdd(name, static (name, now) => new(name, now), options.Clock.GetUtcNow());

    /// <summary>Throws BucketAlreadyOwnedByYou outside us-east-1, where S3 answers 200 instead: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html</summary>
    public S3Reply Create(S3Request request)
    {
        var name = request.Bucket;
        // S3 User Guide, "General purpose bucket naming rules".
        if (name.Length is < 3 or > 63 || !name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '-' or '.'))
            throw new S3Error(400, "InvalidBucketName", $"The specified bucket is not valid: {name}");
        if (!buckets.TryAdd(name, new(name, options.Clock.GetUtcNow())) && options.Region != "us-east-1")
            throw new S3Error(409, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.");
        return new S3Reply().With("Location", "/" + name);
    }

    public S3Reply Delete(S3Request request)
    {
        if (!Of(request).IsEmpty)
            throw new S3Error(409, "BucketNotEmpty", "The bucket you tried to delete is not empty.");
        buckets.TryRemove(request.Bucket, out _);
        return new(204);
    }

    public S3Reply Head(S3Request request)
    {
        Of(request);
        return new S3Reply().With("x-amz-bucket-region", options.Region);
    }

    public S3Reply Location(S3Request request)
    {
        Of(request);
        var region = options.Region is "us-east-1" or null ? "" : options.Region;
        return new() { Xml = $"""<?xml version="1.0" encoding="UTF-8"?>{'\n'}<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{region}</LocationConstraint>""" };
    }

    public S3Reply Versioning(S3Request request) =>
        new() { Xml = new S3Xml("VersioningConfiguration").Element("Status", Of(request).Versioning).ToString() };

    public async Task<S3Reply> SetVersioning(S3Request request, Profile profile)
    {
        var bucket = Of(request);
        var status = (await S3Document.Receive(request, options, profile)).Value("Status");
        bucket.Versioning = status is "Enabled" or "Suspended" ? status : throw S3Error.MalformedXml();
        return new();
    }

    public S3Reply Lifecycle(S3Request request) =>
        new() { Xml = Of(request).Lifecycle ?? throw new S3Error(404, "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist.") };

    /// <summary>Keeps the rules as they are, and does nothing about them.</summary>
    public async Task<S3Reply> SetLifecycle(S3Request request, Profile profile)
    {
        var bucket = Of(request);
        bucket.Lifecycle = (await S3Document.Receive(request, options, profile)).Text;
        return new();
    }

    public S3Reply List() => new()
    {
        Xml = new S3Xml("ListAllMyBucketsResult")
            .Element("Owner", owner => owner.Element("ID", options.Owner).Element("DisplayName", "test"))
            .Element("Buckets", list =>
            {
                foreach (var bucket in buckets.Values.OrderBy(one => one.Name, StringComparer.Ordinal))
                    list.Element("Bucket", one => one.Element("Name", bucket.Name).Element("CreationDate", bucket.Created));
            }).ToString(),
    };

    /// <summary>Multipart uploads under way in all buckets.</summary>
    public int OpenUploads => buckets.Values.Sum(bucket => bucket.Uploads().Length);

    /// <summary>Deletes every file of every object.</summary>
    public void Drop()
    {
        foreach (var bucket in buckets.Values)
        {
            foreach (var (version, _) in bucket.Versions())
                version.Content.Dispose();
            foreach (var upload in bucket.Uploads())
                upload.Drop([]);
        }
    }
}
