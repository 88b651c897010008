using System;
using System.Linq;
using S3Sync.Benchmarks;
using S3Sync.Sync;
using Xunit;

namespace S3Sync.Tests.Sync.Concurrency;

/// <summary>What the limit makes of a server that refuses, loses, or does not answer.</summary>
public sealed class LimitOfServersTests
{
    const int Most = 256;

    static readonly SimulatedLine Usual = new();

    static SimulatedBucket Run(
        SimulatedLine line, SimulatedWork.File[] work, int seed = 1,
        params (double At, Func<SimulatedLine, SimulatedLine> Change)[] changes)
    {
        var simulation = new Simulation(line, seed, changes);
        var bucket = simulation.Add(new OwnLimit(Most), work, 0.005);
        simulation.Run();
        return bucket;
    }

    /// <summary>Amazon's figure for one prefix is 3,500 writes a second; how much it lets through at once is not
    /// known.</summary>
    [Theory]
    [InlineData(3500, 0.05, 0.035)]
    [InlineData(3500, 0.2, 0.035)]
    [InlineData(3500, 1, 0.035)]
    [InlineData(3500, 5, 0.035)]
    [InlineData(3500, 0.2, 0.06)]
    [InlineData(1500, 0.2, 0.035)]
    public void AServersRateIsUsedAndLittleIsRefused(double rate, double depth, double latency)
    {
        foreach (var refusing in (Refusing[])[Refusing.AtOnce, Refusing.AsUsual])
        {
            for (var seed = 1; seed <= 2; seed++)
            {
                var line = Usual with { Rate = rate, Depth = depth, Latency = latency, Refusing = refusing };
                var bucket = Run(line, [.. SimulatedWork.AtOnce(60_000, 4096)], seed);
                Assert.InRange(bucket.Rate(1, bucket.Ended - 1), 0.92 * rate, double.MaxValue);
                Assert.InRange(bucket.RefusedShare, 0.0001, 0.009);
                Assert.Contains(bucket.Trace, point => point.Limit < Most / 2);
            }
        }
    }

    [Fact]
    public void AServerThatRefusesIsNamed()
    {
        var simulation = new Simulation(Usual with { Rate = 3500 }, 1);
        var limit = new OwnLimit(Most);
        simulation.Add(limit, SimulatedWork.AtOnce(100_000, 4096));
        simulation.Run(10);
        Assert.Equal(LimitedBy.Server, limit.Limit.By);
    }

    [Theory]
    [InlineData(0.001, 0)]
    [InlineData(0, 0.001)]
    [InlineData(0.005, 0)]
    [InlineData(0, 0.005)]
    public void AFewRefusalsAndResetsAmongHundredsCostLittle(double strays, double resets)
    {
        for (var seed = 1; seed <= 3; seed++)
        {
            var line = Usual with { Strays = strays, Resets = resets };
            var bucket = Run(line, [.. SimulatedWork.AtOnce(60_000, 4096)], seed);
            Assert.InRange(bucket.Ended, 0, 1.15 * ((60_000 * 0.035 / Most) + 0.2));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnOutageLeavesOneUnderWayAndIsOverAtOnce(bool refusesAtOnce)
    {
        var usual = Usual with { Refusing = refusesAtOnce ? Refusing.AtOnce : Refusing.AsUsual };
        var bucket = Run(usual, [.. SimulatedWork.AtRate(3000, 30, 4096)], 1,
            (5, line => line with { IsDown = true }), (15, line => line with { IsDown = false }));
        Assert.Equal(1, bucket.Before(5.6).Limit);
        Assert.Equal(1, bucket.Before(15).Limit);
        Assert.InRange(bucket.Before(16).Limit, Most * 9 / 10, Most);
        Assert.InRange(bucket.Ended, 0, 30.2);
    }

    [Fact]
    public void TimeoutsOfASilentServerDoNotHoldItBackWhenItAnswers()
    {
        var bucket = Run(Usual, [.. SimulatedWork.AtRate(3000, 80, 4096)], 1,
            (5, line => line with { IsSilent = true }), (15, line => line with { IsSilent = false }));
        Assert.InRange(bucket.LostCount, Most, Most);
        // The last is given up 30 s after the silence began.
        Assert.InRange(bucket.Before(37).Limit, Most * 9 / 10, Most);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(1500)]
    public void AServerThatTakesLessForAWhileIsFollowedBothWays(double rate)
    {
        var bucket = Run(Usual with { Rate = 3500 }, [.. SimulatedWork.AtOnce(100_000, 4096)], 1,
            (8, line => line with { Rate = rate }), (18, line => line with { Rate = 3500 }));
        Assert.InRange(bucket.Rate(10, 18), 0.85 * rate, 1.02 * rate);
        Assert.InRange(bucket.Rate(28, bucket.Ended), 0.9 * 3500, double.MaxValue);
        Assert.InRange(bucket.RefusedShare, 0, 0.01);
    }
}
