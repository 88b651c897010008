using System;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.S3;
using BenchmarkDotNet.Attributes;
using S3Sync.Storage;

namespace S3Sync.Benchmarks;

/// <summary>One small file's PutObject, signed and sent by ourselves, beside the SDK's. The null server is a process of its own; the time is the round trip's.</summary>
[MemoryDiagnoser]
public class PutBenchmarks
{
    const string Key = "out/2026/11/23/measurement-000001.csv";

    readonly byte[] body = new byte[4096];
    NullServerProcess? server;
    AmazonS3Client? client;
    BucketSdk? sdk;
    Bucket? bucket;
    Digest digest;

    [GlobalSetup]
    public async Task StartAsync()
    {
        new Random(1).NextBytes(body);
        digest = Digest.Of(ChecksumKind.Crc64Nvme, body);
        server = new(await Publish.FloorAsync());
        var options = new BucketOptions(new(server.Url), true, "us-east-1", ChecksumKind.Crc64Nvme, 1);
        var credentials = new BasicAWSCredentials("access", "secret");
        client = new(credentials, BucketCredentials.Configure(options, out _)!);
        (sdk, bucket) = (new(client, ChecksumKind.Crc64Nvme, null), new(client, credentials, options));
    }

    [GlobalCleanup]
    public void Stop()
    {
        // The client is the bucket's to dispose of.
        bucket?.Dispose();
        server?.Dispose();
    }

    [Benchmark(Baseline = true)]
    public async Task BySdk() => Check(await sdk!.PutAsync(Contender.Bucket, Key, body, digest, false, CancellationToken.None));

    [Benchmark]
    public async Task ByOurselves() => Check(await bucket!.PutAsync(Contender.Bucket, Key, body, digest, false, CancellationToken.None));

    static void Check(Reply reply)
    {
        if (!reply.Ok)
        {
            throw new InvalidOperationException(reply.Detail);
        }
    }
}
