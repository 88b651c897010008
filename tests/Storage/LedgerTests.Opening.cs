using System;
using System.IO;
using System.Runtime.Versioning;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Sync.Linux;
using SQLitePCL;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>What may be opened as a ledger, and by whom.</summary>
public sealed partial class LedgerTests
{
    const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public void ANewLedgerHasThisVersionAndIsOurs()
    {
        Open().Dispose();
        Assert.Equal((Schema.Version, 0x73337379), (Pragma(Path, "user_version"), Pragma(Path, "application_id")));
        using var reader = LedgerReader.Open(Path);
        Assert.Equal(Stage.Unknown, reader!.StageOf("/in", "a"));
    }

    [Fact]
    public void WhereThereIsNoLedgerThereIsNothingToRead()
    {
        Assert.Null(LedgerReader.Open(Path));
        Assert.False(File.Exists(Path));
    }

    [Fact]
    public void AnEmptyFileBecomesALedger()
    {
        File.WriteAllBytes(Path, []);
        Open();
        Assert.Equal(Schema.Version, Pragma(Path, "user_version"));
    }

    [Fact]
    public void AnInterruptedMigrationIsDoneAtTheNextStart()
    {
        Batteries_V2.Init();
        for (var version = 0; version < Schema.Version; version++)
        {
            var path = directory[$"{version}.db"];
            raw.sqlite3_open(path, out var database);
            Schema.Migrate(database, version);
            database.Dispose();
            using var migrated = Ledger.Open(path);
            Assert.True(migrated.Add(migrated.RootId("/out"), "file", 1, 1));
        }
    }

    [Fact]
    public void ADirectoryThatIsMissingIsMade()
    {
        using var other = Ledger.Open(directory["a/b/ledger"]);
        Assert.True(File.Exists(directory["a/b/ledger"]));
    }

    [Fact]
    public void OneOfANewerVersionIsRefusedAndLeftAsItIs()
    {
        Open().Dispose();
        LedgerRows.Execute(Path, $"PRAGMA user_version = {Schema.Version + 1}; PRAGMA journal_mode = DELETE");
        var before = File.ReadAllBytes(Path);
        var refused = Assert.Throws<LedgerException>(() => Ledger.Open(Path));
        Assert.Contains("newer s3sync", refused.Message, StringComparison.Ordinal);
        Assert.Contains("update s3sync", refused.Hint, StringComparison.Ordinal);
        Assert.Throws<LedgerException>(() => LedgerReader.Open(Path));
        Assert.Equal(before, File.ReadAllBytes(Path));
    }

    [Theory]
    [InlineData("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)")]
    [InlineData("CREATE TABLE theirs (x); PRAGMA user_version = 1")]
    [InlineData("PRAGMA application_id = 1234")]
    public void ADatabaseOfAnotherProgramIsRefusedAndLeftAsItIs(string sql)
    {
        File.WriteAllBytes(Path, []);
        LedgerRows.Execute(Path, sql);
        var before = File.ReadAllBytes(Path);
        var refused = Assert.Throws<LedgerException>(() => Ledger.Open(Path));
        Assert.Equal("ledger: this is a SQLite database, but not one of s3sync", refused.Message);
        Assert.Contains("--ledger", refused.Hint, StringComparison.Ordinal);
        Assert.False(refused.IsHeld);
        Assert.Throws<LedgerException>(() => LedgerReader.Open(Path));
        Assert.Equal(before, File.ReadAllBytes(Path));
    }

    [Theory]
    // SQLite takes a file of one byte for an empty one.
    [InlineData(2)]
    [InlineData(100)]
    [InlineData(512)]
    [InlineData(10_000)]
    public void AFileThatIsNoDatabaseIsRefusedWithAHintAndLeftAsItIs(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        File.WriteAllBytes(Path, content);
        var refused = Assert.Throws<LedgerException>(() => Ledger.Open(Path));
        Assert.Contains("(SQLite 26)", refused.Message, StringComparison.Ordinal);
        Assert.Contains("keep a copy", refused.Hint, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllBytes(Path));
        // Nothing of it is held.
        File.Delete(Path);
        Open();
    }

    [Fact]
    public void OneHeldByAnotherInstanceIsRefusedAsHeldUntilThatEnds()
    {
        var first = Open();
        var refused = Assert.Throws<LedgerException>(() => Ledger.Open(Path));
        Assert.True(refused.IsHeld);
        Assert.Contains("held by another s3sync", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--ledger", refused.Hint, StringComparison.Ordinal);
        first.Dispose();
        Open();
    }

    [Fact]
    public void OneThatIsHeldCanBeRead()
    {
        var ledger = Open(out var root);
        ledger.Begin();
        ledger.Add(root, "a", 1, 1);
        ledger.Commit();
        ledger.Begin();
        ledger.Add(root, "b", 1, 1);
        using var reader = LedgerReader.Open(Path);
        Assert.Equal((Stage.Pending, Stage.Unknown), (reader!.StageOf("/in", "a"), reader.StageOf("/elsewhere", "a")));
        // What is not committed is not so.
        Assert.Equal(Stage.Unknown, reader.StageOf("/in", "b"));
    }

    [Fact]
    public void APathThatCannotBeIsSaid()
    {
        File.WriteAllText(directory["file"], "");
        var refused = Assert.Throws<LedgerException>(() => Ledger.Open(directory["file/ledger"]));
        Assert.False(refused.IsHeld);
        Assert.Contains("--ledger", refused.Hint, StringComparison.Ordinal);
    }

    [LinuxFact]
    public void AFaultOfTheDiskIsNotTakenForAnotherInstance()
    {
        // As an earlier run leaves it behind.
        File.WriteAllText(Path + ".lock", "");
        // A link to itself cannot be opened, for a reason that is neither a right nor a hold.
        File.CreateSymbolicLink(Path, Path);
        Assert.False(Assert.Throws<LedgerException>(() => Ledger.Open(Path)).IsHeld);
    }

    [LinuxFact]
    [UnsupportedOSPlatform("windows")]
    public void NobodyButTheOwnerMayReadIt()
    {
        var ledger = Ledger.Open(directory["state/ledger"]);
        using (ledger)
        {
            ledger.Begin();
            ledger.RootId("/in");
            ledger.Commit();
            foreach (var file in Directory.GetFiles(directory["state"]))
                Assert.Equal(Owner, File.GetUnixFileMode(file));
            // The database, what is not yet written into it, the index of that, and the hold.
            Assert.Equal(4, Directory.GetFiles(directory["state"]).Length);
        }
        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(directory["state"]));
    }

    static long Pragma(string ledger, string name)
    {
        Batteries_V2.Init();
        Statement.Check(null!, raw.sqlite3_open_v2(ledger, out var database, raw.SQLITE_OPEN_READONLY, null));
        using (database)
            return Statement.Scalar(database, $"PRAGMA {name}");
    }
}
