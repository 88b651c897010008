using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using S3Sync.Tests.Sync.Windows;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>The whole pipeline on real files and a real server, where nothing goes wrong.</summary>
public sealed class PipelineTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(PipelineStand.PartSize - 1)]
    [InlineData(PipelineStand.PartSize)]
    [InlineData(PipelineStand.PartSize + 1)]
    [InlineData((2 * PipelineStand.PartSize) - 1)]
    [InlineData(2 * PipelineStand.PartSize)]
    [InlineData((7 * PipelineStand.PartSize) + 123)]
    public async Task AFileOfAnyLengthIsUploadedProvenRecordedAndDeleted(int length)
    {
        await using var stand = await PipelineStand.Start();
        var path = stand.Write("a/b/file", PipelineStand.Bytes(length));
        var result = await stand.DrainAsync(Cancel);
        Assert.Equal(new RunResult(null, 0, 0), result);
        Assert.False(File.Exists(path));
        var row = Assert.Single(LedgerRows.All(stand.Ledger));
        Assert.Equal((Stage.Deleted, (long?)length, "bucket", "in", ChecksumKind.Crc64Nvme), (row.Stage, row.Size, row.Bucket, row.Prefix, row.Kind));
        var stored = Assert.Single(stand.Server.Objects("bucket")).Value;
        Assert.Equal(("in/a/b/file", row.Checksum, row.ETag), (stored.Key, stored.Crc64(), stored.ETag));
        Assert.Equal(length > PipelineStand.PartSize, stored.PartSizes.Length > 1);
        Assert.Equal(new OracleCount(0, 1, 0), stand.Oracle.Check());
    }

    [Fact]
    public async Task ManyFilesOfOneTreeAllArrive()
    {
        await using var stand = await PipelineStand.Start();
        for (var i = 0; i < 3000; i++)
            stand.Write($"{i % 7}/{i % 31}/{i}", PipelineStand.Bytes(i % 300, i));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(new OracleCount(0, 3000, 0), stand.Oracle.Check());
        Assert.Equal(3000, LedgerRows.Count(stand.Ledger, "uploaded IS NOT NULL AND deleted IS NOT NULL AND again IS NULL"));
    }

    [Fact]
    public async Task FilesThatArriveWhileItRunsAreTakenWithoutAScan()
    {
        await using var stand = await PipelineStand.Start();
        await using var running = stand.Run();
        // Wine may never watch a directory that is made at once after the one it is in: what then comes into it, only a scan would find.
        var above = WindowsFactDiscoverer.OnWine ? "new" : "new/";
        for (var i = 0; i < 200; i++)
            stand.Write($"{above}{i % 10}/{i}", PipelineStand.Bytes(100, i));
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 200, stand.Log.ToString, Cancel);
        Assert.Null((await running.StopAsync()).Fault);
        Assert.Equal(new OracleCount(0, 200, 0), stand.Oracle.Check());
        // Each was new once, although watcher and scanner may both have told of it.
        Assert.Equal(0, running.Pipeline.Tally.Again);
        Assert.Equal(0, stand.Log.Count("left alone"));
    }

    [Fact]
    public async Task AFileThatIsKeptIsUploadedAndRecordedOnceAndDeletedByALaterRun()
    {
        await using var stand = await PipelineStand.Start();
        var path = stand.Write("file", PipelineStand.Bytes(100));
        for (var run = 0; run < 2; run++)
        {
            Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel, rules => rules with { Keep = true }));
            Assert.True(File.Exists(path));
            Assert.Equal(Stage.Uploaded, LedgerRows.Of(stand.Ledger, "file")!.Value.Stage);
        }
        Assert.Equal(new OracleCount(1, 1, 1), stand.Oracle.Check());
        var puts = stand.Server.Count(S3Operation.PutObject);
        await stand.DrainAsync(Cancel);
        Assert.False(File.Exists(path));
        Assert.Equal(puts, stand.Server.Count(S3Operation.PutObject));
        Assert.Equal(new OracleCount(0, 1, 0), stand.Oracle.Check());
    }

    [Fact]
    public async Task AnEmptyPrefixMakesKeysOfTheRelativePathAlone()
    {
        await using var stand = await PipelineStand.Start();
        var bare = stand.AddRoot("bare", prefix: "");
        stand.Write("a/b", PipelineStand.Bytes(10), bare);
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal("a/b", Assert.Single(stand.Server.Objects("bucket")).Key);
        stand.Oracle.Check();
    }
}
