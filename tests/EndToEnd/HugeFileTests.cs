using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.EndToEnd;

/// <summary>The largest object S3 takes, and the most parts: shown with sparse files, to a server that keeps nothing of them.</summary>
public sealed class HugeFileTests
{
    const long Largest = 5L << 40;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Two terabytes an hour is what this takes: the first parts are enough to see that all are of one size, and that the next run goes on.</summary>
    [LinuxFact]
    public async Task AFileOf5TiBGoesInPartsOfWhichTenThousandAreEnoughAlsoAfterAKill()
    {
        var exe = await Needs.PublishedExe();
        await using var server = await S3Server.Start(new() { DiscardBodies = true });
        await using var scene = await Scene.Open(exe.Path, server.Url);
        List<(int Number, long Length)> parts = [];
        server.Arrived += request =>
        {
            if (request.Operation == S3Operation.UploadPart)
            {
                lock (parts)
                    parts.Add((request.Number("partNumber", 1, 10_000, 0), request.Length ?? 0));
            }
        };
        using (var file = File.Create(Path.Combine(scene.Root, "largest")))
            file.SetLength(Largest);
        File.SetLastWriteTimeUtc(Path.Combine(scene.Root, "largest"), DateTime.UtcNow.AddMinutes(-2));
        string[] arguments = ["--once", "--buffer-memory", "1100"];
        await using (var run = scene.Start(arguments))
        {
            await Eventually.True(() => LedgerView.Parts(scene.Ledger) >= 2, () => run.Output, Cancel, Scene.Limit);
            await run.Kill();
        }
        var known = (int)LedgerView.Parts(scene.Ledger);
        int before;
        lock (parts)
            before = parts.Count;
        await using (var run = scene.Start(arguments))
        {
            await run.WaitForLine($"the upload goes on, {known} of its 10000 parts are in the bucket", Scene.Limit);
            await Eventually.True(() => { lock (parts) return parts.Count > before; }, () => run.Output, Cancel, Scene.Limit);
            await run.Kill();
        }
        var size = Assert.Single(parts.Select(part => part.Length).Distinct());
        Assert.Equal((Largest + 9_999) / 10_000, size);
        Assert.Equal(known + 1, parts[before].Number);
        Assert.Equal(1, server.OpenUploads);
    }

    [Fact]
    public async Task AFileOfTenThousandPartsIsProvenAndOneByteMoreMakesThemLarger()
    {
        const int part = 1024;
        using var directory = new TemporaryDirectory();
        await using var server = await S3Server.Start(new() { DiscardBodies = true, SmallestPart = part }, "bucket");
        using var bucket = PipelineStand.OpenBucket(server, ChecksumKind.Crc64Nvme, isAws: true);
        var buffers = new Buffers(1 << 20, 1 << 20);
        Upload upload = new(Platform.OpenDisk([directory.Path]), bucket, buffers, new(TimeSpan.Zero, part, false), new DirectoryPaces([new(0, directory.Path, "bucket", "in")], TimeProvider.System), new Inbox(100_000, new()), TimeProvider.System, new CapturedLog());
        foreach (var (name, length, expected) in ((string, long, int)[])[("full", 10_000 * part, 10_000), ("over", 10_000 * part + 1, 9_991)])
        {
            using (var file = File.Create(directory[name]))
                file.SetLength(length);
            var before = server.Count(S3Operation.UploadPart);
            var job = new Job(new(0, directory.Path, "bucket", "in"), name) { Stage = Stage.Pending };
            var outcome = await upload.TryAsync(job, Cancel);
            job.Release();
            Assert.Equal((Happening.Proven, expected), (outcome.Happening, server.Count(S3Operation.UploadPart) - before));
        }
    }
}
