using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using S3Sync.Tests.Support;

namespace S3Sync.Tests.Crashes;

/// <summary>
/// The part of a bucket below one prefix, through Amazon's client: what a self-test may write to, read back and empty. It is never asked about
/// anything outside of it. Any thread.
/// </summary>
sealed class Target(IAmazonS3 client, string bucket, string prefix) : IDisposable
{
    public string Bucket => bucket;

    /// <summary>What every key begins with; ends with '/'.</summary>
    public string Prefix => prefix;

    /// <summary>The tests' own servers, and their identity.</summary>
    public static Target Local(string url, string bucket, string prefix) =>
        new(new AmazonS3Client(new BasicAWSCredentials(TestCredentials.AccessKey, TestCredentials.SecretKey), Config(url, TestCredentials.Region)), bucket, prefix);

    /// <summary>Somebody's own bucket, with the credentials the AWS tools find.</summary>
    /// <param name="endpoint">A server other than AWS; null for AWS, in the configured region.</param>
    public static Target Own(string? endpoint, string bucket, string prefix) =>
        new(new AmazonS3Client(endpoint is null ? new() : Config(endpoint, Environment.GetEnvironmentVariable("AWS_REGION") ?? TestCredentials.Region)), bucket, prefix);

    /// <summary>Where only that part of it counts.</summary>
    public Target Below(string more) => new(client, bucket, prefix + more + "/");

    public Task CreateBucket(CancellationToken cancel) => client.PutBucketAsync(bucket, cancel);

    /// <summary>Sees that everything the test needs is permitted, on an object of its own, before anything is killed. Throws what Amazon's client does.</summary>
    public async Task Check(CancellationToken cancel)
    {
        if ((await List(cancel)).Count > 0)
            throw new InvalidOperationException($"s3://{bucket}/{prefix} is not empty");
        await client.PutObjectAsync(new() { BucketName = bucket, Key = prefix + "check", ContentBody = "" }, cancel);
        if (!await Holds("check", 0, 0, cancel))
            throw new InvalidOperationException($"what is written to s3://{bucket}/{prefix} cannot be read back");
        await Empty(cancel);
    }

    /// <summary>Every object by its key without the prefix.</summary>
    public async Task<Dictionary<string, Listed>> List(CancellationToken cancel)
    {
        var all = new Dictionary<string, Listed>(StringComparer.Ordinal);
        var request = new ListObjectsV2Request { BucketName = bucket, Prefix = prefix };
        ListObjectsV2Response page;
        do
        {
            page = await client.ListObjectsV2Async(request, cancel);
            foreach (var one in page.S3Objects ?? [])
                all.Add(one.Key[prefix.Length..], new(one.Size ?? -1, one.ETag.Trim('"')));
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
        return all;
    }

    /// <summary>True if the object is there and holds exactly the first bytes of that seed's pattern.</summary>
    public async Task<bool> Holds(string key, long size, int seed, CancellationToken cancel)
    {
        try
        {
            using var answer = await client.GetObjectAsync(bucket, prefix + key, cancel);
            using var body = new MemoryStream((int)Math.Max(0, answer.ContentLength));
            await answer.ResponseStream.CopyToAsync(body, cancel);
            return body.Length == size && Pattern.Matches(seed, 0, body.GetBuffer().AsSpan(0, (int)body.Length));
        }
        catch (AmazonS3Exception e) when (e.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    /// <summary>Deletes every object below the prefix and aborts what killed programs left of multipart uploads; returns how many of those.</summary>
    public async Task<int> Empty(CancellationToken cancel)
    {
        var keys = (await List(cancel)).Keys;
        await Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancel },
            async (key, stop) => await client.DeleteObjectAsync(bucket, prefix + key, stop));
        var aborted = 0;
        var request = new ListMultipartUploadsRequest { BucketName = bucket, Prefix = prefix };
        ListMultipartUploadsResponse page;
        do
        {
            page = await client.ListMultipartUploadsAsync(request, cancel);
            foreach (var upload in page.MultipartUploads ?? [])
            {
                if (!upload.Key.StartsWith(prefix, StringComparison.Ordinal))
                    continue;
                await client.AbortMultipartUploadAsync(bucket, upload.Key, upload.UploadId, cancel);
                aborted++;
            }
            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        }
        while (page.IsTruncated == true);
        return aborted;
    }

    public void Dispose() => client.Dispose();

    static AmazonS3Config Config(string url, string region) => new() { ServiceURL = url, ForcePathStyle = true, AuthenticationRegion = region, UseHttp = url.StartsWith("http:", StringComparison.Ordinal) };
}
