using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using SQLitePCL;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary>The sums that the ledger keeps for its operator: always what counting the rows would give.</summary>
public sealed class CountersTests : IDisposable
{
    const long Hour = LedgerCounters.HourInMilliseconds;
    static readonly Receipt SomeReceipt = new(ChecksumKind.Md5, "abc", "abc", null);

    readonly TemporaryDirectory directory = new();

    string Path => directory["ledger.db"];

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void WhateverHappensTheSumsAreThoseOfTheRows(int seed)
    {
        var random = new Random(seed);
        using (var ledger = Ledger.Open(Path))
        {
            var (roots, target) = ((int[])[ledger.RootId("/a"), ledger.RootId("/b")], ledger.TargetId("bucket", "in"));
            var names = Enumerable.Range(0, 40).Select(number => $"{number}").ToArray();
            for (var time = 1L; time < 60 * Hour; time += random.NextInt64(2 * Hour))
            {
                ledger.Begin();
                for (var change = random.Next(30); change >= 0; change--)
                    Change(ledger, random, roots[random.Next(2)], names[random.Next(names.Length)], time, target);
                ledger.Commit();
            }
        }
        AssertSumsAreThoseOfTheRows();
    }

    [Fact]
    public void AnOlderLedgerGetsItsSumsWhenItIsOpened()
    {
        Batteries_V2.Init();
        raw.sqlite3_open(Path, out var database);
        Schema.Migrate(database, 1);
        Statement.Execute(database, $"""
            INSERT INTO root VALUES (1, '/a'), (2, '/b');
            INSERT INTO target VALUES (7, 'bucket', 'in');
            INSERT INTO file (root, path, found, uploaded, deleted, again, size, target) VALUES
                (1, 'pending', 5, NULL, NULL, NULL, NULL, NULL), (1, 'uploaded', 5, {Hour + 1}, NULL, NULL, 100, 7),
                (1, 'deleted', 6, {Hour + 2}, {2 * Hour}, NULL, 50, 7), (2, 'vanished', 7, NULL, 8, NULL, NULL, NULL),
                (2, 'again', 9, 10, 11, 12, 1, 7);
            """);
        database.Dispose();
        Ledger.Open(Path).Dispose();
        AssertSumsAreThoseOfTheRows();
        using var reader = LedgerReader.Open(Path)!;
        var figures = new LedgerFigures(reader);
        Assert.Equal(new LedgerTotals(3, 2, 150, 1, 0, 0, 0), figures.Since(1, 0));
        Assert.Equal(new LedgerTotals(2, 1, 1, 1, 1, 1, 0), figures.Since(2, 0));
        Assert.Equal(new LedgerTotals(0, 2, 150, 1, 0, 0, 0), figures.Since(1, 1));
        Assert.Equal(new LedgerLatest(Hour + 2, null, null, null), figures.LatestOf(1));
        Assert.Equal([("/a", "bucket"), ("/b", "bucket")], figures.Roots().Select(root => (root.Path, root.Bucket)));
        Assert.Null(figures.Run());
    }

    [Fact]
    public void ALedgerWithoutRowsGetsNoSums()
    {
        Ledger.Open(Path).Dispose();
        using var reader = LedgerReader.Open(Path)!;
        Assert.Empty(new LedgerFigures(reader).Hours(0));
        Assert.Empty(new LedgerFigures(reader).Roots());
    }

    [Fact]
    public void FiguresAndTheQueueNeverLookAtFinishedRows()
    {
        using (var ledger = Ledger.Open(Path))
            ledger.RootId("/a");
        LedgerRows.Execute(Path, """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)
            INSERT INTO file (root, path, found, uploaded, deleted, size) SELECT 1, printf('%08d', i), i, i, i, 1 FROM n
            """);
        using (var ledger = Ledger.Open(Path))
        {
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < 100; i++)
            {
                Assert.False(ledger.HasActive(1, withDeletes: true, long.MaxValue, 10));
                Assert.Equal(default, ledger.Count(1));
                Assert.Null(ledger.NextDue(LedgerLane.Upload, 1, 0));
                Assert.Null(ledger.NextDue(LedgerLane.Delete, 1, 0));
                ledger.ReadDue(LedgerLane.Upload, 1, 1, 1, []);
                ledger.RetryNow(1, "", 1);
                ledger.BringNear(1, 0, 1);
            }
            // Each look at all rows takes tens of milliseconds; a thousand looks into an empty index take one.
            Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        }
        using var reader = LedgerReader.Open(Path)!;
        var (figures, since) = (new LedgerFigures(reader), Stopwatch.GetTimestamp());
        for (var i = 0; i < 100; i++)
            Assert.Equal((0, 0, null), (figures.CountToDelete(1), figures.CountParked(1), figures.OldestPending(1)));
        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void TheOldestPendingFileIsFoundAmongThoseInLineAndTheParkedOnes()
    {
        using (var ledger = Ledger.Open(Path))
        {
            var root = ledger.RootId("/a");
            ledger.Begin();
            ledger.Add(root, "parked", found: 10, dueAt: 10);
            ledger.SetRetry(root, "parked", 1_000_000, 5, 0, parkedSince: 20, "why");
            ledger.Add(root, "next", found: 30, dueAt: 30);
            ledger.Commit();
        }
        using var reader = LedgerReader.Open(Path)!;
        Assert.Equal(10, new LedgerFigures(reader).OldestPending(1));
        Assert.Equal(1, new LedgerFigures(reader).CountParked(1));
        Assert.Null(new LedgerFigures(reader).OldestPending(2));
    }

    [Fact]
    public void ARetryForgetsFailuresOfUnfinishedRowsOnly()
    {
        using var ledger = Ledger.Open(Path);
        var root = ledger.RootId("/a");
        foreach (var name in (string[])["parked", "other", "finished"])
            ledger.Add(root, name, 1, 1);
        ledger.SetRetry(root, "parked", 1000, 7, 3, 5, "why");
        ledger.SetRetry(root, "other", 1000, 2, 0, null, "why");
        ledger.SetUploaded(root, "finished", 2, null, new(1, 10, 1, 1), ledger.TargetId("bucket", "in"), SomeReceipt);
        Assert.Equal(1, ledger.RetryNow(root, "", 50));
        Assert.Equal(0, ledger.RetryNow(root, "finished", 50));
        Assert.Equal(0, ledger.RetryNow(root, "nobody", 50));
        Assert.Equal(1, ledger.RetryNow(root, "other", 60));
        ledger.Read(root, "parked", out var row);
        Assert.Equal((50L, null, 0, 0), (row.Due, row.Parked, row.Attempts, row.Waits));
        ledger.Read(root, "other", out row);
        Assert.Equal((60L, 0), (row.Due, row.Attempts));
        ledger.Read(root, "finished", out row);
        Assert.Null(row.Due);
    }

    static void Change(Ledger ledger, Random random, int root, string name, long time, int target)
    {
        if (ledger.Add(root, name, time, time))
            return;
        ledger.Read(root, name, out var row);
        switch (row.Stage, random.Next(3))
        {
            case (Stage.Pending, 0):
                ledger.SetUploaded(root, name, time, time, new(1, random.Next(1000), 1, 1), target, SomeReceipt);
                break;
            case (Stage.Pending, 1) or (Stage.Uploaded, 0):
                ledger.SetDeleted(root, name, time, null);
                break;
            case (Stage.Pending, _):
                ledger.SetRetry(root, name, time, 1, 0, null, "why");
                ledger.NoteFailure(root, name, new(time, "why", null, time));
                break;
            case (Stage.Uploaded, 1):
                ledger.SetAgain(root, name, time, null);
                break;
            // A vanished name that comes back is found once more: the row then tells of the second time only.
            default:
                break;
        }
    }

    void AssertSumsAreThoseOfTheRows()
    {
        Assert.Equal(Sums("SELECT root, hour, found, uploaded, bytes, deleted, vanished, again FROM hour WHERE found + uploaded + deleted + vanished + again > 0 ORDER BY root, hour"), Sums($"""
            SELECT root, time / {Hour} AS hour, sum(f), sum(u), sum(b), sum(d), sum(v), sum(a) FROM (
                SELECT root, found AS time, 1 AS f, 0 AS u, 0 AS b, 0 AS d, 0 AS v, 0 AS a FROM file
                UNION ALL SELECT root, uploaded, 0, 1, size, 0, 0, 0 FROM file WHERE uploaded IS NOT NULL
                UNION ALL SELECT root, deleted, 0, 0, 0, 1, 0, 0 FROM file WHERE deleted IS NOT NULL AND uploaded IS NOT NULL
                UNION ALL SELECT root, deleted, 0, 0, 0, 0, 1, 0 FROM file WHERE deleted IS NOT NULL AND uploaded IS NULL
                UNION ALL SELECT root, again, 0, 0, 0, 0, 0, 1 FROM file WHERE again IS NOT NULL) GROUP BY root, hour ORDER BY root, hour
            """));
    }

    List<string> Sums(string sql)
    {
        using var reader = LedgerReader.Open(Path)!;
        using var statement = reader.Prepare(sql);
        List<string> sums = [];
        while (statement.Step())
            sums.Add(string.Join(' ', Enumerable.Range(0, 8).Select(statement.Number)));
        return sums;
    }
}
