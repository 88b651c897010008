using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.EndToEnd;

public abstract partial class EndToEndTests
{
    [Fact]
    public async Task KilledAgainAndAgainItLosesNothingAndFinishesInTheEnd()
    {
        const int Files = 2000;
        for (var i = 0; i < Files; i++)
            Scene.Write($"{i % 20}/{i:D4}.dat", 1 + i * 37 % 9000);
        Scene.Write("large.dat", 30_000_000);
        for (var kill = 0; kill < 5; kill++)
        {
            await using var run = Scene.Start("--once");
            // A moment that depends on how far it came and not on the clock: after so many more log lines.
            var most = Random.Shared.Next(1, 900);
            await run.WaitForLines(most, Scene.Limit);
            await run.Kill();
            (await Scene.Judge()).AssertSound();
        }
        await Scene.Drain();
        await Scene.AssertAllMoved();
    }

    [Fact]
    public async Task ASecondInstanceOnTheSameLedgerEndsWith4AndTouchesNothing()
    {
        var first = Scene.Start();
        await first.WaitForLine("watching", Scene.Limit);
        var second = await Scene.Drain(expected: 4);
        Assert.Contains("is held by another s3sync", second.Output);
        Assert.Contains("hint:", second.Output);
        Scene.Write("after.dat", 1000);
        await first.WaitForLine("uploaded and deleted", Scene.Limit);
        first.Signal(ProgramRun.Interrupt);
        Assert.Equal(0, await first.Exit(TimeSpan.FromSeconds(60)));
        await Scene.AssertAllMoved();
    }

    [Fact]
    public async Task TwoInstancesWithLedgersOfTheirOwnLoseNothingBetweenThem()
    {
        for (var i = 0; i < 1000; i++)
            Scene.Write($"{i % 10}/{i:D4}.dat", 1 + i * 37 % 9000);
        Scene.Write("large.dat", 20_000_000);
        var other = Scene.StartWith([.. Scene.Arguments.Select(word => word == Scene.Ledger ? Scene.Ledger + ".other" : word), "--once"]);
        var one = Scene.Start("--once");
        await Scene.AssertExit(one, 0);
        await Scene.AssertExit(other, 0);
        // Receipts may be in either ledger, the bytes only in the bucket.
        var judgement = await Judgement.Of(Scene, Cancel, Scene.Ledger, Scene.Ledger + ".other");
        judgement.AssertSound();
        Assert.Equal((0, 1001, 1001), (judgement.Left, judgement.InBucket, judgement.Receipts));
    }
}
