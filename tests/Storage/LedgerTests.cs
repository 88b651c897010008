using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using CsCheck;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Sync.Linux;
using SQLitePCL;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>The ledger as a file: what it refuses, what it keeps.</summary>
public sealed class LedgerTests : IDisposable
{
    readonly TemporaryDirectory directory = new();

    string Place => directory["state/ledger.db"];

    public void Dispose() => directory.Dispose();

    static readonly Stamp SomeStamp = new(7, 4096, 1_700_000_000_123_456_789, 1_700_000_000_123_456_790);
    static readonly Receipt SomeReceipt = new(ChecksumKind.Crc64Nvme, "rosUhgp5mIg=", "etag", "version");

    [Fact]
    public void WhatIsCommittedIsThereAfterReopening()
    {
        using (var ledger = Ledger.Open(Place))
        {
            var root = ledger.RootId("/out");
            ledger.Begin();
            Assert.True(ledger.Add(root, "a/ä 🚀", 1, 2));
            Assert.False(ledger.Add(root, "a/ä 🚀", 3, 4));
            ledger.SetUploaded(root, "a/ä 🚀", 5, 6, SomeStamp, ledger.TargetId("bucket", "out"), SomeReceipt);
            ledger.Commit();
            ledger.Begin();
            ledger.Add(root, "never committed", 1, 2);
        }
        using (var ledger = Ledger.Open(Place))
        {
            Assert.True(ledger.Read(ledger.RootId("/out"), "a/ä 🚀", out var row));
            Assert.Equal((1L, 5L, null, 6L, SomeStamp, Stage.Uploaded), (row.Found, row.Uploaded!.Value, row.Deleted, row.Due!.Value, row.Stamp, row.Stage));
            Assert.Equal((SomeReceipt.Kind, SomeReceipt.Checksum), (row.Kind, row.Checksum));
            Assert.False(ledger.Read(ledger.RootId("/out"), "never committed", out _));
        }
    }

    [Fact]
    public void DueRowsComeLongestDueFirstAndEachLaneHasItsOwn()
    {
        using var ledger = Ledger.Open(Place);
        var root = ledger.RootId("/out");
        foreach (var (path, due) in (ReadOnlySpan<(string, long)>)[("c", 30), ("a", 10), ("b", 20), ("later", 1000), ("uploaded", 5)])
            ledger.Add(root, path, due, due);
        ledger.SetUploaded(root, "uploaded", 6, 7, SomeStamp, ledger.TargetId("b", "p"), SomeReceipt);
        Assert.Equal(["a", "b"], Due(ledger, LedgerLane.Upload, root, 100, 2));
        Assert.Equal(["a", "b", "c"], Due(ledger, LedgerLane.Upload, root, 100, 10));
        Assert.Equal(["uploaded"], Due(ledger, LedgerLane.Delete, root, 100, 10));
        Assert.Equal(1000, ledger.NextDue(LedgerLane.Upload, root, 100));
        Assert.Null(ledger.NextDue(LedgerLane.Upload, root, 1000));
        ledger.ClampDue(root, latest: 500, time: 50);
        Assert.Equal(["a", "b", "c", "later"], Due(ledger, LedgerLane.Upload, root, 100, 10));
        Assert.Equal(new LedgerCounts(4, 1, 0), ledger.Count(root));
    }

    [Fact]
    public void AnotherInstanceIsToldThatTheLedgerIsHeld()
    {
        using (Ledger.Open(Place))
            Assert.True(Assert.Throws<LedgerException>(() => Ledger.Open(Place)).IsHeld);
        Ledger.Open(Place).Dispose();
    }

    [Fact]
    public void AFileThatIsNoDatabaseIsRefusedWithAHintAndNotChanged()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Place)!);
        File.WriteAllText(Place, new string('x', 5000));
        var refusal = Assert.Throws<LedgerException>(() => Ledger.Open(Place));
        Assert.Contains("move it away", refusal.Hint);
        Assert.False(refusal.IsHeld);
        Assert.Equal(new string('x', 5000), File.ReadAllText(Place));
    }

    [Theory]
    [InlineData("CREATE TABLE File (path TEXT PRIMARY KEY)", "not one of s3sync")]
    [InlineData("PRAGMA application_id = 1", "not one of s3sync")]
    [InlineData("PRAGMA application_id = 0x73337379; PRAGMA user_version = 1000", "newer s3sync")]
    public void AnothersOrANewerDatabaseIsRefused(string sql, string expected)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Place)!);
        Batteries_V2.Init();
        raw.sqlite3_open(Place, out var database);
        Statement.Execute(database, sql);
        database.Dispose();
        Assert.Contains(expected, Assert.Throws<LedgerException>(() => Ledger.Open(Place)).Message);
    }

    [Fact]
    public void AnInterruptedMigrationIsDoneAtTheNextStart()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Place)!);
        Batteries_V2.Init();
        for (var version = 0; version < Schema.Version; version++)
        {
            raw.sqlite3_open(Place, out var database);
            Schema.Migrate(database, version);
            database.Dispose();
            using var ledger = Ledger.Open(Place);
            Assert.True(ledger.Add(ledger.RootId("/out"), $"{version}", 1, 1));
        }
    }

    [LinuxFact, SupportedOSPlatform("linux")]
    public void NobodyElseMayReadIt()
    {
        using var ledger = Ledger.Open(Place);
        ledger.RootId("/out");
        Assert.All(Directory.EnumerateFiles(Path.GetDirectoryName(Place)!), file =>
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public void ItAgreesWithAModelWhateverIsWrittenAndWheneverItIsReopened() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 9], Gen.Int[1, 1000]).Array[1, 60].Sample(operations =>
        {
            var place = directory[$"{Guid.NewGuid():n}.db"];
            var model = new SortedDictionary<string, (Stage Stage, long? Due)>(StringComparer.Ordinal);
            var ledger = Ledger.Open(place);
            var (root, target) = (ledger.RootId("/out"), ledger.TargetId("b", "p"));
            foreach (var (operation, file, time) in operations)
            {
                var path = $"{file}";
                ledger.Begin();
                switch (operation)
                {
                    case 0 or 1:
                        Assert.Equal(model.TryAdd(path, (Stage.Pending, time)), ledger.Add(root, path, time, time));
                        break;
                    case 2 when model.TryGetValue(path, out var row) && row.Stage == Stage.Pending:
                        ledger.SetUploaded(root, path, time, time, SomeStamp, target, SomeReceipt);
                        model[path] = (Stage.Uploaded, time);
                        break;
                    case 3 when model.TryGetValue(path, out var row) && row.Stage is Stage.Pending or Stage.Uploaded:
                        ledger.SetDeleted(root, path, time, null);
                        model[path] = (row.Stage == Stage.Pending ? Stage.Vanished : Stage.Deleted, null);
                        break;
                    case 4 when model.TryGetValue(path, out var row) && row.Stage is Stage.Pending or Stage.Uploaded:
                        ledger.SetRetry(root, path, time, 1, 2, null, "why");
                        model[path] = (row.Stage, time);
                        break;
                    case 5 when model.TryGetValue(path, out var row) && row.Stage == Stage.Uploaded:
                        ledger.SetAgain(root, path, time, null);
                        model[path] = (Stage.Left, null);
                        break;
                    case 6:
                        ledger.Commit();
                        ledger.Dispose();
                        ledger = Ledger.Open(place);
                        root = ledger.RootId("/out");
                        break;
                    default:
                        break;
                }
                ledger.Commit();
            }
            foreach (var (path, expected) in model)
            {
                Assert.True(ledger.Read(root, path, out var row));
                Assert.Equal(expected, (row.Stage, row.Due));
            }
            var due = Due(ledger, LedgerLane.Upload, root, long.MaxValue, 100).Concat(Due(ledger, LedgerLane.Delete, root, long.MaxValue, 100)).Order(StringComparer.Ordinal);
            Assert.Equal(model.Where(row => row.Value.Due is not null).Select(row => row.Key), due);
            ledger.Dispose();
        }, iter: 100, threads: 1);

    static List<string> Due(Ledger ledger, LedgerLane lane, int root, long time, int limit)
    {
        List<Row> rows = [];
        ledger.ReadDue(lane, root, time, limit, rows);
        return [.. rows.Select(row => row.Path)];
    }
}
