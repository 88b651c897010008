using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync.Settings;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;
using Bucket = S3Sync.Storage.Bucket;
using Fault = S3Sync.Tests.Support.S3.Fault;

namespace S3Sync.Tests.Faults;

/// <summary>Whom the program speaks to: the options about trust reach the wire, and a server that cannot be trusted gets nothing.</summary>
public sealed class WireTests : IDisposable
{
    static readonly byte[] Bytes = PipelineStand.Bytes(100);

    readonly TemporaryDirectory place = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => place.Dispose();

    [Fact]
    public async Task AServerIsTrustedByTheAuthorityInTheFileAndByNoOther()
    {
        using TestAuthority authority = new(), other = new();
        File.WriteAllText(place["ca.pem"], authority.Pem);
        File.WriteAllText(place["other.pem"], other.Pem);
        File.WriteAllText(place["both.pem"], other.Pem + "\n" + authority.Pem);
        await using var server = await S3Server.Start(null, "bucket");
        await using var front = new TlsFront(authority.Issue(), server.Port);
        Assert.True((await Put(front.Url, "one", "--ca-file", place["ca.pem"])).Ok);
        Assert.True((await Put(front.Url, "two", "--ca-file", place["both.pem"])).Ok);
        foreach (var arguments in (string[][])[[], ["--ca-file", place["other.pem"]]])
        {
            var refused = await Put(front.Url, "three", arguments);
            Assert.Equal(S3Sync.Storage.Fault.Unreachable, refused.Fault);
            Assert.Contains("certificate", refused.Detail, StringComparison.Ordinal);
        }
        Assert.Equal(2, server.Objects("bucket").Count);
    }

    [Fact]
    public async Task ACertificateForAnotherNameIsRefusedAlthoughItsAuthorityIsTrusted()
    {
        using var authority = new TestAuthority();
        File.WriteAllText(place["ca.pem"], authority.Pem);
        await using var server = await S3Server.Start(null, "bucket");
        await using var front = new TlsFront(authority.Issue("s3.example.com"), server.Port);
        Assert.Equal(S3Sync.Storage.Fault.Unreachable, (await Put(front.Url, "one", "--ca-file", place["ca.pem"])).Fault);
        Assert.Empty(server.Objects("bucket"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("no certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void AFileWithoutAnAuthorityIsAProblemWithAHint(string? content)
    {
        if (content is not null)
            File.WriteAllText(place["ca.pem"], content);
        Assert.Null(BucketCredentials.Configure(new(new("https://x"), false, null, ChecksumKind.Md5, 1) { CaFile = place["ca.pem"] }, out var problem));
        Assert.Contains("ca.pem", problem!.Value.What, StringComparison.Ordinal);
        Assert.Contains("PEM", problem.Value.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheExpectedOwnerIsSaidOnEveryRequestAndAnotherOwnersBucketGetsNothing()
    {
        await using var server = await S3Server.Start(new() { SmallestPart = 5 }, "bucket");
        var seen = new ConcurrentBag<(S3Operation, string?)>();
        server.Arrived += request => seen.Add((request.Operation, request.Header("x-amz-expected-bucket-owner")));
        using (var bucket = Open(server.Url, "--expected-bucket-owner", "111122223333"))
        {
            var digest = Digest.Of(bucket.Checksum, Bytes);
            Assert.True((await bucket.PutAsync("bucket", "small", Bytes, digest, onlyIfNew: true, Cancel)).Ok);
            Assert.True((await bucket.HeadAsync("bucket", "small", Cancel)).Ok);
            foreach (var ends in (bool[])[true, false])
            {
                var upload = await bucket.CreateUploadAsync("bucket", "large", Cancel);
                var part = await bucket.PutPartAsync("bucket", "large", upload.UploadId, 1, Bytes, digest, Cancel);
                Assert.True(part.Ok);
                Assert.True(ends
                    ? (await bucket.CompleteUploadAsync("bucket", "large", upload.UploadId, [new(1, part.ETag, digest)], digest.Whole, onlyIfNew: false, Cancel)).Ok
                    : (await bucket.AbortUploadAsync("bucket", "large", upload.UploadId, Cancel)).Ok);
            }
        }
        Assert.Equal(6, seen.Select(request => request.Item1).Distinct().Count());
        Assert.All(seen, request => Assert.Equal("111122223333", request.Item2));
        Assert.Equal(S3Sync.Storage.Fault.Refused, (await Put(server.Url, "other", "--expected-bucket-owner", "999988887777")).Fault);
        Assert.False(server.Objects("bucket").ContainsKey("other"));
    }

    [Fact]
    public void PlainHttpBeyondThisMachineNeedsConsent()
    {
        Assert.Null(Read("--endpoint", "http://s3.example.com").Settings);
        Assert.NotNull(Read("--endpoint", "http://s3.example.com", "--allow-http").Settings);
        foreach (var near in (string[])["http://127.0.0.1:9", "http://localhost:9", "http://[::1]:9", "https://s3.example.com"])
            Assert.NotNull(Read("--endpoint", near).Settings);
    }

    /// <summary>What a server says of its errors goes into the log: it must not make lines of its own there.</summary>
    [Fact]
    public async Task AServerCannotForgeALineOfTheLog()
    {
        var error = "<Error><Code>Evil\nI forged this line</Code><RequestId>1\r\n2</RequestId></Error>"u8.ToArray();
        byte[] answer = [.. System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 500 Oh\r\nContent-Length: {error.Length}\r\nContent-Type: application/xml\r\nConnection: close\r\n\r\n"), .. error];
        await WithServerThatAnswers(() => answer, async bucket =>
        {
            foreach (var reply in (Reply[])[await Put(bucket), await Complete(bucket)])
            {
                Assert.Contains("I forged", reply.Detail);
                Assert.DoesNotContain(reply.Detail!, char.IsControl);
            }
        });
    }

    [Fact]
    public async Task AFileNameCannotForgeALineOfTheLog()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there such names cannot be");
        await using var stand = await PipelineStand.Start(isAws: true);
        foreach (var name in (string[])["a\n2026-01-01 INF all is well", "b\r\u001b[2Jc", "d\u202egnp.exe", "e\u007f\u0085"])
            stand.Write(name, PipelineStand.Bytes(10, name.Length));
        Assert.Null((await stand.DrainAsync(Cancel)).Fault);
        Assert.Equal(new OracleCount(0, 4, 0), stand.Oracle.Check());
    }

    /// <summary>Whatever comes back instead of HTTP or XML is a reply with a fault, never an exception, and never a success.</summary>
    [Fact]
    public async Task AServerThatAnswersNoiseIsAFault()
    {
        var random = new Random(9);
        await WithServerThatAnswers(() => Noise(random), async bucket =>
        {
            for (var i = 0; i < 150; i++)
            {
                var reply = (i % 3) switch
                {
                    0 => await Put(bucket),
                    1 => await bucket.HeadAsync("bucket", "key", Cancel),
                    _ => await Complete(bucket),
                };
                // A made-up 200 proves nothing either.
                Assert.True(!reply.Ok || Proof.Of(ChecksumKind.Crc64Nvme, "AAAAAAAAAAA=", reply) != Verdict.Proven, $"{i}: {reply}");
            }
        });
    }

    static async Task WithServerThatAnswers(Func<byte[]> answer, Func<Bucket, Task> work)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    using var client = await listener.AcceptTcpClientAsync(Cancel);
                    await Answer(client.GetStream(), answer());
                }
            }
            catch (Exception e) when (e is SocketException or InvalidOperationException or OperationCanceledException)
            {
            }
        }, Cancel);
        using (var bucket = PipelineStand.OpenBucket(new BucketOptions(new($"http://{listener.LocalEndpoint}"), true, "us-east-1", ChecksumKind.Crc64Nvme, 4)))
        {
            await work(bucket);
        }
        listener.Stop();
        await serving;
    }

    static Task<Reply> Put(Bucket bucket) => bucket.PutAsync("bucket", "key", Bytes, Digest.Of(ChecksumKind.Crc64Nvme, Bytes), true, Cancel);

    static Task<Reply> Complete(Bucket bucket) =>
        bucket.CompleteUploadAsync("bucket", "key", "id", [new(1, "etag", Digest.Of(ChecksumKind.Crc64Nvme, Bytes))], "AAAAAAAAAAA=", true, Cancel);

    static async Task Answer(NetworkStream stream, byte[] answer)
    {
        try
        {
            await stream.ReadAtLeastAsync(new byte[4096], 1, throwOnEndOfStream: false, Cancel);
            await stream.WriteAsync(answer, Cancel);
        }
        catch (IOException)
        {
            // The client went away first.
        }
    }

    static byte[] Noise(Random random)
    {
        var noise = new byte[random.Next(400)];
        random.NextBytes(noise);
        var status = (string[])["200 OK", "500 Oh", "412 No", "999 What", "301 Moved"];
        var head = $"HTTP/1.1 {status[random.Next(status.Length)]}\r\nContent-Length: {noise.Length}\r\nContent-Type: application/xml\r\nConnection: close\r\n\r\n";
        return random.Next(3) == 0 ? noise : [.. System.Text.Encoding.ASCII.GetBytes(head), .. noise];
    }

    Reading Read(params string[] arguments)
    {
        Directory.CreateDirectory(place["in"]);
        return Settings.Read(["-w", place["in"], "-b", "bucket", .. arguments], new Dictionary<string, string>(), place.Path, privileged: true);
    }

    Bucket Open(string url, params string[] arguments)
    {
        var reading = Read(["--endpoint", url, "--checksum", "crc64nvme", .. arguments]);
        Assert.Empty(reading.Problems);
        return PipelineStand.OpenBucket(reading.Settings!.ToBucketOptions());
    }

    async Task<Reply> Put(string url, string key, params string[] arguments)
    {
        using var bucket = Open(url, arguments);
        return await bucket.PutAsync("bucket", key, Bytes, Digest.Of(bucket.Checksum, Bytes), onlyIfNew: true, Cancel);
    }
}
