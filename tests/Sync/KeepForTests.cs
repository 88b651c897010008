using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Conformance;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>Files that are kept for a time after their upload, and what the bucket is asked before they are deleted.</summary>
public sealed class KeepForTests
{
    static readonly TimeSpan Week = TimeSpan.FromDays(7);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(100)]
    [InlineData(3 * PipelineStand.PartSize)]
    public async Task AFileIsKeptForItsTimeAndThenDeletedOnceTheBucketWasAskedAgain(int length)
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var path = stand.Write("file", PipelineStand.Bytes(length));
        ManualTime time = new();
        await using var running = stand.Run(Kept, time);
        await Uploaded(stand);
        Assert.Equal((long)Week.TotalMilliseconds, Kept(stand));
        var asked = stand.Server.Count(S3Operation.HeadObject);
        await Pass(running, time, Week - TimeSpan.FromSeconds(1));
        Assert.True(File.Exists(path));
        await Pass(running, time, TimeSpan.FromSeconds(1));
        await Eventually.True(() => !File.Exists(path), stand.Log.ToString, Cancel);
        Assert.Equal(asked + 1, stand.Server.Count(S3Operation.HeadObject));
        await running.StopAsync();
        Assert.Equal(new OracleCount(0, 1, 0), stand.Oracle.Check());
    }

    [Theory]
    [InlineData(true, "is no longer there")]
    [InlineData(false, "nothing proves any more")]
    public async Task AFileWhoseObjectIsNoLongerTheSameStays(bool removed, string why)
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var path = stand.Write("file", PipelineStand.Bytes(100));
        ManualTime time = new();
        await using var running = stand.Run(Kept, time);
        await Uploaded(stand);
        await new SignedRequest(stand.Server.Url, "DELETE", "bucket", "in/file").Send(Cancel);
        if (!removed)
            await new BucketView(stand.Server.Url, "bucket").Put("in/file", PipelineStand.Bytes(100, seed: 2), Cancel);
        await Pass(running, time, Week);
        await Eventually.True(() => LedgerRows.Of(stand.Ledger, "file")?.Error?.Contains(why) == true, () => $"{LedgerRows.Of(stand.Ledger, "file")}", Cancel);
        Assert.True(File.Exists(path));
        Assert.Equal(0, running.Pipeline.Tally.Deleted);
    }

    [Fact]
    public async Task WhileTheBucketCannotBeAskedNothingIsDeletedAndNothingHasFailed()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var path = stand.Write("file", PipelineStand.Bytes(100));
        ManualTime time = new();
        await using var running = stand.Run(Kept, time);
        await Uploaded(stand);
        await stand.Server.Stop();
        await Pass(running, time, Week);
        await Eventually.True(() => LedgerRows.Of(stand.Ledger, "file")?.Waits > 0, stand.Log.ToString, Cancel);
        Assert.Equal((true, 0), (File.Exists(path), LedgerRows.Of(stand.Ledger, "file")!.Value.Attempts));
        await stand.Server.Restart();
        await Eventually.True(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            running.Pipeline.Turn();
            return !File.Exists(path);
        }, stand.Log.ToString, Cancel);
    }

    [Fact]
    public async Task AnotherTimeHoldsForWhatWasUploadedBefore()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var path = stand.Write("file", PipelineStand.Bytes(100));
        foreach (var days in (int[])[7, 30, 1])
        {
            // Whoever keeps files is not in the way of --once.
            Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel, rules => rules with { KeepFor = TimeSpan.FromDays(days) }));
            var row = LedgerRows.Of(stand.Ledger, "file")!.Value;
            Assert.Equal((Stage.Uploaded, (long)TimeSpan.FromDays(days).TotalMilliseconds), (row.Stage, Kept(stand)));
        }
        await stand.DrainAsync(Cancel, rules => rules with { Keep = true });
        Assert.True(File.Exists(path));
        await stand.DrainAsync(Cancel);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task WhatWasKeptForGoodIsKeptForTheTimeThatIsGivenLater()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var path = stand.Write("file", PipelineStand.Bytes(100));
        await stand.DrainAsync(Cancel, rules => rules with { Keep = true });
        await stand.DrainAsync(Cancel, Kept);
        Assert.Equal((true, (long)Week.TotalMilliseconds), (File.Exists(path), Kept(stand)));
    }

    [Fact]
    public async Task AFileThatIsReleasedIsAskedForUnderTheKeyItWasUploadedTo()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var path = stand.Write("file", PipelineStand.Bytes(100));
        await stand.DrainAsync(Cancel, Kept);
        stand.Roots[0] = stand.Root with { Prefix = "elsewhere" };
        ManualTime time = new();
        time.Advance(DateTimeOffset.UtcNow - time.GetUtcNow());
        await using var running = stand.Run(Kept, time);
        await Pass(running, time, Week + TimeSpan.FromMinutes(1));
        await Eventually.True(() => LedgerRows.Of(stand.Ledger, "file")!.Value.Code == FailureCode.OtherAddress, stand.Log.ToString, Cancel);
        running.Pipeline.Ask(OperatorRequest.Of(OperatorVerb.Release, OperatorChoice.Elsewhere));
        await Eventually.True(() => !File.Exists(path), stand.Log.ToString, Cancel);
        Assert.Equal("in/file", Assert.Single(stand.Server.Objects("bucket")).Key);
    }

    static PipelineRules Kept(PipelineRules rules) => rules with { KeepFor = Week };

    /// <summary>How long after its upload the file is to be deleted, in milliseconds.</summary>
    static long Kept(PipelineStand stand) => LedgerRows.Of(stand.Ledger, "file") is { Due: { } due, Uploaded: { } uploaded } ? due - uploaded : -1;

    static async Task Uploaded(PipelineStand stand) =>
        await Eventually.True(() => LedgerRows.Of(stand.Ledger, "file")?.Uploaded is not null, stand.Log.ToString, Cancel);

    /// <summary>Time passes, and the ledger has seen it and done what follows at once.</summary>
    static async Task Pass(RunningPipeline running, ManualTime time, TimeSpan by)
    {
        time.Advance(by);
        var turns = running.Pipeline.Turns;
        running.Pipeline.Turn();
        await Eventually.True(() => running.Pipeline.Turns > turns, () => "the ledger does not come round", Cancel);
    }
}
