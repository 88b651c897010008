using System.Text.Json;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync.Operation;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary><c>s3sync status</c>, before, beside and after a run.</summary>
public sealed class StatusTests : OperatorTest
{
    [Fact]
    public async Task WithoutALedgerItSaysSoAndMakesNone()
    {
        var said = await Ask(1, ["status", .. AtLedger]);
        Assert.Contains("s3sync: error: there is no ledger", said);
        Assert.Contains("s3sync: hint: ", said);
        Assert.False(System.IO.File.Exists(Scene.Ledger));
    }

    [Theory]
    // found, uploaded, gone before: in 24 hours; free KB; full in so many hours (files are of 1 KB)
    [InlineData(3400, 1000, 0, 4800, 48.0)]
    [InlineData(3400, 800, 200, 4800, 48.0)]
    [InlineData(3400, 1000, 0, 0, 0.0)]
    [InlineData(1000, 1000, 0, 4800, null)]
    [InlineData(900, 1000, 0, 4800, null)]
    [InlineData(2400, 0, 0, 4800, 48.0)]
    public void WherePendingGrowsItTellsWhenTheVolumeIsFull(long found, long uploaded, long vanished, long free, double? hours)
    {
        const long Hour = LedgerCounters.HourInMilliseconds;
        RootStatus root = new(new(1, "/in", null, null), 1, 0, 0, null, default, new(found, uploaded, 0, 0, vanished, 0, 0), new(0, 100, 102_400, 0, 0, 0, 0), default, free << 10, 1L << 50);
        Status status = new(1024 * Hour, "ledger", true, null, 1, [root], [new(1000, 1, 1)]);
        Assert.Equal(hours, status.FullIn(root) / (double)Hour);
        Assert.Equal(hours is not null, StatusText.Of(status, null).Contains("if pending goes on growing"));
        Assert.Null((status with { Hours = [] }).FullIn(root));
        Assert.Null(status.FullIn(root with { All = default }));
        Assert.Null(status.FullIn(root with { FreeBytes = null }));
        // Of the first minutes nobody makes a day.
        Assert.Equal(hours / 24, (status with { Hours = [new(1024, 1, 1)] }).FullIn(root) / (double)Hour);
    }

    [Fact]
    public async Task AfterADrainItTellsWhatWasDone()
    {
        for (var i = 0; i < 30; i++)
            Scene.Write($"{i}.dat", 1000);
        await Scene.Drain();
        var said = await Ask(0, ["status", .. AtLedger]);
        Assert.Contains("not running: stopped ", said);
        Assert.Contains($"{Scene.Root} for s3://{Scene.Bucket}/in/", said);
        Assert.Contains("  pending     0 files\n", said);
        Assert.Contains("  in all      30 uploaded (29.3 KB), 30 deleted\n", said);
        Assert.Contains("at most 30", said);
    }

    [Fact]
    public void TheRatesAreThoseOfTheLastMinuteHourAndDay()
    {
        RootStatus root = new(new(1, "/in", null, null), 0, 0, 0, null, default, new(9, 8640, 86_400 << 10, 0, 0, 0, 0), default, default, null, null)
        {
            Minute = new(90, 60 << 20),
            Hour = new(1800, 3600 << 10),
        };
        Status status = new(1, "ledger", true, null, 1, [root], []);
        Assert.Contains("  rates       last minute 1.5 files/s (1.0 MB/s),\n              hour 30.0 files/min (1.0 KB/s), day 6.0 files/min (1.0 KB/s)\n", StatusText.Of(status, null));
        Assert.DoesNotContain("rates", StatusText.Of(status with { Roots = [root with { Day = default }] }, null));
    }

    [Fact]
    public void SeveralDirectoriesAreToldOfOneByOneAndTogether()
    {
        RootStatus one = new(new(1, "/one", "bucket", "one"), 3, 1, 2, 500, new(5, 2, 7, 1, 0, 0, 0), new(5, 2, 7, 1, 0, 0, 0), new(5, 2, 7, 1, 0, 0, 0), new(40, 50, "a", "first"), 10, 20)
        { Minute = new(1, 2), Hour = new(3, 4) };
        RootStatus other = new(new(2, "/other", "bucket", "other"), 30, 10, 0, 400, new(50, 20, 70, 10, 0, 0, 0), new(50, 20, 70, 10, 0, 0, 0), new(50, 20, 70, 10, 0, 0, 0), new(60, null, null, null), 10, 20)
        { Minute = new(10, 20), Hour = new(30, 40) };
        Status status = new(1_000_000, "ledger", false, null, 1, [one, other], []);
        var all = status.Everything!;
        Assert.Equal((33, 11, 2, 400L), (all.Pending, all.ToDelete, all.Parked, all.Oldest));
        Assert.Equal((new(55, 22, 77, 11, 0, 0, 0), new PaceSum(11, 22), new PaceSum(33, 44)), (all.All, all.Minute, all.Hour));
        Assert.Equal(new(60, 50, "a", "first"), all.Latest);
        Assert.Equal(all with { Root = one.Root }, (other + one) with { Root = one.Root });
        Assert.Contains("\nall directories\n  pending     33 files", StatusText.Of(status, null));
        Assert.DoesNotContain("all directories", StatusText.Of(new(1, "ledger", false, null, 1, [one], []), null));
    }

    [Fact]
    public async Task BesideARunItNamesItsProcess()
    {
        var run = Scene.Start();
        Scene.Write("a.dat", 1000);
        await run.WaitForLine("uploaded and deleted", Scene.Limit);
        var said = await Ask(0, ["status", .. AtLedger]);
        Assert.Contains("running for ", said);
        Assert.Contains($"process {run.Id}, s3sync ", said);
    }

    [Fact]
    public async Task AfterACrashItSaysThatTheRunEndedWithoutAWord()
    {
        var run = Scene.Start();
        await run.WaitForLine("watching", Scene.Limit);
        await run.Kill();
        Assert.Contains("not running: it ended without a word", await Ask(0, ["status", .. AtLedger]));
    }

    [Fact]
    public async Task AConflictIsCountedWithItsError()
    {
        await Conflict("taken.dat");
        Scene.Write("free.dat", 10);
        await Scene.Drain(expected: 3);
        var said = await Ask(0, ["status", .. AtLedger]);
        Assert.Contains("1 file, the oldest for", said);
        Assert.Contains(", 1 parked", said);
        Assert.Contains("taken.dat:\n", said);
        Assert.Contains("conflict: the key exists with other content", said);
        Assert.Contains("1 failed attempt\n", said);
    }

    [Fact]
    public async Task AsJsonItIsOneObjectWithKeptNames()
    {
        await Conflict("taken.dat");
        Scene.Write("free.dat", 10);
        await Scene.Drain(expected: 3);
        using var json = JsonDocument.Parse(await Ask(0, ["status", "--json", .. AtLedger]));
        var (all, directory) = (json.RootElement, json.RootElement.GetProperty("directories")[0]);
        Assert.Equal((false, 1, 1), (all.GetProperty("running").GetBoolean(), all.GetProperty("pending").GetInt32(), all.GetProperty("parked").GetInt32()));
        Assert.Equal((Scene.Root, Scene.Bucket, 1, 10), (directory.GetProperty("path").GetString(), directory.GetProperty("bucket").GetString(),
            directory.GetProperty("today").GetProperty("uploaded").GetInt32(), directory.GetProperty("inAll").GetProperty("bytes").GetInt32()));
        Assert.InRange(directory.GetProperty("oldestPendingSeconds").GetInt32(), 0, 3600);
        Assert.Contains("conflict", directory.GetProperty("lastError").GetString());
        Assert.Equal(1, all.GetProperty("hours")[0].GetProperty("uploaded").GetInt32());
        Assert.Equal(directory.GetProperty("inAll").ToString(), all.GetProperty("all").GetProperty("inAll").ToString());
        Assert.Equal((1 / 3600.0, 10 / 3600.0), (directory.GetProperty("rates").GetProperty("lastHour").GetProperty("filesPerSecond").GetDouble(), directory.GetProperty("rates").GetProperty("lastHour").GetProperty("bytesPerSecond").GetDouble()));
    }

    [Fact]
    public async Task WatchingItTellsAgainUntilItIsStopped()
    {
        Assert.SkipWhen(System.OperatingSystem.IsWindows(), "signals");
        await Scene.Drain();
        var watch = Scene.StartWith(["status", "--watch", .. AtLedger]);
        await watch.WaitForLine("in the last 2.", Scene.Limit);
        watch.Signal(ProgramRun.Interrupt);
        Assert.Equal(0, await watch.Exit(Scene.Limit));
        Assert.Contains("files/s", watch.Output);
    }

    /// <summary>A file whose key is taken by other content.</summary>
    async Task Conflict(string path)
    {
        await Scene.View.Put(Scene.Key(path), [1, 2, 3], Cancel);
        Scene.Write(path, 1000);
    }
}
