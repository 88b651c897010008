using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>What holds deletions back: a file that says so, and a limit an hour.</summary>
public sealed class DeleteGuardTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void InNoHourMoreIsDeletedThanMayBeAndNeverLessThanCould(int seed)
    {
        const int most = 50;
        var random = new Random(seed);
        ManualTime time = new();
        DeleteGuard guard = new(new(null, most), time, new CapturedLog());
        List<long> deleted = [];
        for (var i = 0; i < 3000; i++)
        {
            time.Advance(TimeSpan.FromMinutes(random.NextDouble() * random.Next(1, 5)));
            var now = time.Milliseconds;
            var inHour = deleted.Count(at => at > now - 3_600_000);
            if (guard.Hold() is null)
            {
                Assert.InRange(inHour, 0, most - 1);
                deleted.Add(now);
                guard.Count(1);
            }
            else
            {
                // Counted by whole minutes, so up to one earlier.
                Assert.InRange(deleted.Count(at => at > now - 3_660_000), most, int.MaxValue);
            }
        }
        Assert.InRange(deleted.Count, most, 3000);
    }

    [Fact]
    public void WithoutALimitNothingIsHeldBack()
    {
        DeleteGuard guard = new(default, new ManualTime(), new CapturedLog());
        guard.Count(int.MaxValue / 2);
        Assert.Null(guard.Hold());
        Assert.Equal(0, guard.SuspendedFrom);
    }

    /// <summary>A name, and whether it stops deletions. To make a link takes a privilege on Windows; and Wine knows no name that is too long.</summary>
    public static TheoryData<string, bool> StopFiles()
    {
        TheoryData<string, bool> rows = new() { { "stop", false }, { "away/stop", true }, { "file/stop", true }, { "directory", true } };
        if (!OperatingSystem.IsWindows())
        {
            rows.Add("circle/stop", true);
            rows.Add("dangling", true);
            rows.Add(new string('x', 300), true);
        }
        return rows;
    }

    /// <summary>Only that nothing has the name, in a directory that is there, means that there is no stop file.</summary>
    [Theory, MemberData(nameof(StopFiles))]
    public void AStopFileThatCannotBeSeenSuspendsDeletion(string name, bool stops)
    {
        using TemporaryDirectory place = new();
        File.WriteAllText(place["file"], "");
        Directory.CreateDirectory(place["directory"]);
        if (!OperatingSystem.IsWindows())
        {
            File.CreateSymbolicLink(place["circle"], place["circle"]);
            File.CreateSymbolicLink(place["dangling"], place["nowhere"]);
        }
        CapturedLog log = new();
        DeleteGuard guard = new(new(place[name], null), new ManualTime(), log);
        Assert.Equal(stops, guard.IsStopped);
        for (var i = 0; i < 3; i++)
            Assert.Equal(stops, guard.Hold() is not null);
        Assert.Equal(stops ? 1 : 0, log.Count("which suspends deletion"));
    }

    [Fact]
    public async Task WhileTheStopFileIsThereUploadsGoOnAndNothingIsDeleted()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        using TemporaryDirectory elsewhere = new();
        var stop = elsewhere["stop"];
        await File.WriteAllTextAsync(stop, "", Cancel);
        // More than the deleter may hold at a time.
        const int files = 1100;
        for (var i = 0; i < files; i++)
            stand.Write($"{i}", PipelineStand.Bytes(10, i));
        ManualTime time = new();
        await using var running = stand.Run(rules => rules with { DeleteLimits = new(stop, null) }, time);
        await Eventually.True(() => running.Pipeline.Tally.Uploaded == files, stand.Log.ToString, Cancel);
        Assert.Equal((files, 0), (Directory.GetFiles(stand.Root.Path).Length, running.Pipeline.Tally.Deleted));
        Assert.Equal(1, stand.Log.Count("nothing is deleted for now"));
        File.Delete(stop);
        await Eventually.True(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            running.Pipeline.Turn();
            return running.Pipeline.Tally.Deleted == files;
        }, stand.Log.ToString, Cancel);
        Assert.Equal(1, stand.Log.Count("files are deleted again"));
        await running.StopAsync();
        Assert.Equal(new OracleCount(0, files, 0), stand.Oracle.Check());
    }

    [Fact]
    public async Task WhatMayNotBeDeletedDoesNotKeepOnceFromEndingAndTheNextRunCountsOn()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        for (var i = 0; i < 10; i++)
            stand.Write($"{i}", PipelineStand.Bytes(10, i));
        Assert.Equal(new RunResult(null, 0, 7), await stand.DrainAsync(Cancel, Limited));
        Assert.Equal(7, Directory.GetFiles(stand.Root.Path).Length);
        // The ledger knows of the three, unless an hour of the clock has begun meanwhile.
        var again = await stand.DrainAsync(Cancel, Limited);
        Assert.True(again.Pending is 7 or 4, $"{again}");
        // Their turn comes half a minute later.
        LedgerRows.Execute(stand.Ledger, "UPDATE file SET due = 0 WHERE due IS NOT NULL");
        await stand.DrainAsync(Cancel);
        Assert.Equal(new OracleCount(0, 10, 0), stand.Oracle.Check());

        static PipelineRules Limited(PipelineRules rules) => rules with { DeleteLimits = new(null, 3) };
    }
}
