using System;
using System.Linq;
using System.Security.Cryptography;
using System.Threading.Tasks;
using Xunit;

namespace S3Sync.Tests.Conformance;

public abstract partial class S3Conformance
{
    private protected virtual string Md5ThatIsNoBase64 => "400 InvalidDigest";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(3_000_001)]
    public async Task AnObjectComesBackAsItWentInWithItsMd5AsETag(int size)
    {
        var put = await Put("key", Bytes(size)).Send(Cancel);
        Assert.Equal(("200", Md5(Bytes(size))), (put.Outcome, put.ETag));
        var head = await Head("key").Send(Cancel);
        Assert.Equal((200, Md5(Bytes(size)), size.ToString()), (head.Status, head.ETag, head.Headers["content-length"]));
        await AssertHolds("key", Bytes(size));
    }

    [Fact]
    public async Task TheRightContentMd5IsTaken()
    {
        var request = Put("key", Bytes(100)) with { Headers = new() { ["Content-MD5"] = Convert.ToBase64String(MD5.HashData(Bytes(100))) } };
        Assert.Equal("200", await OutcomeOf(request));
    }

    [Fact]
    public async Task TheContentMd5OfOtherBytesIsRefused()
    {
        var request = Put("key", Bytes(100)) with { Headers = new() { ["Content-MD5"] = Convert.ToBase64String(MD5.HashData(Bytes(100, seed: 2))) } };
        Assert.Equal("400 BadDigest", await OutcomeOf(request));
        await AssertNothing("key");
    }

    [Theory]
    [InlineData("not base64!")]
    [InlineData("AAAA")]
    public async Task AContentMd5ThatIsNoneIsRefused(string md5)
    {
        Assert.Equal(md5 == "AAAA" ? "400 InvalidDigest" : Md5ThatIsNoBase64, await OutcomeOf(Put("key", Bytes(100)) with { Headers = new() { ["Content-MD5"] = md5 } }));
        await AssertNothing("key");
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(99_999, false)]
    [InlineData(0, true)]
    [InlineData(99_999, true)]
    public async Task ABodyThatEndsEarlyStoresNothing(int bytes, bool reset)
    {
        var said = await (Put("key", Bytes(100_000)) with { PayloadHash = SignedRequest.UnsignedPayload }).SendPart(bytes, reset ? Ending.Reset : Ending.HalfClosed, Cancel);
        Assert.DoesNotContain(" 200 ", said);
        // The server may still be busy with it; once it has served another request for the key it has at least seen the end of this one's connection.
        Assert.Equal("200", await OutcomeOf(Put("other", Bytes(1))));
        await AssertNothing("key");
    }

    [Fact]
    public async Task ABodyThatEndsEarlyReplacesNothing()
    {
        Assert.Equal("200", await OutcomeOf(Put("key", Bytes(100))));
        await (Put("key", Bytes(100_000, seed: 2)) with { PayloadHash = SignedRequest.UnsignedPayload }).SendPart(50_000, Ending.HalfClosed, Cancel);
        await AssertHolds("key", Bytes(100));
    }

    [Fact]
    public async Task ABodyWithoutALengthIsRefused()
    {
        Assert.StartsWith("HTTP/1.1 411 ", await Put("key", []).SendWithoutLength(Cancel));
        await AssertNothing("key");
    }

    [Fact]
    public async Task MetadataTypeAndStorageClassComeBack()
    {
        var request = Put("key", Bytes(10)) with
        {
            Headers = new() { ["x-amz-meta-mtime"] = "1763888888.123456789", ["Content-Type"] = "text/x-test", ["x-amz-storage-class"] = "STANDARD_IA", ["x-amz-tagging"] = "a=1&b=2" },
        };
        Assert.Equal("200", await OutcomeOf(request));
        var head = await Head("key").Send(Cancel);
        Assert.Equal(("1763888888.123456789", "text/x-test", "STANDARD_IA"),
            (head.Headers["x-amz-meta-mtime"], head.Headers["content-type"], head.Headers["x-amz-storage-class"]));
        var tags = await Sdk.GetObjectTaggingAsync(new() { BucketName = Bucket, Key = "key" }, Cancel);
        Assert.Equal(["a=1", "b=2"], tags.Tagging.Select(tag => $"{tag.Key}={tag.Value}").Order());
    }

    [Theory]
    [InlineData("bytes=0-9", 0, 10)]
    [InlineData("bytes=90-", 90, 10)]
    [InlineData("bytes=-10", 90, 10)]
    [InlineData("bytes=50-1000", 50, 50)]
    public async Task ARangeIsThoseBytes(string range, int from, int count)
    {
        await OutcomeOf(Put("key", Bytes(100)));
        var answer = await (Get("key") with { Headers = new() { ["Range"] = range } }).Send(Cancel);
        Assert.Equal(206, answer.Status);
        Assert.Equal(Bytes(100)[from..(from + count)], answer.Body);
        Assert.Equal($"bytes {from}-{from + count - 1}/100", answer.Headers["content-range"]);
    }

    [Fact]
    public async Task ARangeBehindTheEndIsRefused()
    {
        await OutcomeOf(Put("key", Bytes(100)));
        Assert.Equal("416 InvalidRange", await OutcomeOf(Get("key") with { Headers = new() { ["Range"] = "bytes=100-" } }));
    }

    [Fact]
    public async Task WhatIsNotThereIsSaidSo()
    {
        Assert.Equal("404 NoSuchKey", await OutcomeOf(Get("key")));
        Assert.Equal("404 NoSuchBucket", await OutcomeOf(Get("key") with { Bucket = "no-such-bucket" }));
        Assert.Equal("404 NoSuchBucket", await OutcomeOf(Put("key", Bytes(10)) with { Bucket = "no-such-bucket" }));
        Assert.Equal(404, (await (Head("key") with { Bucket = "no-such-bucket" }).Send(Cancel)).Status);
    }
}
