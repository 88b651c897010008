using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Conformance;
using S3Sync.Tests.Faults;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>Files that are kept after their upload until their room is needed.</summary>
public sealed class KeepFreeTests
{
    const int Files = 100;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // As free as there are fewer files than a hundred.
    static long? Free(PipelineStand stand) => Files - Directory.GetFiles(stand.Root.Path).Length;

    [Fact]
    public async Task WhileThereIsRoomNothingIsDeletedAndARunEnds()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        Write(stand, 0, 50);
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel, rules => rules with { KeepFree = 50, FreeOf = _ => Free(stand) }));
        Assert.Equal(50, Directory.GetFiles(stand.Root.Path).Length);
        Assert.Equal(50, stand.Server.Objects("bucket").Count);
    }

    [Fact]
    public async Task AVolumeThatDoesNotTellIsTakenForRoomy()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        Write(stand, 0, 10);
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel, rules => rules with { KeepFree = long.MaxValue, FreeOf = _ => null }));
        Assert.Equal(10, Directory.GetFiles(stand.Root.Path).Length);
    }

    /// <summary>Wine may not watch a directory that was made a moment ago, and no scan comes while the clock stands still.</summary>
    [LinuxFact]
    public async Task TheOldestUploadsMakeRoomAndNoMoreThanNeeded()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        ManualTime time = new();
        await using var running = stand.Run(rules => rules with { KeepFree = 40, FreeOf = _ => Free(stand), Uploaders = 1 }, time);
        for (var i = 0; i < 60; i++)
        {
            Write(stand, i, i + 1);
            await Uploaded(running, time, i + 1);
            time.Advance(TimeSpan.FromMilliseconds(10));
        }
        Assert.Equal(0, running.Pipeline.Tally.Deleted);
        Write(stand, 60, 100);
        await Uploaded(running, time, 100);
        time.Advance(TimeSpan.FromSeconds(10));
        await Eventually.True(() => stand.Log.Count("files are kept again") == 1, stand.Log.ToString, Cancel);
        // Those that were with the deleter already, when there was room enough, go as well.
        var left = Directory.GetFiles(stand.Root.Path).Length;
        Assert.InRange(left, 60 - 32, 60);
        await Eventually.True(() => running.Pipeline.Tally.Deleted == Files - Directory.GetFiles(stand.Root.Path).Length, stand.Log.ToString, Cancel);
        Assert.Equal(Enumerable.Range(0, 20).ToArray(), Enumerable.Range(0, 20).Where(i => !File.Exists(stand.Root.FullPath($"{i}"))).ToArray());
        Assert.Equal(1, stand.Log.Count("make room") + stand.Log.Count("makes room"));
        // Seconds after their upload.
        Assert.Equal(0, stand.Server.Count(S3Operation.HeadObject));
    }

    [Fact]
    public void TheSystemTellsHowMuchIsFreeWhereThereIsADirectory()
    {
        using var directory = new TemporaryDirectory();
        Assert.True(Platform.FreeOf(directory.Path) > 0);
        Assert.Null(Platform.FreeOf(directory["nowhere"]));
    }

    [Fact]
    public async Task WhatIsNoLongerInTheBucketMakesNoRoom()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        Write(stand, 0, 3);
        await stand.DrainAsync(Cancel, rules => rules with { KeepFree = 50, FreeOf = _ => 50 });
        await new SignedRequest(stand.Server.Url, "DELETE", "bucket", "in/1").Send(Cancel);
        await stand.DrainAsync(Cancel, rules => rules with { KeepFree = 50, FreeOf = _ => 49 });
        Assert.Equal([stand.Root.FullPath("1")], Directory.GetFiles(stand.Root.Path));
    }

    /// <summary>A real volume that fills up.</summary>
    [LinuxFact]
    public async Task OnAVolumeThatFillsUpTheProducerFindsRoom()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        await using var volume = await Tmpfs.Mount(stand.Root.Path, "8m");
        for (var i = 0; i < 7; i++)
            stand.Write($"{i}", PipelineStand.Bytes(1_000_000, i));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel, rules => rules with { KeepFree = 4 << 20 }));
        var free = Platform.FreeOf(stand.Root.Path);
        Assert.InRange(free ?? 0, 4 << 20, 8 << 20);
        Assert.Equal(7, stand.Server.Objects("bucket").Count);
    }

    /// <summary>Files settle as time goes by.</summary>
    static Task Uploaded(RunningPipeline running, ManualTime time, int count) =>
        Eventually.True(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            return running.Pipeline.Tally.Uploaded == count;
        }, () => $"{running.Pipeline.Tally.Uploaded} of {count} are uploaded", Cancel);

    static void Write(PipelineStand stand, int from, int to)
    {
        for (var i = from; i < to; i++)
            stand.Write($"{i}", PipelineStand.Bytes(100, i));
    }
}
