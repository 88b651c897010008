using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.S3;
using S3Sync.Storage;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;
using Fault = S3Sync.Storage.Fault;

namespace S3Sync.Tests.Storage;

/// <summary>Our own requests: as the SDK would have sent them, and understood by a server that verifies them.</summary>
public sealed class BucketWireTests
{
    /// <summary>What the SDK adds for its own sake, and what differs with each request.</summary>
    static readonly string[] NotCompared = ["user-agent", "amz-sdk-invocation-id", "amz-sdk-request", "expect", "x-amz-date", "authorization", "x-amz-sdk-checksum-algorithm"];

    static readonly byte[] Body = Encoding.UTF8.GetBytes("what is in the file");

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(nameof(ChecksumKind.Crc64Nvme), null)]
    [InlineData(nameof(ChecksumKind.Crc32C), "a session's token/+=")]
    [InlineData(nameof(ChecksumKind.Crc32), null)]
    [InlineData(nameof(ChecksumKind.Md5), "a session's token/+=")]
    public async Task WhatIsSentIsWhatTheSdkSends(string named, string? token)
    {
        var kind = Enum.Parse<ChecksumKind>(named);
        await using var server = await S3Server.Start(new() { SessionToken = token }, "bucket");
        var seen = new List<string>();
        server.Arrived += request => { lock (seen) { seen.Add(Describe(request)); } };
        BucketOptions options = new(new(server.Url), IsAws: false, TestCredentials.Region, kind, 2) { Owner = token is null ? null : new S3ServerOptions().Owner };
        AWSCredentials credentials = token is null ? new BasicAWSCredentials(TestCredentials.AccessKey, TestCredentials.SecretKey) : new SessionAWSCredentials(TestCredentials.AccessKey, TestCredentials.SecretKey, token);
        using var client = new AmazonS3Client(credentials, BucketCredentials.Configure(options, out _)!);
        using var ours = new S3Sync.Storage.Bucket(client, credentials, options);
        var sdk = new BucketSdk(client, kind, options.Owner);
        var digest = Digest.Of(kind, Body);
        foreach (var key in (string[])["plain", "dir/name with space+plus%25", "é日🦊", "a=b&c?d#e"])
        {
            var upload = (await ours.CreateUploadAsync("bucket", key, Cancel)).UploadId;
            foreach (var condition in (bool[])[false, true])
            {
                await Same(await ours.PutAsync("bucket", $"{key}{condition}1", Body, digest, condition, Cancel), () => sdk.PutAsync("bucket", $"{key}{condition}1", Body, digest, condition, Cancel), isRepeatable: !condition);
            }
            await Same(await ours.PutPartAsync("bucket", key, upload, 7, Body, digest, Cancel), () => sdk.PutPartAsync("bucket", key, upload, 7, Body, digest, Cancel));
            await Same(await ours.HeadAsync("bucket", $"{key}True1", Cancel), () => sdk.HeadAsync("bucket", $"{key}True1", Cancel));
        }

        async Task Same(Reply reply, Func<Task<Reply>> bySdk, bool isRepeatable = true)
        {
            Assert.Equal(Fault.None, reply.Fault);
            var mine = seen[^1];
            if (isRepeatable)
            {
                Assert.Equal(await bySdk() with { Size = reply.Size, Request = reply.Request }, reply with { Exchange = default });
            }
            else
            {
                // It exists now: only what was sent is of interest.
                await Assert.ThrowsAsync<BucketAnswerException>(bySdk);
            }
            Assert.Equal(seen[^1], mine);
        }
    }

    [Fact]
    public async Task EveryOddKeyGetsItsOwnObject()
    {
        await using var server = await S3Server.Start(null, "bucket");
        using var bucket = PipelineStand.OpenBucket(server, ChecksumKind.Crc64Nvme, isAws: true);
        foreach (var key in OddKeys.All)
        {
            var body = Encoding.UTF8.GetBytes(key);
            var reply = await bucket.PutAsync("bucket", key, body, Digest.Of(ChecksumKind.Crc64Nvme, body), onlyIfNew: true, Cancel);
            Assert.True(reply.Ok, $"{key}: {reply.Detail}");
            Assert.Equal(body.Length, (await bucket.HeadAsync("bucket", key, Cancel)).Size);
        }
        Assert.Equal(OddKeys.All.Order(StringComparer.Ordinal), server.Objects("bucket").Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("bucket", "https://bucket.s3.eu-central-1.amazonaws.com", "/")]
    [InlineData("with.dots", "https://s3.eu-central-1.amazonaws.com", "/with.dots/")]
    public void WithoutAnEndpointTheSdkChoosesHostAndStyle(string bucket, string origin, string path)
    {
        using var client = Client(new(null, IsAws: true, "eu-central-1", ChecksumKind.Crc64Nvme, 1));
        Assert.Equal(new(origin, new Uri(origin).Host, path, "eu-central-1", IsHttps: true), BucketPlace.Of(client, bucket));
    }

    [Fact]
    public void AnEndpointIsSpokenToInPathStyleAndSignedForItsRegion()
    {
        using var client = Client(new(new("http://127.0.0.1:9000"), IsAws: false, "here", ChecksumKind.Md5, 1));
        Assert.Equal(new("http://127.0.0.1:9000", "127.0.0.1:9000", "/bucket/", "here", IsHttps: false), BucketPlace.Of(client, "bucket"));
    }

    [Fact]
    public void ADirectoryBucketNeedsSessionsThatTheSdkKeeps()
    {
        using var client = Client(new(null, IsAws: true, "us-west-2", ChecksumKind.Crc64Nvme, 1));
        Assert.Null(BucketPlace.Of(client, "bucket--usw2-az1--x-s3"));
    }

    static AmazonS3Client Client(BucketOptions options) => new(new BasicAWSCredentials("access", "secret"), BucketCredentials.Configure(options, out _)!);

    /// <summary>What was sent, but for what differs with each request.</summary>
    internal static string Describe(S3Request request) => string.Join('\n',
    [
        $"{request.Method} {request.Target.Path}",
        .. request.Target.Query.Where(pair => pair.Key != "x-id").OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"),
        .. request.Headers.Select(pair => (Name: pair.Key.ToLowerInvariant(), pair.Value))
            // The SDK calls each part text/plain, which no server keeps: the object's type is that of the upload.
            .Where(pair => !NotCompared.Contains(pair.Name) && !(pair.Name == "content-type" && request.Operation == S3Operation.UploadPart)).OrderBy(pair => pair.Name, StringComparer.Ordinal).Select(pair => $"{pair.Name}: {pair.Value}"),
    ]);
}
