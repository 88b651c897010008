using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.IO.Hashing;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace S3Sync.Benchmarks;

/// <summary>Ceph's S3 gateway, which must be installed (tests/Support/radosgw/install), with its store in memory. What is in the bucket is read back.</summary>
sealed class RadosServer : IComparisonServer
{
    // Below the ports the kernel hands out itself.
    const int Port = 27_480, Readers = 16;

    readonly Process script;
    readonly string directory = Path.Join(Path.GetTempPath(), $"s3sync-compare-radosgw-{Environment.ProcessId}");
    readonly AmazonS3Client client;

    RadosServer()
    {
        var (access, secret) = (Contender.Environment[0].Value, Contender.Environment[1].Value);
        script = Process.Start(new ProcessStartInfo("bash", [Path.Join(Publish.Repository, "tests", "Support", "radosgw", "serve"), directory, Port.ToString(CultureInfo.InvariantCulture), access, secret])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        client = new(new BasicAWSCredentials(access, secret), new AmazonS3Config { ServiceURL = Url, ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
    }

    public static async Task<RadosServer> StartAsync()
    {
        var server = new RadosServer();
        string? line;
        do
        {
            line = await server.script.StandardOutput.ReadLineAsync();
        }
        while (line is not (null or "ready"));
        if (line is null)
        {
            throw new InvalidOperationException("radosgw did not start: is it installed?");
        }
        await server.client.PutBucketAsync(Contender.Bucket);
        return server;
    }

    public string Name => "radosgw with its store in memory";

    public string Url => $"http://127.0.0.1:{Port}";

    public string Checksum => "auto";

    public async Task ForgetAsync()
    {
        foreach (var some in (await ListAsync()).Chunk(1000))
        {
            await client.DeleteObjectsAsync(new() { BucketName = Contender.Bucket, Objects = [.. some.Select(one => new KeyVersion { Key = one.Key })] });
        }
    }

    public async Task<(Seen Seen, Dictionary<string, StoredObject> Objects)> ObjectsAsync()
    {
        var objects = new ConcurrentDictionary<string, StoredObject>();
        await Parallel.ForEachAsync(await ListAsync(), new ParallelOptions { MaxDegreeOfParallelism = Readers }, async (one, cancel) =>
            objects[one.Key] = new(one.Size ?? 0, await HashAsync(one.Key, cancel), 0));
        return (default, new(objects));
    }

    public void Dispose()
    {
        client.Dispose();
        // It stops what it started when its input ends.
        script.StandardInput.Close();
        script.WaitForExit();
        script.Dispose();
    }

    async Task<List<S3Object>> ListAsync()
    {
        var all = new List<S3Object>();
        await foreach (var one in client.Paginators.ListObjectsV2(new() { BucketName = Contender.Bucket }).S3Objects)
        {
            all.Add(one);
        }
        return all;
    }

    async Task<ulong> HashAsync(string key, CancellationToken cancel)
    {
        using var answer = await client.GetObjectAsync(Contender.Bucket, key, cancel);
        var piece = new byte[Math.Min(answer.ContentLength, Tree.PieceBytes)];
        var sum = 0UL;
        int read;
        while ((read = await answer.ResponseStream.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false, cancel)) > 0)
        {
            sum = unchecked(sum + XxHash3.HashToUInt64(piece.AsSpan(0, read)));
        }
        return sum;
    }
}
