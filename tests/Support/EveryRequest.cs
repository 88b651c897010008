using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Amazon.S3;
using S3Sync.Storage;

namespace S3Sync.Tests.Support;

/// <summary>
/// Every request that s3sync makes of S3, by name, over one pool of connections: a run's and an
/// operator's.
/// </summary>
sealed class EveryRequest : IDisposable
{
    static readonly byte[] Body = new byte[100];

    readonly Bucket bucket;
    readonly BucketAccount account;
    readonly Digest digest;

    public EveryRequest(BucketOptions options)
    {
        digest = Digest.Of(options.Checksum, Body);
        bucket = PipelineStand.OpenBucket(options);
        var chain = new BucketChain([], () => Task.FromResult(BucketSource.Of("the test", TestCredentials.AccessKey, TestCredentials.SecretKey, null)), TimeProvider.System);
        account = new(new AmazonS3Client(chain, BucketCredentials.Configure(options, out _)!), chain, options.Endpoint ?? new("https://s3.amazonaws.com"), options, null);
    }

    public static IEnumerable<string> Names => ["put", "head", "part", "create", "complete", "abort", "parts", "remove", "list", "read", "rule", "why"];

    public Task<Reply> SendAsync(string name, CancellationToken cancel) => name switch
    {
        "put" => bucket.PutAsync("bucket", "key", Body, digest, onlyIfNew: true, cancel),
        "head" => bucket.HeadAsync("bucket", "key", cancel),
        "part" => bucket.PutPartAsync("bucket", "key", "id", 1, Body, digest, cancel),
        "create" => bucket.CreateUploadAsync("bucket", "key", cancel),
        "complete" => bucket.CompleteUploadAsync("bucket", "key", "id", [new(1, "etag", digest)], digest.Whole, onlyIfNew: true, cancel),
        "abort" => bucket.AbortUploadAsync("bucket", "key", "id", cancel),
        "parts" => bucket.ListPartsAsync("bucket", "key", "id", [], cancel),
        "remove" => bucket.RemoveAsync("bucket", "key", null, cancel),
        "list" => First(account.ListAsync("bucket", "", null, cancel)),
        "read" => ReadAsync(cancel),
        "rule" => RuleAsync(cancel),
        "why" => bucket.AskWhyAsync("bucket", "key", cancel),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such request"),
    };

    public void Dispose()
    {
        bucket.Dispose();
        account.Dispose();
    }

    async Task<Reply> ReadAsync(CancellationToken cancel)
    {
        var (reply, whole) = await account.DigestAsync("bucket", "key", new(digest.Kind, digest.Whole, "", null), Body.Length, 5 << 20, cancel);
        return reply.Ok && whole is null ? new(S3Sync.Storage.Fault.Rejected, "longer than recorded") : reply;
    }

    async Task<Reply> RuleAsync(CancellationToken cancel) => (await account.AbortRuleAsync("bucket", "", cancel)).Reply;

    static async Task<Reply> First(Task<(Reply Reply, List<ListedObject> Objects, string? Next)> asked) => (await asked).Reply;
}
