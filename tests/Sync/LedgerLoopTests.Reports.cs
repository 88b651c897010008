using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>What the loop makes of each report.</summary>
public sealed partial class LedgerLoopTests
{
    [Fact]
    public async Task WhatIsFoundTwiceIsUploadedOnce()
    {
        using var stand = Start();
        stand.Find("file");
        stand.Find("file");
        var job = await stand.NextUploadAsync();
        stand.Find("file");
        await stand.SettledAsync();
        stand.Report(job, Happening.Proven);
        stand.Find("file");
        job = await stand.NextDeleteAsync();
        stand.Find("file");
        stand.Report(job, Happening.Removed);
        await stand.SettledAsync("later");
        Assert.Equal(["later", "the loop has got this far"], await RestAsync(stand, 2));
        Assert.Equal((0, 0, 1), (stand.Tally.Again, stand.Log.Count("left alone"), (int)stand.Tally.Deleted));
    }

    [Fact]
    public async Task ANameThatComesAgainIsLeftAloneSaidOnceAndCounted()
    {
        using (var stand = Start())
        {
            stand.Find("file");
            stand.Report(await stand.NextUploadAsync(), Happening.Proven);
            stand.Report(await stand.NextDeleteAsync(), Happening.Removed);
            await stand.SettledAsync();
            for (var i = 0; i < 3; i++)
                stand.Find("file");
            await LookAsync(stand, Happening.Different);
            stand.Find("file");
            await stand.SettledAsync("later");
            Assert.Equal((1, 1), (stand.Tally.Again, stand.Log.Count("left alone")));
            Assert.Equal(Stage.Deleted, stand.Row("file").Stage);
            Assert.NotNull(stand.Row("file").Again);
        }
        using (var stand = Start())
        {
            stand.Find("file");
            stand.Find("file");
            await stand.SettledAsync("after the restart");
            // Said once in the ledger's life, counted once a run.
            Assert.Equal((1, 0), (stand.Tally.Again, stand.Log.Count("left alone")));
        }
    }

    [Fact]
    public async Task AReportThatTheDeletionOvertookIsNoNameThatComesAgain()
    {
        using var stand = Start();
        stand.Find("file");
        stand.Report(await stand.NextUploadAsync(), Happening.Proven);
        stand.Report(await stand.NextDeleteAsync(), Happening.Removed);
        // A scan saw it before it was deleted, and tells of it now.
        stand.Find("file");
        await LookAsync(stand, Happening.Gone);
        await stand.SettledAsync();
        Assert.Equal((0, 0), (stand.Tally.Again, stand.Log.Count("left alone")));
        Assert.Equal((Stage.Deleted, null, null), (stand.Row("file").Stage, stand.Row("file").Again, stand.Row("file").Due));
    }

    [Fact]
    public async Task AFileThatVanishedAndIsFoundAgainIsUploaded()
    {
        using var stand = Start();
        stand.Find("file");
        stand.Report(await stand.NextUploadAsync(), Happening.Gone);
        await stand.SettledAsync();
        Assert.Equal(Stage.Vanished, stand.Row("file").Stage);
        Assert.Equal("the loop has got this far", (await stand.NextUploadAsync()).Path);
        stand.Find("file");
        var job = await stand.NextUploadAsync();
        Assert.Equal(("file", Stage.Pending), (job.Path, stand.Row("file").Stage));
        stand.Report(job, Happening.Proven);
        Assert.Equal("file", (await stand.NextDeleteAsync()).Path);
    }

    [Fact]
    public async Task AFileFoundWhileItsUploadFindsItGoneIsNotForgotten()
    {
        using var stand = Start();
        stand.Find("file");
        var job = await stand.NextUploadAsync();
        // The uploader has seen that it is gone; it is made again and found before that is reported.
        stand.Find("file");
        stand.Report(job, Happening.Gone);
        job = await stand.NextUploadAsync();
        Assert.Equal(("file", Stage.Pending), (job.Path, stand.Row("file").Stage));
    }

    [Fact]
    public async Task AFileIsParkedAfterFiveFailuresAndDueAgainLater()
    {
        using var stand = Start();
        stand.Find("file");
        for (var failure = 1; failure <= 5; failure++)
        {
            stand.Report(await stand.NextUploadAsync(), Happening.Failed, $"failure {failure}");
            await stand.SettledAsync($"{failure}");
            Assert.Equal($"{failure}", (await stand.NextUploadAsync()).Path);
            var row = stand.Row("file");
            Assert.Equal((failure, $"failure {failure}", failure == 5), (row.Attempts, row.Error, row.Parked is not null));
            var delay = TimeSpan.FromMilliseconds(row.Due!.Value - stand.Time.Milliseconds);
            var (least, most) = failure < 5 ? (TimeSpan.FromSeconds(0.6), TimeSpan.FromSeconds(8)) : (TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(15));
            Assert.InRange(delay, least, most);
            stand.Advance(delay);
        }
        Assert.Equal((1, 5), (stand.Log.Count("parked"), stand.Tally.Failures));
        // Its turn comes again, and then it may succeed.
        stand.Report(await stand.NextUploadAsync(), Happening.Proven);
        stand.Report(await stand.NextDeleteAsync(), Happening.Removed);
        await stand.SettledAsync();
        Assert.Equal((Stage.Deleted, null, null), (stand.Row("file").Stage, stand.Row("file").Parked, stand.Row("file").Due));
    }

    [Fact]
    public async Task AFileThatIsNotSettledWaitsAndIsNoFailure()
    {
        using var stand = Start();
        stand.Find("file");
        for (var wait = 1; wait <= 20; wait++)
        {
            stand.Report(await stand.NextUploadAsync(), Happening.Unsettled, "somebody is writing it");
            await Eventually.True(() => stand.Row("file").Waits == wait, stand.Log.ToString, Cancel);
            Assert.InRange(stand.Row("file").Due!.Value - stand.Time.Milliseconds, 1, 5000);
            stand.Advance(TimeSpan.FromSeconds(5));
        }
        Assert.Equal((0, null), (stand.Row("file").Attempts, stand.Row("file").Parked));
    }

    [Fact]
    public async Task AFileThatWaitsIsTakenAtOnceWhenItsWriterClosesIt()
    {
        using var stand = Start();
        stand.Find("file");
        stand.Report(await stand.NextUploadAsync(), Happening.Unsettled, "somebody is writing it", delay: TimeSpan.FromHours(1));
        await Eventually.True(() => stand.Row("file").Waits == 1, stand.Log.ToString, Cancel);
        stand.Find("file", closed: true);
        var job = await stand.NextUploadAsync();
        Assert.Equal("file", job.Path);
    }

    [Fact]
    public async Task AFileThatCannotBeDeletedIsTriedAgainAndNeverUploadedAgain()
    {
        using var stand = Start();
        stand.Find("file");
        stand.Report(await stand.NextUploadAsync(), Happening.Proven);
        for (var failure = 1; failure <= 7; failure++)
        {
            // Twelve hours after its proof the bucket is asked again.
            stand.Report(failure == 1 ? await stand.NextDeleteAsync() : await stand.ConfirmNextAsync(), Happening.Failed, "no permission");
            await Eventually.True(() => stand.Row("file").Attempts == failure, stand.Log.ToString, Cancel);
            stand.Find("file");
            stand.Advance(TimeSpan.FromHours(12));
        }
        Assert.Equal(Stage.Uploaded, stand.Row("file").Stage);
        Assert.False(stand.Uploads.Jobs.TryRead(out _));
        stand.Report(await stand.ConfirmNextAsync(), Happening.Removed);
        await stand.SettledAsync();
        Assert.Equal(Stage.Deleted, stand.Row("file").Stage);
    }

    [Fact]
    public async Task AFileThatChangedAfterItsUploadIsLeftForGood()
    {
        using var stand = Start();
        stand.Find("file");
        stand.Report(await stand.NextUploadAsync(), Happening.Proven);
        stand.Report(await stand.NextDeleteAsync(), Happening.Different, "it changed after it was uploaded");
        stand.Find("file");
        await stand.SettledAsync();
        Assert.Equal((Stage.Left, null), (stand.Row("file").Stage, stand.Row("file").Due));
        Assert.Equal((1, 1), (stand.Tally.Again, stand.Log.Count("left alone")));
        Assert.False(stand.Deletes.Jobs.TryRead(out _));
    }

    [Fact]
    public async Task KeepingRecordsTheUploadAndDeletesNothing()
    {
        using (var stand = Start(keep: true))
        {
            stand.Find("file");
            stand.Report(await stand.NextUploadAsync(), Happening.Proven);
            stand.Find("file");
            await stand.SettledAsync();
            Assert.Equal((Stage.Uploaded, null), (stand.Row("file").Stage, stand.Row("file").Due));
            Assert.False(stand.Deletes.Jobs.TryRead(out _));
            Assert.Equal(0, stand.Tally.Again);
        }
        using (var stand = Start())
        {
            stand.Find("file");
            Assert.Equal("file", (await stand.ConfirmNextAsync()).Path);
        }
    }

    [Fact]
    public async Task OfTwoFilesThatWantOneKeyTheSecondIsParkedAsAConflict()
    {
        roots[0] = roots[0] with { Prefix = "k" };
        roots.Add(new(1, directory["b"], "bucket", "k/sub"));
        using var stand = Start();
        stand.Find(Path.Join("sub", "x"), root: 0);
        Assert.Equal(Path.Join("sub", "x"), (await stand.NextUploadAsync()).Path);
        stand.Find("x", root: 1);
        stand.Find("y", root: 1);
        Assert.Equal("y", (await stand.NextUploadAsync()).Path);
        await stand.SettledAsync();
        var row = stand.Row("x");
        Assert.Equal((Stage.Pending, true), (row.Stage, row.Parked is not null));
        Assert.Contains("has the same key", row.Error);
        Assert.Equal(1, stand.Log.Count("parked"));
    }

    [Fact]
    public async Task AKeyThatIsTooLongIsParkedAndTheOthersGoOn()
    {
        using var stand = Start();
        stand.Find(new('x', 1023));
        stand.Find(new('y', 1022));
        Assert.Equal(new('y', 1022), (await stand.NextUploadAsync()).Path);
        await stand.SettledAsync();
        Assert.NotNull(stand.Row(new('x', 1023)).Parked);
    }

    /// <summary>The deleter looks whether a name that was dealt with is there.</summary>
    static async Task LookAsync(LoopStand stand, Happening seen)
    {
        var job = await stand.NextDeleteAsync();
        Assert.Equal(("file", Stage.Deleted), (job.Path, job.Stage));
        stand.Report(job, seen);
    }

    static async Task<string[]> RestAsync(LoopStand stand, int count)
    {
        if (count == 2)
            await stand.SettledAsync();
        var paths = new List<string>();
        for (var i = 0; i < count; i++)
            paths.Add((await stand.NextUploadAsync()).Path);
        return [.. paths.Order()];
    }

    [Fact]
    public async Task WhatWasHeldBackHasItsTurnInTheNextRunAndCountsItsWaitsFromOneAgain()
    {
        using (var stand = Start())
        {
            stand.Find("file");
            var held = await stand.NextUploadAsync();
            stand.Inbox.PostResult(new(Happening.Unsettled, held.Root, held.Path, held) { IsHeldBack = true, Delay = TimeSpan.FromHours(1) });
        }
        using var next = Start();
        var job = await next.NextUploadAsync();
        Assert.True(job.Waits >= Retry.LongWaits);
        next.Report(job, Happening.Unsettled);
        await next.SettledAsync();
        next.Advance(TimeSpan.FromSeconds(10));
        while ((job = await next.NextUploadAsync()).Path != "file")
        {
        }
        Assert.Equal(1, job.Waits);
    }
}
