using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.S3;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support.S3;
using Bucket = S3Sync.Storage.Bucket;

namespace S3Sync.Tests.Support;

/// <summary>
/// All that a run needs, in one test: directories, a ledger, a local S3 server, an oracle that remembers what was produced.
/// The pipeline on it is the program's own, on the real disk and the real kernel.
/// </summary>
sealed class PipelineStand : IAsyncDisposable
{
    public const string BucketName = "bucket";

    /// <summary>Small, so that files of a few hundred kilobytes have many parts.</summary>
    public const int PartSize = 64 * 1024;

    readonly TemporaryDirectory directory = new();
    readonly ChecksumKind checksum;
    readonly bool isAws;
    readonly Compat compat;

    PipelineStand(S3Server server, ChecksumKind checksum, bool isAws, Compat compat)
    {
        (Server, this.checksum, this.isAws, this.compat) = (server, checksum, isAws, compat);
        Oracle = Oracle.Of(server, Ledger);
        AddRoot("in");
    }

    /// <summary>Starts a server; by default one that proves by CRC64NVME and honours conditions, as AWS does, but is not trusted to.</summary>
    public static async Task<PipelineStand> Start(Profile? profile = null, ChecksumKind checksum = ChecksumKind.Crc64Nvme, bool isAws = false, TimeProvider? serverClock = null, Compat compat = default) =>
        new(await S3Server.Start(new() { Profile = profile ?? Profile.Aws, SmallestPart = PartSize, Clock = serverClock ?? TimeProvider.System }, BucketName), checksum, isAws, compat);

    public S3Server Server { get; }

    /// <summary>
    /// Where a run finds the server, if not at its own address: what stands in front of it.
    /// </summary>
    public string? Endpoint { get; set; }

    public Oracle Oracle { get; }

    public CapturedLog Log { get; } = new();

    public List<Root> Roots { get; } = [];

    public Root Root => Roots[0];

    public string Ledger => directory["state/ledger"];

    /// <summary>Adds a watched directory.</summary>
    public Root AddRoot(string name, string? prefix = null, string bucket = BucketName)
    {
        Directory.CreateDirectory(directory[name]);
        var root = new Root(Roots.Count, directory[name], bucket, prefix ?? name);
        Roots.Add(root);
        return root;
    }

    /// <summary>Produces a file as most programs do: make, write, close. Directories on the way are made.</summary>
    public string Write(string path, byte[] bytes, Root? root = null)
    {
        root ??= Root;
        Oracle.Expect(root, path, bytes);
        var full = root.FullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, bytes);
        return full;
    }

    /// <summary>Bytes that are the same for the same seed.</summary>
    public static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Starts the pipeline. Without a change: no settling, nothing kept, until stopped; on the system's clock and disk.</summary>
    public RunningPipeline Run(Func<PipelineRules, PipelineRules>? change = null, TimeProvider? clock = null, IDisk? disk = null, S3Server? server = null)
    {
        PipelineRules rules = new()
        {
            Roots = Roots,
            Quiet = TimeSpan.Zero,
            Rescan = TimeSpan.FromMinutes(10),
            PartSize = PartSize,
            BufferMemory = 1 << 20,
            Uploaders = 4,
            Keep = false,
            AcceptUnproven = false,
            Once = false,
            Patience = TimeSpan.FromMinutes(1),
            Grace = TimeSpan.FromSeconds(30),
        };
        return new(change?.Invoke(rules) ?? rules, S3Sync.Storage.Ledger.Open(Ledger), OpenBucket(new(new(server?.Url ?? Endpoint ?? Server.Url), IsAws: isAws, TestCredentials.Region, checksum, 300) { Compat = compat }), Log, clock, disk);
    }

    /// <summary>Runs until there is nothing left to do.</summary>
    public async Task<RunResult> DrainAsync(CancellationToken cancel, Func<PipelineRules, PipelineRules>? change = null, TimeProvider? clock = null, S3Server? server = null)
    {
        await using var running = Run(rules => (change?.Invoke(rules) ?? rules) with { Once = true }, clock, server: server);
        return await running.Ended.WaitAsync(cancel);
    }

    /// <summary>The bucket as the program sees it.</summary>
    public static Bucket OpenBucket(S3Server server, ChecksumKind checksum, bool isAws, Compat compat = default)
    {
        return OpenBucket(new(new(server.Url), IsAws: isAws, TestCredentials.Region, checksum, 300) { Compat = compat });
    }

    /// <summary>The same with options of the test's own.</summary>
    public static Bucket OpenBucket(BucketOptions options)
    {
        var config = BucketCredentials.Configure(options, out _)!;
        var credentials = new BasicAWSCredentials(TestCredentials.AccessKey, TestCredentials.SecretKey);
        return new(new AmazonS3Client(credentials, config), credentials, options);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        directory.Dispose();
    }
}

/// <summary>A pipeline at work in this process. Disposing it stops it, in order, and lets go of the ledger.</summary>
sealed class RunningPipeline : IAsyncDisposable
{
    readonly CancellationTokenSource stop = new();
    readonly Ledger ledger;
    readonly Bucket bucket;

    public RunningPipeline(PipelineRules rules, Ledger ledger, Bucket bucket, CapturedLog log, TimeProvider? clock = null, IDisk? disk = null)
    {
        (this.ledger, this.bucket) = (ledger, bucket);
        Pipeline = new(rules, ledger, bucket, disk ?? Platform.OpenDisk(rules.Roots.Select(root => root.Path)), () => Platform.OpenWatch(1 << 20), clock ?? TimeProvider.System, log);
        Ended = Task.Run(() => Pipeline.RunAsync(stop.Token));
    }

    public Pipeline Pipeline { get; }

    /// <summary>The run's result, once it has ended.</summary>
    public Task<RunResult> Ended { get; }

    /// <summary>As Ctrl+C does.</summary>
    public async Task<RunResult> StopAsync()
    {
        await stop.CancelAsync();
        return await Ended;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        bucket.Dispose();
        ledger.Dispose();
        stop.Dispose();
    }
}
