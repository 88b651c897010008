using System;
using System.Collections.Generic;
using System.Linq;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using SQLitePCL;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>The codes beside the texts: those of kept files, and those of failed attempts.</summary>
public sealed class FailureCodeTests : IDisposable
{
    readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void EveryFaultButSuccessHasACode()
    {
        foreach (var fault in Enum.GetValues<Fault>())
            Assert.Equal(fault is Fault.None or Fault.Abandoned, FailureCodes.Of(fault) == FailureCode.None);
        foreach (var code in Enum.GetValues<FailureCode>())
            Assert.Equal((int)code is > 0 and <= 5, code.IsKept());
    }

    [Fact]
    public void AFailedAttemptHasACodeThatEndsWithTheUploadAndIsNoKeptFiles()
    {
        using var ledger = Ledger.Open(directory["ledger"]);
        var root = ledger.RootId("/in");
        ledger.Begin();
        foreach (var path in (string[])["a", "b", "c", "d"])
            ledger.Add(root, path, 1, 1);
        ledger.SetRetry(root, "a", 2, 1, 0, 2, "worded one way or another", FailureCode.Conflict);
        ledger.SetWait(root, "b", 2, 1, default, "written", FailureCode.NotSettled);
        ledger.Add(root, "e", 1, 1, "twin", code: FailureCode.SameKey);
        ledger.Commit();
        Assert.Equal([FailureCode.Conflict, FailureCode.NotSettled, FailureCode.None, FailureCode.SameKey], CodesOf(ledger, root, "a", "b", "c", "e"));
        Assert.Empty(ledger.KeptPaths(root, Enum.GetValues<FailureCode>(), "", 10));
        using (var reader = LedgerReader.Open(directory["ledger"])!)
        {
            Assert.Equal(["a", "e"], new LedgerEntries(reader).List(LedgerList.Conflicts, 10).Select(entry => entry.Path).Order());
            Assert.Equal(default, new LedgerFigures(reader).CountKept(root));
        }
        ledger.Begin();
        ledger.SetUploaded(root, "a", 3, 4, default, ledger.TargetId("bucket", "in"), new(ChecksumKind.Md5, "x", "", null), hasCode: true);
        ledger.SetUploaded(root, "b", 3, 4, default, ledger.TargetId("bucket", "in"), new(ChecksumKind.Md5, "x", "", null), hasCode: true);
        ledger.SetRetry(root, "b", 5, 1, 0, 2, "gone", FailureCode.ObjectMissing);
        ledger.Commit();
        Assert.Equal([FailureCode.None, FailureCode.ObjectMissing], CodesOf(ledger, root, "a", "b"));
        Assert.Equal(["b"], ledger.KeptPaths(root, Enum.GetValues<FailureCode>(), "", 10));
    }

    /// <summary>Conflicts of ledgers from before have no code, only a text.</summary>
    [Fact]
    public void ALedgerOfVersion9KeepsItsConflictsAndItsKeptFiles()
    {
        Batteries_V2.Init();
        raw.sqlite3_open(directory["ledger"], out var database);
        Schema.Migrate(database, 9);
        Statement.Execute(database, """
            INSERT INTO root VALUES (1, '/in');
            INSERT INTO file (root, path, found, due, parked, error) VALUES
                (1, 'conflict', 1, 2, 1, 'conflict: the key exists with other content'), (1, 'twin', 1, 2, 1, '/b/x has the same key: give'),
                (1, 'other', 1, 2, 1, 'S3 answered 400'), (1, 'pending', 1, 2, NULL, NULL);
            INSERT INTO file (root, path, found, uploaded, due, parked, error, code) VALUES (1, 'kept', 1, 1, 2, 1, 'gone', 1);
            """);
        database.Dispose();
        using var ledger = Ledger.Open(directory["ledger"]);
        Assert.Equal(
            [FailureCode.Conflict, FailureCode.SameKey, FailureCode.None, FailureCode.None, FailureCode.ObjectMissing],
            CodesOf(ledger, 1, "conflict", "twin", "other", "pending", "kept"));
        Assert.Equal(["kept"], ledger.KeptPaths(1, [FailureCode.ObjectMissing], "", 10));
        using var reader = LedgerReader.Open(directory["ledger"])!;
        Assert.Equal(1, new LedgerFigures(reader).CountKept(1).Unconfirmed);
    }

    static IEnumerable<FailureCode> CodesOf(Ledger ledger, int root, params string[] paths) =>
        paths.Select(path => ledger.Read(root, path, out var row) ? row.Code : throw new InvalidOperationException(path));
}
