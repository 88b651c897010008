using System;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Faults;

/// <summary>The disk below the ledger fails at any write or sync: the run ends with a hint, no file is lost, the next run finishes.</summary>
public sealed class LedgerDiskTests
{
    // Opening, migrating, a few commits and the checkpoint at the end are some fifty writes; beyond it nothing strikes any more.
    const int MostWrites = 300;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [LinuxFact]
    public Task AWriteThatFails() => EveryOneInTurn(DiskFault.WriteFails, always: false, step: 2);

    [LinuxFact]
    public Task AWriteOfWhichHalfArrives() => EveryOneInTurn(DiskFault.WriteIsTorn, always: false, step: 3);

    [LinuxFact]
    public Task ADiskThatIsFullFromSomeWriteOn() => EveryOneInTurn(DiskFault.IsFull, always: true, step: 3);

    [LinuxFact]
    public Task ASyncThatFails() => EveryOneInTurn(DiskFault.SyncFails, always: false, step: 1);

    [LinuxFact]
    public Task ADiskThatSyncsNoMore() => EveryOneInTurn(DiskFault.SyncFails, always: true, step: 1);

    /// <summary>A run for each n of which the n-th write or sync fails, until a run has fewer than that. Every other run begins with a new ledger.</summary>
    static async Task EveryOneInTurn(DiskFault kind, bool always, int step)
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var directory = System.IO.Path.GetDirectoryName(stand.Ledger)!;
        var (runs, faults) = (0, 0);
        try
        {
            for (var n = 1; ; n += step)
            {
                Assert.True(n < MostWrites, "there is no end to the writes of a small run");
                for (var i = 0; i < 4; i++)
                    stand.Write($"{n}/{i}", PipelineStand.Bytes(100 * i, n * i));
                stand.Write($"{n}/large", PipelineStand.Bytes((2 * PipelineStand.PartSize) + n, n));
                FaultyVfs.Arm(directory, kind, n, always);
                var fault = await DrainAsync(stand);
                var struck = FaultyVfs.Struck;
                FaultyVfs.Disarm();
                stand.Oracle.CheckWithoutLedger();
                if (fault is not null)
                    Assert.True(fault is LedgerException { Hint.Length: > 0 }, fault.ToString());
                Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
                var count = stand.Oracle.Check();
                Assert.Equal((0, 0), (count.OnDisk, count.Both));
                (runs, faults) = (runs + 1, faults + (fault is null ? 0 : 1));
                if (struck == 0)
                    break;
            }
        }
        finally
        {
            FaultyVfs.Disarm();
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{kind}: {runs} runs, {faults} ended by it");
        Assert.True(faults > 3 && runs > 5, $"{runs} runs, {faults} ended by {kind}");
    }

    static async Task<Exception?> DrainAsync(PipelineStand stand)
    {
        try
        {
            return (await stand.DrainAsync(Cancel)).Fault;
        }
        catch (LedgerException e)
        {
            // Already while it was opened.
            return e;
        }
    }
}
