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
public sealed partial class LedgerLoopTests : IDisposable
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
            var uploaded = await stand.NextConfirmAsync();
            Assert.Equal(("uploaded", Stage.Uploaded, LoopStand.SomeStamp), (uploaded.Path, uploaded.Stage, uploaded.Stamp));
            Assert.Equal((LoopStand.SomeReceipt.Kind, LoopStand.SomeReceipt.Checksum), (uploaded.Receipt.Kind, uploaded.Receipt.Checksum));
            await stand.SettledAsync();
            Assert.Equal("the loop has got this far", (await stand.NextUploadAsync()).Path);
            Assert.False(stand.Confirms.Jobs.TryRead(out _));
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
        Assert.True(await stand.WaitsForGoodAsync());
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
}
