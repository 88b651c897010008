using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary>
/// Commands on a ledger that an accident has changed: they answer, or end with 1 and say what to do; never with a stack trace, never not at all.
/// The damage follows from the seed, which stands in the failure.
/// </summary>
public sealed class DamagedLedgerTests : OperatorTest
{
    /// <summary>A command takes hundredths of a second; one that hangs would take for ever.</summary>
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    static readonly string[] Values = ["-9223372036854775808", "9223372036854775807", "-1", "1000000000000000", "'text'", "x'00FF'", "NULL", "1e300", "char(0) || '/x'"];

    string Copy => Path.Combine(Scene.Place, "copy.db");

    [Fact]
    public async Task ThreeHundredChangedLedgersAreReadOrRefusedInWords()
    {
        await MakeAsync();
        var columns = LedgerRows.Columns(Scene.Ledger);
        List<string> wrong = [];
        for (var seed = 1; seed <= 300; seed++)
        {
            var random = new Random(seed);
            var what = Damage(random, columns);
            var commands = Commands();
            // Two of them each; all of them have a third of the seeds or more.
            for (var i = 0; i < 2; i++)
                await Judge(commands[random.Next(commands.Length)], $"{seed}, {what}", wrong);
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(20)));
    }

    [Fact]
    public async Task EveryColumnMayHoldAnythingAndStatusReportAndExplainStillAnswer()
    {
        await MakeAsync();
        List<string> wrong = [];
        var commands = Commands();
        foreach (var ((table, column), number) in LedgerRows.Columns(Scene.Ledger).Select((column, number) => (column, number)))
        {
            for (var value = number % 2; value < Values.Length; value += 2)
            {
                if (Change(table, column, Values[value]))
                    await Judge(commands[(number + value) % commands.Length], $"{table}.{column} = {Values[value]}", wrong);
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(20)));
    }

    string[][] Commands() =>
    [
        ["status"], ["status", "--json"], ["report", "--since", "0001-01-01"], ["report", "--json"], ["report", "--csv"], ["report", "--html", Path.Combine(Scene.Place, "r.html")],
        ["list"], ["list", "--json"], ["explain", Scene.FullPath("kept1")], ["explain", Scene.FullPath("pending1")], ["retry", "--parked"], ["retry", Scene.FullPath("pending1")],
        ["verify", "-b", Scene.Bucket, "--endpoint", Scene.Url], ["import", Path.Combine(Scene.Place, "former.db")], ["rebuild", "-w", Scene.Root, "-b", Scene.Bucket, "--endpoint", Scene.Url],
    ];

    async Task Judge(string[] command, string what, List<string> wrong)
    {
        var run = Scene.StartWith([.. command, "--ledger", Copy]);
        var code = await run.Exit(Limit);
        var isBad = run.Output.Contains("nhandled", StringComparison.Ordinal) || run.Output.Contains("   at ", StringComparison.Ordinal) || run.Output.Contains("should not happen", StringComparison.Ordinal);
        // 2 where the arguments do not fit what the ledger says; 5 where verify finds something else in the bucket.
        if (isBad || code is not (0 or 1 or 2 or 3 or 5) || (code == 1 && run.Count("hint:") == 0 && command[0] != "verify"))
            wrong.Add($"{what}: {string.Join(' ', command)}: exit code {code}: {run.Output}");
        await run.DisposeAsync();
    }

    /// <summary>Files that are done, kept and pending, and one parked.</summary>
    async Task MakeAsync()
    {
        foreach (var name in (string[])["done", "kept", "pending"])
        {
            for (var i = 0; i < 20; i++)
                Scene.Write(name + i, 10 * i);
            if (name == "pending")
                Server.Faults.Add(Tests.Support.S3.Fault.Answer(400, "InvalidArgument"));
            var run = Scene.Start(["--once", .. name == "done" ? (string[])[] : ["--keep"]]);
            await run.Exit(Scene.Limit);
        }
        Server.Faults.Clear();
        LedgerRows.Execute(Scene.Ledger, "PRAGMA wal_checkpoint(TRUNCATE)");
    }

    string Damage(Random random, List<(string Table, string Column)> columns)
    {
        if (random.Next(2) == 0)
        {
            var (table, column) = columns[random.Next(columns.Count)];
            var value = Values[random.Next(Values.Length)];
            Change(table, column, value);
            return $"{table}.{column} = {value}";
        }
        Fresh();
        var bytes = File.ReadAllBytes(Copy);
        var times = 1 << random.Next(9);
        // Not always in the header, where it is seen at once; half the times in one page.
        var (from, to) = random.Next(2) == 0 ? (0, bytes.Length) : (random.Next(bytes.Length / 4096) * 4096, 4096);
        for (var i = 0; i < times; i++)
            bytes[from + random.Next(Math.Min(to, bytes.Length - from))] = (byte)random.Next(256);
        File.WriteAllBytes(Copy, bytes);
        return $"{times} bytes from {from} on";
    }

    /// <summary>False where a rule of the table forbids it.</summary>
    bool Change(string table, string column, string value)
    {
        Fresh();
        try
        {
            LedgerRows.Execute(Copy, $"PRAGMA ignore_check_constraints = 1; UPDATE OR IGNORE {table} SET {column} = {value}; PRAGMA wal_checkpoint(TRUNCATE)");
            return true;
        }
        catch (LedgerException)
        {
            return false;
        }
    }

    void Fresh()
    {
        foreach (var ending in (string[])["-wal", "-shm"])
            File.Delete(Copy + ending);
        File.Copy(Scene.Ledger, Copy, overwrite: true);
    }
}
