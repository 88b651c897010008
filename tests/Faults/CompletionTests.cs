using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;
using Fault = S3Sync.Tests.Support.S3.Fault;

namespace S3Sync.Tests.Faults;

/// <summary>
/// CompleteMultipartUpload, which may take minutes: the status 200 comes first, then white space, then what became of it.
/// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
/// </summary>
public sealed class CompletionTests
{
    const string Result = "<CompleteMultipartUploadResult><ETag>\"900150983cd24fb0d6963f7d28e17f72-1\"</ETag></CompleteMultipartUploadResult>";

    static readonly byte[] Body = PipelineStand.Bytes(1000);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(nameof(ChecksumKind.Crc64Nvme))]
    [InlineData(nameof(ChecksumKind.Md5))]
    public async Task WhileWhiteSpaceArrivesTheAnswerIsWaitedFor(string kind)
    {
        await using var server = await S3Server.Start(new() { SmallestPart = 1 }, "bucket");
        server.Faults.Add(Fault.White(TimeSpan.FromSeconds(2)).On(S3Operation.CompleteMultipartUpload));
        using var bucket = At(server.Url, Enum.Parse<ChecksumKind>(kind), TimeSpan.FromSeconds(0.5));
        var digest = Digest.Of(bucket.Checksum, Body);
        var upload = await bucket.CreateUploadAsync("bucket", "key", Cancel);
        var part = await bucket.PutPartAsync("bucket", "key", upload.UploadId, 1, Body, digest, Cancel);
        var whole = DigestOfParts.Whole([digest]);
        var reply = await bucket.CompleteUploadAsync("bucket", "key", upload.UploadId, [new(1, part.ETag, digest)], whole, onlyIfNew: true, Cancel);
        Assert.Equal(Verdict.Proven, Proof.Of(bucket.Checksum, whole, reply));
        Assert.True(reply.Ok, reply.Detail);
    }

    [Fact]
    public async Task ItEndsSomeTimeAndNamesTheOption()
    {
        await using var server = new HostileServer(async (_, stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<?xml version=\"1.0\"?>"u8.ToArray(), stop);
            while (true)
            {
                await stream.WriteAsync("\n"u8.ToArray(), stop);
                await Task.Delay(20, stop);
            }
        });
        using var bucket = At(server.Url, ChecksumKind.Md5, TimeSpan.FromSeconds(0.3));
        await AssertLate(bucket, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<?xml version=\"1.0\"?>\n <Comp")]
    public async Task WhereNothingArrivesTheLimitIsThatOfEveryRequest(string beginning)
    {
        await using var server = new HostileServer(async (_, stream, stop) =>
        {
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(beginning), stop);
            await Task.Delay(Timeout.Infinite, stop);
        });
        using var bucket = At(server.Url, ChecksumKind.Md5, TimeSpan.FromSeconds(0.3));
        await AssertLate(bucket, TimeSpan.FromSeconds(0.3), TimeSpan.FromSeconds(2.5));
    }

    [Theory]
    [InlineData("<?xml version=\"1.0\"?>   \n\n   " + Result)]
    [InlineData("  \r\n \n" + Result)]
    [InlineData("  \r\n \n<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + Result)]
    public async Task WhiteSpaceMayStandWhereItWill(string document)
    {
        await using var server = new HostileServer($"HTTP/1.1 200 OK\r\nContent-Length: {document.Length}\r\n\r\n{document}");
        using var bucket = At(server.Url, ChecksumKind.Md5, TimeSpan.FromSeconds(10));
        var reply = await CompleteAsync(bucket);
        Assert.Equal((S3Sync.Storage.Fault.None, "900150983cd24fb0d6963f7d28e17f72-1"), (reply.Fault, reply.ETag));
    }

    [Theory]
    [InlineData("InternalError", S3Sync.Storage.Fault.Overloaded)]
    [InlineData("SlowDown", S3Sync.Storage.Fault.Overloaded)]
    [InlineData("PreconditionFailed", S3Sync.Storage.Fault.Exists)]
    [InlineData("InvalidPart", S3Sync.Storage.Fault.Corrupted)]
    [InlineData("EntityTooSmall", S3Sync.Storage.Fault.Rejected)]
    internal async Task AnErrorBehindTheStatus200IsOne(string code, S3Sync.Storage.Fault expected)
    {
        var document = $"<?xml version=\"1.0\"?>\n  \n<Error><Code>{code}</Code><Message>oh</Message><RequestId>4711</RequestId></Error>";
        await using var server = new HostileServer($"HTTP/1.1 200 OK\r\nContent-Length: {document.Length}\r\n\r\n{document}");
        using var bucket = At(server.Url, ChecksumKind.Md5, TimeSpan.FromSeconds(10));
        var reply = await CompleteAsync(bucket);
        Assert.Equal(expected, reply.Fault);
        Assert.Contains($"{code}, request 4711", reply.Detail);
    }

    [Theory]
    [InlineData("<html><body>sign in</body></html>")]
    [InlineData("<CompleteMultipartUploadResult><ETag>")]
    [InlineData("{\"etag\":1}")]
    [InlineData("")]
    public async Task WhatCannotBeReadIsSaidInWordsOfOurs(string document)
    {
        await using var server = new HostileServer($"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {document.Length}\r\n\r\n{document}");
        using var requests = new EveryRequest(new(new(server.Url), IsAws: false, TestCredentials.Region, ChecksumKind.Md5, 4));
        foreach (var name in (string[])["create", "complete", "parts", "list"])
        {
            var reply = await requests.SendAsync(name, Cancel);
            Assert.Contains(reply.Fault, (S3Sync.Storage.Fault[])[S3Sync.Storage.Fault.Unreachable, S3Sync.Storage.Fault.NotS3]);
            Assert.Contains("answer", reply.Detail, StringComparison.Ordinal);
            Assert.DoesNotContain("line 1", reply.Detail, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("Root element", reply.Detail);
        }
    }

    static async Task AssertLate(S3Sync.Storage.Bucket bucket, TimeSpan least, TimeSpan most)
    {
        var clock = Stopwatch.StartNew();
        var reply = await CompleteAsync(bucket);
        Assert.InRange(clock.Elapsed, least - TimeSpan.FromMilliseconds(50), most);
        Assert.Equal(S3Sync.Storage.Fault.Unreachable, reply.Fault);
        Assert.Contains("--request-timeout", reply.Detail);
    }

    static Task<Reply> CompleteAsync(S3Sync.Storage.Bucket bucket) =>
        bucket.CompleteUploadAsync("bucket", "key", "id", [new(1, "\"tag\"", Digest.Of(ChecksumKind.Md5, Body))], "", onlyIfNew: false, Cancel);

    static S3Sync.Storage.Bucket At(string url, ChecksumKind kind, TimeSpan patience) =>
        PipelineStand.OpenBucket(new(new(url), IsAws: false, TestCredentials.Region, kind, 4) { RequestTimeout = patience });
}
