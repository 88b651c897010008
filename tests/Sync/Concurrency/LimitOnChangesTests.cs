using System;
using System.Linq;
using S3Sync.Benchmarks;
using Xunit;

namespace S3Sync.Tests.Sync.Concurrency;

/// <summary>What the limit does when the line becomes another one, and when there is nothing to do for long.</summary>
public sealed class LimitOnChangesTests
{
    const int Most = 256;

    static readonly SimulatedLine Usual = new();

    static SimulatedBucket Run(
        SimulatedLine line, SimulatedWork.File[] work, double until,
        params (double At, Func<SimulatedLine, SimulatedLine> Change)[] changes)
    {
        var simulation = new Simulation(line, 1, changes);
        var bucket = simulation.Add(new OwnLimit(Most), work, 0.02);
        simulation.Run(until);
        return bucket;
    }

    [Fact]
    public void ALineThatBecomesAHundredthAndIsBackIsFilledAllTheTime()
    {
        var bucket = Run(Usual with { Bandwidth = 100e6 }, [.. SimulatedWork.AtOnce(250_000, 16_384)], 60,
            (10, line => line with { Bandwidth = 1e6 }), (30, line => line with { Bandwidth = 100e6 }));
        Assert.InRange(bucket.Before(9).Limit, 190, Most);
        Assert.InRange(bucket.ByteRate(15, 30), 0.9e6, 1e6);
        Assert.InRange(bucket.Before(29).Limit, 16, 40);
        Assert.InRange(bucket.ByteRate(38, 58), 0.85 * 100e6, 100e6);
    }

    [Fact]
    public void ALatencyThatGrowsIsNoQueue()
    {
        var bucket = Run(Usual with { Bandwidth = 12e6 }, [.. SimulatedWork.AtOnce(300_000, 4096)], 60,
            (10, line => line with { Latency = 0.15 }), (30, line => line with { Latency = 0.035 }));
        Assert.InRange(bucket.Before(9).Limit, 80, 140);
        Assert.InRange(bucket.Rate(15, 30), 0.85 * Most / 0.15, double.MaxValue);
        Assert.InRange(bucket.Rate(35, 60), 0.95 * 12e6 / 4696, double.MaxValue);
        Assert.InRange(bucket.Before(60).Limit, 80, 200);
    }

    [Fact]
    public void AnotherProgramOnTheLineLeavesAShare()
    {
        var bucket = Run(Usual with { Bandwidth = 10e6 }, [.. SimulatedWork.AtOnce(100_000, 65_536)], 60,
            (10, line => line with { Rivals = 20 }), (35, line => line with { Rivals = 0 }));
        Assert.InRange(bucket.ByteRate(15, 35), 0.35 * 10e6, 0.95 * 10e6);
        Assert.InRange(bucket.ByteRate(40, 60), 0.93 * 10e6, 10e6);
    }

    [Theory]
    [InlineData(60, 256, 256)]
    [InlineData(600, 256, 256)]
    [InlineData(3600, 24, 64)]
    [InlineData(86_400, 16, 16)]
    public void WhatWasReachedIsForgottenSlowly(double idle, int least, int most)
    {
        var limit = new OwnLimit(Most);
        var first = new Simulation(Usual, 1);
        first.Add(limit, SimulatedWork.AtOnce(10_000, 4096));
        first.Run();
        Assert.Equal(Most, limit.Now);
        limit.Answered(first.Time + idle, first.Time + idle + 0.035, 4096, 1);
        Assert.InRange(limit.Now, least, most);
    }

    [Fact]
    public void ABurstAfterAnIdleHourIsAsFastAsTheFirst()
    {
        SimulatedWork.File[] work =
            [.. SimulatedWork.AtOnce(20_000, 4096), .. SimulatedWork.AtOnce(20_000, 4096, 3600)];
        var bucket = Run(Usual, work, 4000);
        Assert.InRange(bucket.Ended, 3600, 3600 + (20_000 * 0.035 / Most) + 0.3);
    }
}
