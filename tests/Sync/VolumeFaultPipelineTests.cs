using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>A whole pipeline on a disk that answers chosen calls with an error: what the volume fails in is said once, and the files go on when it is well.</summary>
public sealed class VolumeFaultPipelineTests
{
    const int Files = 40;

    static readonly bool Windows = OperatingSystem.IsWindows();

    readonly ManualTime time = new();
    volatile int error;
    volatile string? only;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Read-only, full, over quota, gone: as errno and as the Win32 code.</summary>
    public static TheoryData<int> ErrorsOfDeletions => Windows ? [19, 112, 1295, 21, 64, 1117] : [30, 28, 122, 5, 116, 107];

    public static TheoryData<int> ErrorsOfReading => Windows ? [21, 53, 64, 1117, 23] : [5, 116, 107, 19, 112, 110, 117];

    [Theory, MemberData(nameof(ErrorsOfDeletions))]
    public async Task WhereNothingCanBeDeletedAllIsUploadedOneLineSaysSoAndLaterAllIsDeleted(int code)
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        error = code;
        await using var running = Run(stand, FaultyDiskCall.Delete);
        await Until(running, stand, () => running.Pipeline.Tally.Uploaded == Files && stand.Log.Count("nothing is deleted below") == 1);
        // Time in which they would be parked, were it theirs.
        for (var i = 0; i < 20; i++)
            await Pass(running, TimeSpan.FromSeconds(20));
        Assert.Equal((0, 1, 0), (stand.Log.Count("failed "), stand.Log.Count("nothing is deleted below"), stand.Log.Count("parked ")));
        Assert.Contains(stand.Log.Lines, line => line.Text.Contains(Platform.Explain(code).Words));
        error = 0;
        await Until(running, stand, () => running.Pipeline.Tally.Deleted == Files);
        Assert.Equal(1, stand.Log.Count("works again"));
        await running.StopAsync();
        Assert.Equal((0, 0), (running.Pipeline.Tally.Failures, stand.Log.Count("parked ")));
        Assert.Equal(new OracleCount(0, Files, 0), stand.Oracle.Check());
    }

    [Theory, MemberData(nameof(ErrorsOfReading))]
    public async Task WhereNothingCanBeReadOneLineSaysSoAndLaterAllIsUploaded(int code)
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        error = code;
        await using var running = Run(stand, FaultyDiskCall.Open);
        await Until(running, stand, () => stand.Log.Count("nothing is uploaded below") == 1);
        for (var i = 0; i < 20; i++)
            await Pass(running, TimeSpan.FromSeconds(20));
        Assert.Equal((0, 1, 0), (stand.Log.Count("failed "), stand.Log.Count("nothing is uploaded below"), stand.Log.Count("parked ")));
        error = 0;
        await Until(running, stand, () => running.Pipeline.Tally.Deleted == Files);
        await running.StopAsync();
        Assert.Equal(0, running.Pipeline.Tally.Failures);
        Assert.Equal(new OracleCount(0, Files, 0), stand.Oracle.Check());
    }

    [Theory, InlineData(FaultyDiskCall.Open), InlineData(FaultyDiskCall.Delete)]
    internal async Task AFileWithABadSectorIsItsOwnFaultAndTheOthersGoOn(FaultyDiskCall call)
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        (error, only) = (Windows ? 1117 : 5, "7");
        await using var running = Run(stand, call);
        await Until(running, stand, () => running.Pipeline.Tally.Deleted == Files - 1 && stand.Log.Count("parked ") == 1);
        Assert.Contains(stand.Log.Lines, line => line.Text.StartsWith("parked ", StringComparison.Ordinal) && line.Text.Contains(Platform.Explain(error).Words));
        await running.StopAsync();
    }

    RunningPipeline Run(PipelineStand stand, FaultyDiskCall call)
    {
        for (var i = 0; i < Files; i++)
            stand.Write($"{i}", PipelineStand.Bytes(100, i));
        var disk = new FaultyDisk(stand.Roots, (asked, path) => asked == call && (only is null || Path.GetFileName(path) == only) ? error : 0);
        return stand.Run(clock: time, disk: disk);
    }

    async Task Until(RunningPipeline running, PipelineStand stand, Func<bool> holds)
    {
        using var ticking = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var ticks = Task.Run(async () =>
        {
            while (!ticking.IsCancellationRequested)
                await Pass(running, TimeSpan.FromSeconds(2));
        }, Cancel);
        await Eventually.True(holds, stand.Log.ToString, Cancel);
        await ticking.CancelAsync();
        await ticks;
    }

    /// <summary>Time passes, and what is due then is done, or begun at least.</summary>
    async Task Pass(RunningPipeline running, TimeSpan by)
    {
        time.Advance(by);
        var turns = running.Pipeline.Turns;
        running.Pipeline.Turn();
        await Eventually.True(() => running.Pipeline.Turns > turns, () => "the ledger's thread stands still", Cancel);
    }
}
