using System;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>Invariant 11 where the kernel grants no lease: a close and a pause prove nothing, a rename and a sentinel do.</summary>
[SupportedOSPlatform("linux")]
public sealed class UnsureTests
{
    const string Waits = "cannot be told";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [LinuxFact]
    public async Task AFileThatSomebodyClosedWaitsForTheLongIntervalAndThatIsSaidOnce()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        await using var running = Run(stand, TimeSpan.FromHours(1));
        await Eventually.True(() => stand.Log.Count("watching") == 1, stand.Log.ToString, Cancel);
        for (var i = 0; i < 3; i++)
            stand.Write($"{i}", PipelineStand.Bytes(10, i));
        await Eventually.True(() => LedgerRows.All(stand.Ledger).Count(row => row.Waits > 0) == 3, stand.Log.ToString, Cancel);
        // Another handle is closed: nothing is known by that.
        File.AppendAllText(stand.Root.FullPath("0"), "");
        await Eventually.True(() => stand.Log.Count("not settled") > 3, stand.Log.ToString, Cancel);
        await running.StopAsync();
        Assert.Equal(0, running.Pipeline.Tally.Uploaded);
        Assert.Equal(1, stand.Log.Count("cannot always be told"));
        Assert.Equal(1, stand.Log.Count("setcap cap_lease+ep"));
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Assert.All(LedgerRows.All(stand.Ledger), row => Assert.InRange(row.Due!.Value - now, 3_500_000, 3_600_000));
    }

    [LinuxFact]
    public async Task AFileRenamedIntoPlaceIsTakenAtOnce()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        await using var running = Run(stand, TimeSpan.FromHours(1));
        await Eventually.True(() => stand.Log.Count("watching") == 1, stand.Log.ToString, Cancel);
        for (var i = 0; i < 20; i++)
        {
            stand.Write($"{i}.new", PipelineStand.Bytes(10, i));
            stand.Oracle.Removed(stand.Root, $"{i}.new");
            stand.Oracle.Expect(stand.Root, $"{i}", PipelineStand.Bytes(10, i));
            File.Move(stand.Root.FullPath($"{i}.new"), stand.Root.FullPath($"{i}"));
        }
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 20, stand.Log.ToString, Cancel);
        await running.StopAsync();
        Assert.Equal(new OracleCount(0, 20, 0), stand.Oracle.Check());
    }

    [LinuxFact]
    public async Task AFileWithItsSentinelIsTakenAtOnce()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Roots[0] = stand.Root with { Filter = new(Rule.Temporary, default, new(null, ".done")) };
        await using var running = Run(stand, TimeSpan.FromHours(1));
        await Eventually.True(() => stand.Log.Count("watching") == 1, stand.Log.ToString, Cancel);
        stand.Write("file", PipelineStand.Bytes(10));
        File.WriteAllBytes(stand.Root.FullPath("file.done"), []);
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 1, stand.Log.ToString, Cancel);
    }

    [LinuxFact]
    public async Task AFileThatAScanFindsWaitsFromItsLastChangeWhateverItsLastWriteSays()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var path = stand.Write("file", PipelineStand.Bytes(10));
        File.SetLastWriteTimeUtc(path, new(2001, 2, 3, 0, 0, 0, DateTimeKind.Utc));
        var result = await DrainAsync(stand, TimeSpan.FromHours(1));
        Assert.Equal((1, 0), (result.Pending, result.Parked));
        Assert.True(stand.Log.Count(Waits) > 0, stand.Log.ToString());
        Assert.Empty(stand.Server.Objects("bucket"));
        // What has not changed for so long is taken.
        Assert.Equal(0, (await DrainAsync(stand, TimeSpan.FromMilliseconds(1))).Pending);
        Assert.Equal(new OracleCount(0, 1, 0), stand.Oracle.Check());
    }

    [LinuxFact]
    public async Task AWriterThatIsSeenKeepsAFileHoweverLongItIsQuiet()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        await using var running = Run(stand, TimeSpan.Zero);
        await Eventually.True(() => stand.Log.Count("watching") == 1, stand.Log.ToString, Cancel);
        var bytes = PipelineStand.Bytes(100);
        stand.Oracle.Expect(stand.Root, "file", bytes);
        await using (var writer = new FileStream(stand.Root.FullPath("file"), FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite, 0))
        {
            await writer.WriteAsync(bytes.AsMemory(0, 50), Cancel);
            await Eventually.True(() => stand.Log.Count("somebody has it open for writing") > 2, stand.Log.ToString, Cancel);
            Assert.Equal(0, running.Pipeline.Tally.Uploaded);
            await writer.WriteAsync(bytes.AsMemory(50), Cancel);
        }
        // A look at all open files takes its time on a busy machine, and twenty times as long passes until the next.
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 1, stand.Log.ToString, Cancel, TimeSpan.FromMinutes(4));
        await running.StopAsync();
        Assert.Equal(new OracleCount(0, 1, 0), stand.Oracle.Check());
    }

    static RunningPipeline Run(PipelineStand stand, TimeSpan unsure) =>
        stand.Run(rules => rules with { Unsure = unsure }, disk: new UnsureDisk(stand.Roots));

    static async Task<RunResult> DrainAsync(PipelineStand stand, TimeSpan unsure)
    {
        await using var running = stand.Run(rules => rules with { Unsure = unsure, Once = true }, disk: new UnsureDisk(stand.Roots));
        return await running.Ended.WaitAsync(Cancel);
    }
}
