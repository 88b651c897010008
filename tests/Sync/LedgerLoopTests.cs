using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>The ledger loop with a real ledger; the test is finder, uploader and deleter.</summary>
public sealed class LedgerLoopTests : IDisposable
{
    readonly TemporaryDirectory directory = new();
    readonly List<Root> roots;

    public LedgerLoopTests() => roots = [new(0, directory["a"], "bucket", "a")];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    string Ledger => directory["ledger"];

    public void Dispose() => directory.Dispose();

    LoopStand Start(bool keep = false, int uploads = 8, int deletes = 8, ManualTime? time = null) => new(Ledger, roots, keep, uploads, deletes, time);

    [Fact]
    public async Task UploadsAreHandedOutOnlyAfterTheCommitThatAddedThem()
    {
        using var stand = Start(uploads: 64);
        for (var i = 0; i < 200; i++)
        {
            stand.Find($"{i}");
            var job = await stand.NextUploadAsync();
            // A connection of its own sees committed rows only.
            Assert.Equal(Stage.Pending, stand.Row(job.Path).Stage);
            stand.Report(job, Happening.Gone);
        }
    }

    [Fact]
    public async Task DeletesAreHandedOutOnlyAfterTheCommitThatRecordedTheUpload()
    {
        using var stand = Start();
        for (var i = 0; i < 200; i++)
        {
            stand.Find($"{i}");
            stand.Report(await stand.NextUploadAsync(), Happening.Proven);
            var job = await stand.NextDeleteAsync();
            var row = stand.Row(job.Path);
            Assert.Equal((Stage.Uploaded, "AAAAAAAAAAA=", "etag", "bucket", "a"), (row.Stage, row.Checksum, row.ETag, row.Bucket, row.Prefix));
            Assert.Equal((LoopStand.SomeStamp, Stage.Uploaded), (job.Stamp, job.Stage));
            stand.Report(job, Happening.Removed);
        }
    }

    [Fact]
    public async Task ABacklogLargerThanTheWindowIsHandedOutWholeAndOnceWithBoundedMemory()
    {
        const int count = 20_000;
        using var stand = Start(uploads: 64, deletes: 16);
        for (var i = 0; i < count; i++)
            stand.Find($"{i % 100}/{i}");
        await TakeAllAsync(stand, count, most: (64, 16));
        await stand.SettledAsync();
        Assert.Equal(count, LedgerRows.Count(Ledger, "uploaded IS NOT NULL AND deleted IS NOT NULL"));
    }

    [Fact]
    public async Task ABacklogOfSeveralRootsIsHandedOutWhole()
    {
        const int count = 1500;
        for (var i = 1; i < 5; i++)
            roots.Add(new(i, directory[$"r{i}"], "bucket", $"r{i}"));
        using var stand = Start(uploads: 64, deletes: 16);
        for (var i = 0; i < count; i++)
            for (var root = 0; root < roots.Count; root++)
                // Of different lengths: the last rows of one root come up while the others fill the windows.
                if (i < count / (root + 1))
                    stand.Find($"{i}", root);
        await TakeAllAsync(stand, roots.Sum(root => count / (root.Index + 1)), most: (64, 16));
        await stand.SettledAsync();
        Assert.Equal(0, LedgerRows.Count(Ledger, "due IS NOT NULL AND path NOT LIKE 'the loop%'"));
    }

    [Fact]
    public async Task EveryRootWithABacklogGetsItsShareOfTheWindow()
    {
        for (var i = 1; i < 4; i++)
            roots.Add(new(i, directory[$"r{i}"], "bucket", $"r{i}"));
        using var stand = Start(uploads: 64);
        for (var root = 0; root < roots.Count; root++)
            for (var i = 0; i < 1000; i++)
                stand.Find($"{i}", root);
        await stand.SettledAsync();
        var seen = new int[roots.Count];
        for (var i = 0; i < 1000; i++)
        {
            var job = await stand.NextUploadAsync();
            seen[job.Root.Index]++;
            stand.Report(job, Happening.Gone);
        }
        Assert.All(seen, count => Assert.InRange(count, 100, 500));
    }

    [Fact]
    public async Task RowsThatAreNotDoneAreResumedAfterARestartEachInItsStage()
    {
        using (var stand = Start())
        {
            stand.Find("pending");
            stand.Find("uploaded");
            stand.Find("deleted");
            for (var i = 0; i < 3; i++)
            {
                var job = await stand.NextUploadAsync();
                if (job.Path != "pending")
                    stand.Report(job, Happening.Proven);
            }
            for (var i = 0; i < 2; i++)
            {
                var job = await stand.NextDeleteAsync();
                if (job.Path == "deleted")
                    stand.Report(job, Happening.Removed);
            }
        }
        using (var stand = Start())
        {
            var pending = await stand.NextUploadAsync();
            Assert.Equal(("pending", Stage.Pending), (pending.Path, pending.Stage));
            var uploaded = await stand.NextDeleteAsync();
            Assert.Equal(("uploaded", Stage.Uploaded, LoopStand.SomeStamp), (uploaded.Path, uploaded.Stage, uploaded.Stamp));
            Assert.Equal((LoopStand.SomeReceipt.Kind, LoopStand.SomeReceipt.Checksum), (uploaded.Receipt.Kind, uploaded.Receipt.Checksum));
            await stand.SettledAsync();
            Assert.Equal("the loop has got this far", (await stand.NextUploadAsync()).Path);
            Assert.False(stand.Deletes.Jobs.TryRead(out _));
        }
    }

    [Fact]
    public async Task ProofsThatArriveWhileItStopsAreRecordedButNothingIsHandedOut()
    {
        var stand = Start();
        stand.Find("file");
        var job = await stand.NextUploadAsync();
        using (stand)
            stand.Report(job, Happening.Proven);
        Assert.True(stand.Row("file").Stage is Stage.Uploaded);
    }

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
        Assert.Equal(("file", true), (job.Path, job.Closed));
    }

    [Fact]
    public async Task AFileThatCannotBeDeletedIsTriedAgainAndNeverUploadedAgain()
    {
        using var stand = Start();
        stand.Find("file");
        stand.Report(await stand.NextUploadAsync(), Happening.Proven);
        for (var failure = 1; failure <= 7; failure++)
        {
            stand.Report(await stand.NextDeleteAsync(), Happening.Failed, "no permission");
            await Eventually.True(() => stand.Row("file").Attempts == failure, stand.Log.ToString, Cancel);
            stand.Find("file");
            stand.Advance(TimeSpan.FromHours(12));
        }
        Assert.Equal(Stage.Uploaded, stand.Row("file").Stage);
        Assert.False(stand.Uploads.Jobs.TryRead(out _));
        stand.Report(await stand.NextDeleteAsync(), Happening.Removed);
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
            Assert.Equal("file", (await stand.NextDeleteAsync()).Path);
        }
    }

    [Fact]
    public async Task OfTwoFilesThatWantOneKeyTheSecondIsParkedAsAConflict()
    {
        roots[0] = roots[0] with { Prefix = "k" };
        roots.Add(new(1, directory["b"], "bucket", "k/sub"));
        using var stand = Start();
        stand.Find("sub/x", root: 0);
        Assert.Equal("sub/x", (await stand.NextUploadAsync()).Path);
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

    [Fact]
    public async Task NothingLooksDrainedWhileARowWaitsForItsRetryAndAllDoesWhenOnlyParkedOnesAreLeft()
    {
        using var stand = Start();
        stand.Find("file");
        stand.Find("hopeless");
        for (var i = 0; i < 2; i++)
        {
            var job = await stand.NextUploadAsync();
            stand.Report(job, job.Path == "file" ? Happening.Failed : Happening.Hopeless, "so it is");
        }
        await Eventually.True(() => stand.Row("file").Attempts == 1, stand.Log.ToString, Cancel);
        Assert.False(stand.Work.IsZero);
        stand.Advance(TimeSpan.FromSeconds(1));
        stand.Report(await stand.NextUploadAsync(), Happening.Gone);
        await Eventually.True(() => stand.Work.IsZero, stand.Log.ToString, Cancel);
    }

    [Fact]
    public async Task ARetryThatComesDueWhileTheWindowIsFullIsWaitedForWithoutSpinning()
    {
        using var stand = Start(uploads: 8);
        stand.Find("retry");
        stand.Report(await stand.NextUploadAsync(), Happening.Failed, "once");
        await Eventually.True(() => stand.Row("retry").Attempts == 1, stand.Log.ToString, Cancel);
        for (var i = 0; i < 8; i++)
            stand.Find($"{i}");
        var jobs = new List<Job>();
        for (var i = 0; i < 8; i++)
            jobs.Add(await stand.NextUploadAsync());
        stand.Advance(TimeSpan.FromSeconds(2));
        await stand.SettledAsync();
        // The loop has nothing to do now until a job comes back: it must be in its wait for good.
        Assert.True(stand.WaitsForGood());
        foreach (var job in jobs)
            stand.Report(job, Happening.Gone);
        Assert.Equal(["retry", "the loop has got this far"], await RestAsync(stand, 2));
    }

    [Fact]
    public async Task ADueDateThatAClockSetBackPutFarAwayIsBroughtNear()
    {
        var time = new ManualTime();
        using (var stand = Start(time: time))
        {
            stand.Find("file");
            stand.Report(await stand.NextUploadAsync(), Happening.Failed, "once");
            await stand.SettledAsync();
        }
        time.SetBack(TimeSpan.FromDays(400));
        using (var stand = Start(time: time))
            Assert.Equal(["file", "the loop has got this far"], await RestAsync(stand, 2));
    }

    /// <summary>Uploads and deletes everything, and sees that each file is handed out once in each stage and never more than the windows hold.</summary>
    static async Task TakeAllAsync(LoopStand stand, int count, (int Uploads, int Deletes) most)
    {
        HashSet<(int, string)> uploaded = [], deleted = [];
        var uploader = Task.Run(async () =>
        {
            for (var i = 0; i < count; i++)
            {
                var job = await stand.NextUploadAsync();
                Assert.InRange(stand.Uploads.InFlight, 0, most.Uploads);
                Assert.True(uploaded.Add((job.Root.Index, job.Path)), $"{job.Path} handed out twice");
                stand.Report(job, Happening.Proven);
            }
        }, Cancel);
        for (var i = 0; i < count; i++)
        {
            var job = await stand.NextDeleteAsync();
            Assert.InRange(stand.Deletes.InFlight, 0, most.Deletes);
            Assert.True(deleted.Add((job.Root.Index, job.Path)), $"{job.Path} to be deleted twice");
            stand.Report(job, Happening.Removed);
        }
        await uploader;
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
}
