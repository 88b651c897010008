using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Faults;

public sealed partial class LedgerDamageTests
{
    const int TamperedPerSeed = 12;

    static readonly string[] Columns = ["path", "found", "uploaded", "deleted", "again", "due", "parked", "attempts", "waits", "file_id", "size", "modified", "target", "kind", "checksum", "etag", "key"];

    // Of every type, and of every size; the last ones are no text in UTF-8, and text with a zero in it.
    static readonly string[] Values =
    [
        "NULL", "0", "-1", "1", "5", "40", "9223372036854775807", "-9223372036854775808", "1.5", "9e999", "'text'", "''", "x''", "x'00ff'",
        "CAST(x'6bff65' AS TEXT)", "CAST(x'6b0065' AS TEXT)", "path || CAST(x'ff' AS TEXT)", "CAST(strftime('%s', 'now') AS INTEGER) * 1000 + 1000000000",
    ];

    /// <summary>Every seed a dozen ledgers; FAULT_TAMPERED asks for other seeds.</summary>
    public static TheoryData<int> TamperingSeeds =>
        [.. Enumerable.Range(1 + int.Parse(Environment.GetEnvironmentVariable("FAULT_TAMPERED") ?? "0"), 18)];

    [Theory, MemberData(nameof(TamperingSeeds))]
    public async Task EveryRunOnATamperedLedgerEndsWithAResultThatSaysSoAndLosesNothing(int seed)
    {
        var random = new Random(seed);
        await using var scene = await Scene.MakeAsync();
        for (var i = 0; i < TamperedPerSeed; i++)
        {
            scene.PutBack(withFiles: true);
            var what = Tamper(scene.Stand.Ledger, random, (seed + i) % 6);
            await EndsAsync(scene.Stand, $"{seed}.{i}: {what}");
        }
    }

    [Theory]
    [InlineData("to_upload", "pending3")]
    [InlineData("to_delete", "kept3")]
    public async Task ARowThatOnlyAnIndexHasHoldsNoRunOpen(string index, string path)
    {
        await using var scene = await Scene.MakeAsync(keepFor: true);
        scene.PutBack(withFiles: true);
        Unindexed(scene.Stand.Ledger, index, $"DELETE FROM file WHERE path = '{path}'");
        await EndsAsync(scene.Stand, path);
        Assert.False(File.Exists(scene.Stand.Root.FullPath("pending1")) || File.Exists(scene.Stand.Root.FullPath("kept1")));
    }

    [Theory]
    [InlineData("to_upload", "pending3")]
    [InlineData("to_delete", "kept3")]
    public async Task ARowThatNoIndexHasIsSaidAndItsFileStays(string index, string path)
    {
        await using var scene = await Scene.MakeAsync(keepFor: true);
        scene.PutBack(withFiles: true);
        // As if it had never been put in: to where the index has it the row comes back without it.
        Unindexed(scene.Stand.Ledger, index, $"UPDATE file SET due = due + 1 WHERE path = '{path}'");
        var fault = await EndsAsync(scene.Stand, path);
        Assert.Equal(LedgerException.Damaged, Assert.IsType<LedgerException>(fault).Hint);
        Assert.True(File.Exists(scene.Stand.Root.FullPath(path)));
    }

    [Fact]
    public async Task ARowWithANameThatIsNoTextIsSaidOnceAndLeftOutAndTheOthersAreDone()
    {
        await using var scene = await Scene.MakeAsync();
        scene.PutBack(withFiles: true);
        LedgerRows.Execute(scene.Stand.Ledger, "UPDATE file SET path = CAST(x'70ff' AS TEXT) WHERE path = 'pending3'");
        var fault = await EndsAsync(scene.Stand, "pending3");
        Assert.Contains("1 of its rows", Assert.IsType<LedgerException>(fault).Message, StringComparison.Ordinal);
        Assert.Equal(1, scene.Stand.Log.Count("its row in the ledger cannot be changed"));
        // Its file was found as a new one.
        Assert.Empty(Directory.GetFiles(scene.Stand.Root.Path));
    }

    [Fact]
    public async Task ARunThatWatchesDoesNotSpinOnARowItCannotChange()
    {
        await using var scene = await Scene.MakeAsync();
        var stand = scene.Stand;
        scene.PutBack(withFiles: true);
        LedgerRows.Execute(stand.Ledger, "UPDATE file SET path = CAST(x'70ff' AS TEXT) WHERE path = 'pending3'");
        await using var running = stand.Run();
        await Eventually.True(() => Directory.GetFiles(stand.Root.Path).Length == 0, stand.Log.ToString, Cancel);
        stand.Write("new", PipelineStand.Bytes(10, 3));
        await Eventually.True(() => Directory.GetFiles(stand.Root.Path).Length == 0, stand.Log.ToString, Cancel);
        var turns = running.Pipeline.Turns;
        stand.Write("newer", PipelineStand.Bytes(10, 4));
        await Eventually.True(() => Directory.GetFiles(stand.Root.Path).Length == 0, stand.Log.ToString, Cancel);
        Assert.InRange(running.Pipeline.Turns - turns, 1, 200);
        Assert.IsType<LedgerException>((await running.StopAsync()).Fault);
    }

    /// <summary>Runs to the end, within a bound; returns the fault, which says what to do.</summary>
    static async Task<Exception?> EndsAsync(PipelineStand stand, string what)
    {
        Exception? fault = null;
        try
        {
            fault = (await stand.DrainAsync(Cancel, rules => rules with { Patience = TimeSpan.FromSeconds(20) }).WaitAsync(TimeSpan.FromSeconds(60), Cancel)).Fault;
        }
        catch (LedgerException e)
        {
            fault = e;
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{what}: it has not ended\n{stand.Log}");
        }
        Assert.True(fault is null or LedgerException { Hint.Length: > 0, IsHeld: false }, $"{what}: {fault}");
        stand.Oracle.CheckWithoutLedger();
        return fault;
    }

    static string Tamper(string ledger, Random random, int kind)
    {
        if (kind < 3)
        {
            // Whole, then changed: a log would put back what is changed.
            LedgerRows.Execute(ledger, "PRAGMA wal_checkpoint(TRUNCATE)");
        }
        switch (kind)
        {
            case 0:
                Flip(ledger, random, 1 + random.Next(4));
                return "bytes";
            case 1:
                return $"page {FlipPage(ledger, random)}";
            case 2:
                var bytes = File.ReadAllBytes(ledger);
                var bit = random.Next(8);
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << bit);
                File.WriteAllBytes(ledger, bytes);
                return "a bit";
            case 3:
                var (column, value) = (Columns[random.Next(Columns.Length)], Values[random.Next(Values.Length)]);
                LedgerRows.Execute(ledger, $"PRAGMA foreign_keys = OFF; UPDATE OR IGNORE file SET {column} = {value} WHERE path LIKE '%{random.Next(10)}'");
                return $"{column} = {value}";
            default:
                var index = random.Next(2) == 0 ? "to_upload" : "to_delete";
                var change = kind == 4 ? "DELETE FROM file" : $"UPDATE file SET due = due + {random.Next(-1000, 1000)}";
                var where = $"WHERE path LIKE '%{random.Next(10)}'";
                Unindexed(ledger, index, $"{change} {where}");
                return $"{index}: {change} {where}";
        }
    }

    static int FlipPage(string ledger, Random random)
    {
        var bytes = File.ReadAllBytes(ledger);
        var page = random.Next(1, bytes.Length / 4096);
        for (var i = 0; i < 8; i++)
            bytes[(page * 4096) + random.Next(4096)] ^= (byte)random.Next(1, 256);
        File.WriteAllBytes(ledger, bytes);
        return page;
    }

    /// <summary>Changes rows behind the back of an index, as lost writes do.</summary>
    static void Unindexed(string ledger, string index, string sql)
    {
        const string schema = "PRAGMA writable_schema = ON; ";
        // A connection reads the schema once: the second of these knows of no such index.
        LedgerRows.Execute(ledger, $"{schema} CREATE TABLE aside AS SELECT * FROM sqlite_schema WHERE name = '{index}'; DELETE FROM sqlite_schema WHERE name = '{index}'");
        LedgerRows.Execute(ledger, sql);
        LedgerRows.Execute(ledger, $"{schema} INSERT INTO sqlite_schema SELECT * FROM aside; DELETE FROM sqlite_schema WHERE name = 'aside'");
    }
}
