using System;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>Forgetting old names, where that is asked for.</summary>
public sealed class LedgerSweepTests : IDisposable
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    readonly TemporaryDirectory directory = new();
    readonly Ledger ledger;
    readonly int root;

    public LedgerSweepTests()
    {
        ledger = Ledger.Open(directory["ledger"]);
        root = ledger.RootId("/in");
    }

    public void Dispose()
    {
        ledger.Dispose();
        directory.Dispose();
    }

    [Fact]
    public void OnlyNamesWhoseFilesWentBeforeAreForgotten()
    {
        ledger.Begin();
        Finished("old", deleted: 99);
        Finished("young", deleted: 100);
        ledger.Add(root, "vanished", 1, 1);
        ledger.SetDeleted(root, "vanished", 50, null);
        ledger.Add(root, "pending", 1, 1);
        Uploaded("kept", dueAt: null);
        Uploaded("to be deleted", dueAt: 5);
        Finished("here again", deleted: 99);
        ledger.SetAgain(root, "here again", 100, null);
        Finished("to be looked at", deleted: 99);
        ledger.SetDue(root, "to be looked at", 100);

        Assert.Equal(2, ledger.Sweep.Step(root, before: 100, now: 1000));

        ledger.Commit();
        foreach (var name in (string[])["young", "pending", "kept", "to be deleted", "here again", "to be looked at"])
        {
            Assert.True(ledger.Read(root, name, out _), name);
        }
        Assert.False(ledger.Read(root, "old", out _));
        Assert.False(ledger.Read(root, "vanished", out _));
        Assert.Equal(1000, ledger.Sweep.Ended(root));
    }

    [Fact]
    public void ASweepGoesOnWhereTheLastRunLeftItAndComesToItsEnd()
    {
        Fill(2500);
        Assert.Equal(1000, Step(ledger));
        Assert.Equal(0, ledger.Sweep.Ended(root));
        ledger.Dispose();
        using var next = Ledger.Open(directory["ledger"]);
        Assert.Equal(1000, Step(next));
        Assert.Equal(500, Step(next));
        Assert.Equal(2, next.Sweep.Ended(root));
        Assert.Equal(0, LedgerRows.Count(directory["ledger"]));
    }

    [Fact]
    public void AnotherRootKeepsItsNames()
    {
        var other = ledger.RootId("/other");
        ledger.Begin();
        Finished("a", deleted: 1);
        ledger.Add(other, "a", 1, 1);
        ledger.SetDeleted(other, "a", 1, null);
        Assert.Equal(1, ledger.Sweep.Step(root, 10, 20));
        ledger.Commit();
        Assert.True(ledger.Read(other, "a", out _));
    }

    /// <summary>A commit waits for the disk, which may be busy: the work itself must be a small part of the 100 ms that nobody may wait.</summary>
    [Fact]
    public void NoStepHoldsTheLedgerUpAndTheFileShrinks()
    {
        Fill(100_000);
        var before = new FileInfo(directory["ledger"]).Length;
        Assert.True(before > 8 << 20, $"{before} bytes");
        var longest = TimeSpan.Zero;
        for (var ended = false; !ended; ended = ledger.Sweep.Ended(root) != 0)
        {
            ledger.Begin();
            var start = Environment.CpuUsage.TotalTime;
            ledger.Sweep.Step(root, 10, 20);
            longest = Environment.CpuUsage.TotalTime - start is var took && took > longest ? took : longest;
            ledger.Commit();
        }
        Assert.InRange(longest.TotalMilliseconds, 0, 100);
        // Closing writes what stands beside the database into it.
        ledger.Dispose();
        Assert.InRange(new FileInfo(directory["ledger"]).Length, 0, 6 << 20);
    }

    [Fact]
    public async Task ARunForgetsOldNamesAndOnlyIfTold()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Write("file", PipelineStand.Bytes(10));
        await stand.DrainAsync(Cancel);
        Assert.Equal(1, LedgerRows.Count(stand.Ledger));
        await stand.DrainAsync(Cancel);
        Assert.Equal(1, LedgerRows.Count(stand.Ledger));
        await using (stand.Run(rules => rules with { ForgetAfter = TimeSpan.FromTicks(1) }))
        {
            await Eventually.True(() => LedgerRows.Count(stand.Ledger) == 0, () => "the name is remembered", Cancel);
        }
    }

    void Fill(int count)
    {
        ledger.Begin();
        for (var i = 0; i < count; i++)
        {
            Finished(string.Create(CultureInfo.InvariantCulture, $"2026/11/23/measurement-{i:000000}.csv"), deleted: 1);
        }
        ledger.Commit();
    }

    int Step(Ledger on)
    {
        on.Begin();
        var forgotten = on.Sweep.Step(root, before: 10, now: 2);
        on.Commit();
        return forgotten;
    }

    void Finished(string path, long deleted)
    {
        Uploaded(path, dueAt: 1);
        ledger.SetDeleted(root, path, deleted, null);
    }

    void Uploaded(string path, long? dueAt)
    {
        ledger.Add(root, path, 1, 1);
        ledger.SetUploaded(root, path, 1, dueAt, new(1, 4096, 1, 1), ledger.TargetId("bucket", "in"), new(ChecksumKind.Crc64Nvme, "rosUhgyXmIg=", "b1946ac92492d2347c6235b4d2611184", null));
    }
}
