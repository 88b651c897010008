using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>When a run with --once ends: it does what was there when its first scans ended, and what comes later only until that is done.</summary>
public sealed class OnceTests : IDisposable
{
    readonly TemporaryDirectory directory = new();
    readonly Root root;

    public OnceTests() => root = new(0, directory["a"], "bucket", "a");

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => directory.Dispose();

    LoopStand Start(int uploads = 8) => new(directory["ledger"], [root], uploads: uploads);

    static void FindLate(LoopStand stand, string path) => stand.Inbox.PostFound(new(Happening.Found, stand.Roots[0], path) { IsLate = true });

    [Theory]
    [InlineData(50, 0.5)]
    [InlineData(5, 0)]
    [InlineData(5, 0.2)]
    public async Task ItEndsThoughFilesKeepComing(int pause, double quiet)
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        for (var i = 0; i < 300; i++)
            stand.Write($"before/{i}", PipelineStand.Bytes(100, i));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var producing = Task.Run(() =>
        {
            // A tree that grows until the run has ended.
            for (var i = 0; !over.Token.WaitHandle.WaitOne(pause); i++)
                stand.Write($"later/{i % 50}/{i}", PipelineStand.Bytes(100, 1000 + i));
        }, Cancel);
        var result = await stand.DrainAsync(Cancel, rules => rules with { Quiet = TimeSpan.FromSeconds(quiet) }).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        await over.CancelAsync();
        await producing;
        Assert.Equal(new RunResult(null, 0, 0), result with { Later = 0 });
        Assert.Empty(Directory.GetFiles(stand.Root.FullPath("before")));
        // What came later is here, or there: the next run takes it.
        Assert.Null((await stand.DrainAsync(Cancel)).Fault);
        Assert.Equal(0, stand.Oracle.Check().OnDisk);
    }

    [Fact]
    public async Task WhatSettledWhenTheFirstScanEndedBelongsToIt()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Write("file", PipelineStand.Bytes(100));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel, rules => rules with { Quiet = TimeSpan.FromSeconds(1) }));
        Assert.Equal(new OracleCount(0, 1, 0), stand.Oracle.Check());
    }

    [Fact]
    public async Task LateFilesAreWorkedOnAndHoldNothingOpen()
    {
        using var stand = Start();
        stand.Find("first");
        var first = await stand.NextUploadAsync();
        stand.Work.Close();
        FindLate(stand, "late");
        FindLate(stand, "later");
        var late = await stand.NextUploadAsync();
        stand.Report(await stand.NextUploadAsync(), Happening.Failed, "so it is");
        await stand.TurnAsync();
        Assert.False(stand.Work.IsZero);
        stand.Report(first, Happening.Proven);
        stand.Report(await stand.NextDeleteAsync(), Happening.Removed);
        await Eventually.True(() => stand.Work.IsZero, stand.Log.ToString, Cancel);
        // One in flight, one that waits for its next attempt: neither is pending as a file of this run is.
        Assert.Equal(("late", true), (late.Path, late.IsLate));
        Assert.Equal(new LedgerCounts(2, 0, 0), stand.Book.CountLate());
        stand.Report(late, Happening.Proven);
        Assert.Equal("late", (await stand.NextDeleteAsync()).Path);
        await stand.TurnAsync();
        Assert.Equal((new LedgerCounts(1, 1, 0), true), (stand.Book.CountLate(), stand.Work.IsZero));
    }

    [Fact]
    public async Task AFileOfTheFirstScanThatHasToWaitHoldsItOpenWhateverElseComes()
    {
        using var stand = Start();
        stand.Find("first");
        stand.Report(await stand.NextUploadAsync(), Happening.Failed, "so it is");
        await stand.TurnAsync();
        stand.Work.Close();
        for (var i = 0; i < 20; i++)
        {
            FindLate(stand, $"{i}");
            stand.Report(await stand.NextUploadAsync(), Happening.Gone);
            await stand.TurnAsync();
            Assert.False(stand.Work.IsZero);
        }
        stand.Advance(TimeSpan.FromSeconds(2));
        stand.Report(await stand.NextUploadAsync(), Happening.Gone);
        await Eventually.True(() => stand.Work.IsZero, stand.Log.ToString, Cancel);
        Assert.Equal(default, stand.Book.CountLate());
    }

    [Fact]
    public async Task MoreLateFilesThanHaveRoomAreLeftToTheScanOfTheNextRun()
    {
        using var stand = Start(uploads: 8);
        stand.Work.Close();
        for (var i = 0; i < Latecomers.Most + 10; i++)
            FindLate(stand, $"{i}");
        await stand.SettledAsync();
        Assert.Equal(Latecomers.Most + 1, LedgerRows.Count(directory["ledger"]));
    }

    [Fact]
    public async Task AFileThatIsWrittenForeverHoldsItOpenForMinutesAtMost()
    {
        Work work = new();
        work.Begin();
        SettlingWork settling = new(work);
        settling.Touched(0, "log", isNew: true, TimeSpan.Zero);
        work.Close();
        work.End();
        for (var second = 1; second < 120; second++)
            settling.Touched(0, "log", isNew: false, TimeSpan.FromSeconds(second));
        Assert.False(work.IsZero);
        settling.Touched(0, "log", isNew: false, TimeSpan.FromSeconds(122));
        Assert.Equal((true, true), (work.IsZero, settling.IsLate(0, "log")));
        settling.Touched(0, "log", isNew: false, TimeSpan.FromSeconds(123));
        settling.End(0, "log");
        Assert.True(work.IsZero);
        await Task.CompletedTask;
    }
}
