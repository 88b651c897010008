using System;
using System.Collections.Generic;
using System.Linq;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using SQLitePCL;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>What the ledger remembers of failed attempts, and how it came to.</summary>
public sealed class LedgerAttemptsTests : IDisposable
{
    readonly TemporaryDirectory directory = new();

    string Path => directory["ledger"];

    public void Dispose() => directory.Dispose();

    [Fact]
    public void OfEachFileTheLatestTenAreKeptInTheirOrder()
    {
        using var ledger = Ledger.Open(Path);
        var root = ledger.RootId("/in");
        for (var time = 1; time <= 25; time++)
        {
            ledger.NoteFailure(root, "a", new(time, $"error {time}", $"request {time}", time + 100));
            ledger.NoteAttempt(root, "b", new(time % 3, "why", null, null));
        }
        Assert.Equal(Enumerable.Range(16, 10).Select(time => new LedgerAttempt(time, $"error {time}", $"request {time}", time + 100)), Attempts(root, "a"));
        Assert.Equal([0, 1, 2], Attempts(root, "b").Select(attempt => attempt.Time));
        Assert.Empty(Attempts(root + 1, "a"));
    }

    [Theory]
    [InlineData("uploaded")]
    [InlineData("deleted")]
    [InlineData("again")]
    public void WhatGotThereIsForgottenAlsoByALaterRunAndTheOthersStay(string how)
    {
        int root;
        using (var ledger = Ledger.Open(Path))
        {
            root = ledger.RootId("/in");
            foreach (var name in (string[])["a", "b"])
            {
                ledger.Add(root, name, 1, 1);
                ledger.NoteFailure(root, name, new(2, "why", null, 3));
            }
        }
        using (var ledger = Ledger.Open(Path))
        {
            switch (how)
            {
                case "uploaded":
                    ledger.SetUploaded(root, "a", 3, null, new(1, 1, 1, 1), ledger.TargetId("bucket", ""), new(ChecksumKind.Md5, "abc", "abc", null));
                    break;
                case "deleted":
                    ledger.SetDeleted(root, "a", 3, null);
                    break;
                default:
                    ledger.SetAgain(root, "a", 3, null);
                    break;
            }
        }
        Assert.Empty(Attempts(root, "a"));
        Assert.Single(Attempts(root, "b"));
    }

    [Fact]
    public void APersonWhoAsksAgainLosesNothingOfIt()
    {
        using var ledger = Ledger.Open(Path);
        var root = ledger.RootId("/in");
        ledger.Add(root, "a", 1, 1, parkedFor: "why");
        ledger.NoteFailure(root, "a", new(1, "why", null, 9));
        Assert.Equal(1, ledger.RetryNow(root, "a", 2));
        Assert.Single(Attempts(root, "a"));
    }

    [Fact]
    public void APersonWhoAsksForAllParkedOnesReachesDeletionsThatWaitToo()
    {
        using var ledger = Ledger.Open(Path);
        var root = ledger.RootId("/in");
        foreach (var path in (string[])["parked", "failed", "held", "kept", "pending"])
            ledger.Add(root, path, 1, 1);
        foreach (var path in (string[])["parked", "failed", "held", "kept"])
            ledger.SetUploaded(root, path, 2, 1_000_000, new(1, 2, 3, 4), ledger.TargetId("bucket", ""), new(ChecksumKind.None, "", "", null));
        ledger.SetRetry(root, "parked", 900, 5, 0, 3, "why");
        ledger.SetRetry(root, "failed", 800, 1, 0, null, "why");
        ledger.SetRetry(root, "held", 2_000_000_000_000, 0, 1 << 20, null, "why");
        Assert.Equal(3, ledger.RetryNow(root, "", 7));
        var due = new[] { "parked", "failed", "held", "kept", "pending" }.Select(path => ledger.Read(root, path, out var row) ? row.Due : null);
        Assert.Equal([7, 7, 7, 1_000_000, 1], due);
        // What is kept for a time is kept for that time, whoever asks.
        Assert.Equal(1, ledger.RetryNow(root, "kept", 7, keptFor: 100));
        Assert.True(ledger.Read(root, "kept", out var kept) && kept.Due == 102);
    }

    [Fact]
    public void ALedgerOfVersion5IsTakenOverWithAllThatItHolds()
    {
        const long hour = LedgerCounters.HourInMilliseconds;
        Batteries_V2.Init();
        raw.sqlite3_open(Path, out var database);
        Schema.Migrate(database, 5);
        Statement.Execute(database, $"""
            INSERT INTO root VALUES (1, '/a');
            INSERT INTO target VALUES (7, 'bucket', 'in');
            INSERT INTO file (root, path, found, due, parked, attempts, error) VALUES (1, 'parked', {hour}, {hour + 90}, {hour + 9}, 5, 'why'), (1, 'pending', {hour}, {hour}, NULL, 0, NULL);
            INSERT INTO file (root, path, found, uploaded, deleted, size, target, kind, checksum, etag, key) VALUES (1, 'done', {hour}, {hour + 1}, {hour + 2}, 100, 7, 4, 'abc', 'etag', 'odd/key');
            INSERT INTO run VALUES (1, 12, 34, {hour}, {hour + 5}, '0.1.0');
            INSERT INTO hour VALUES (1, 1, 3, 1, 100, 1, 0, 0, 5, 1000, 600, 70);
            INSERT INTO latest VALUES (1, 7, {hour + 1}, {hour + 9}, 'parked', 'why');
            INSERT INTO latency VALUES (1, 1, 0, 5, 1);
            INSERT INTO sweep VALUES (1, 'a', 3);
            """);
        string[] tables = ["root", "target", "file", "run", "latency", "sweep"];
        var before = tables.Select(table => Dump(database, table)).ToArray();
        var (hours, latest) = (Dump(database, "hour"), Dump(database, "latest"));
        database.Dispose();

        Ledger.Open(Path).Dispose();

        raw.sqlite3_open(Path, out database);
        // What is new stands behind.
        foreach (var (old, @new) in before.Zip(tables.Select(table => Dump(database, table))).SelectMany(both => both.First.Split('\n').Zip(both.Second.Split('\n'))))
            Assert.StartsWith(old, @new, StringComparison.Ordinal);
        Assert.StartsWith(hours, Dump(database, "hour"), StringComparison.Ordinal);
        Assert.StartsWith(latest, Dump(database, "latest"), StringComparison.Ordinal);
        Assert.Equal(Schema.Version, Statement.Scalar(database, "PRAGMA user_version"));
        database.Dispose();
        using var reader = LedgerReader.Open(Path)!;
        var figures = new LedgerFigures(reader);
        Assert.Equal(new LedgerTotals(3, 1, 100, 1, 0, 0, 5), figures.Since(1, 0));
        Assert.Equal(new LedgerLatest(hour + 1, hour + 9, "parked", "why"), figures.LatestOf(1));
        Assert.Empty(figures.Vitals());
        Assert.All(figures.Requests(), sum => Assert.Equal(default, sum));
        // What is known of the last attempt is where the others will be.
        Assert.Equal([new(hour + 9, "why", null, hour + 90)], Attempts(1, "parked"));
        Assert.Empty(Attempts(1, "pending"));
    }

    List<LedgerAttempt> Attempts(int root, string path)
    {
        using var reader = LedgerReader.Open(Path)!;
        return new LedgerEntries(reader).Attempts(root, path);
    }

    static string Dump(sqlite3 database, string table)
    {
        using var statement = new Statement(database, $"SELECT * FROM {table}");
        List<string> rows = [];
        while (statement.Step())
            rows.Add(string.Join('|', Enumerable.Range(0, statement.Columns).Select(column => statement.TextOrNull(column) ?? "NULL")));
        return string.Join('\n', rows);
    }
}
