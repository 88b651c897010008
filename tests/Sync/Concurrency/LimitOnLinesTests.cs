using System;
using System.Linq;
using S3Sync.Benchmarks;
using S3Sync.Sync;
using Xunit;

namespace S3Sync.Tests.Sync.Concurrency;

/// <summary>What the limit finds on lines that stay as they are: traces of a simulation, the same at each
/// run.</summary>
public sealed class LimitOnLinesTests
{
    const int Most = 256;

    static readonly SimulatedLine Usual = new();

    static SimulatedBucket Run(
        SimulatedLine line, SimulatedWork.File[] work, int seed = 1, int most = Most, double until = 3600)
    {
        var simulation = new Simulation(line, seed);
        var bucket = simulation.Add(new OwnLimit(most), work, 0.002);
        simulation.Run(until);
        return bucket;
    }

    static AdaptiveLimit Of(SimulatedBucket bucket) => ((OwnLimit)bucket.Limit).Limit;

    [Theory]
    [InlineData(0.035, 0.005, 1)]
    [InlineData(0.035, 0.005, 2)]
    [InlineData(0.035, 0, 3)]
    [InlineData(0.1, 0.01, 4)]
    [InlineData(0.1, 0.03, 5)]
    [InlineData(0.25, 0.02, 6)]
    public void TheMostIsReachedInFiveRoundTrips(double latency, double jitter, int seed)
    {
        var line = Usual with { Latency = latency, Jitter = jitter };
        var bucket = Run(line, [.. SimulatedWork.AtOnce(10_000, 4096)], seed);
        Assert.InRange(bucket.Trace.First(point => point.Limit == Most).At, 0, (5 * (latency + jitter)) + 0.01);
        // As with as many from the start, and four round trips more.
        Assert.InRange(bucket.Ended, 0, (10_000 / 256.0 * latency * 1.06) + (4 * latency));
    }

    [Theory]
    [InlineData(0.035)]
    [InlineData(0.1)]
    public void ABurstOfAHundredTakesAFewRoundTrips(double latency) =>
        Assert.InRange(
            Run(Usual with { Latency = latency }, [.. SimulatedWork.AtOnce(100, 4096)]).Ended, 0, 4 * latency);

    /// <summary>As S3 does: half of the answers after 25 ms, one in a hundred after 200.</summary>
    [Theory]
    [InlineData(0.6)]
    [InlineData(0.9)]
    public void AnswersThatComeWhenTheyLikeDoNotHoldItBack(double sigma)
    {
        for (var seed = 1; seed <= 8; seed++)
        {
            var line = Usual with { Latency = 0.025, Sigma = sigma };
            var bucket = Run(line, [.. SimulatedWork.AtOnce(40_000, 4096)], seed);
            Assert.InRange(bucket.Trace.First(point => point.Limit > 230).At, 0, sigma > 0.6 ? 5 : 3);
            var ideal = Most / (0.025 * Math.Exp(sigma * sigma / 2));
            Assert.InRange(bucket.Rate(sigma > 0.6 ? 5 : 3, bucket.Ended - 1), 0.85 * ideal, double.MaxValue);
        }
    }

    [Theory]
    [InlineData(0.0001, 2, 140e-6, 24)]
    [InlineData(0.0005, 2, 140e-6, 24)]
    [InlineData(0.001, 2, 140e-6, 28)]
    [InlineData(0.001, 1, 140e-6, 24)]
    [InlineData(0.001, 2, 280e-6, 24)]
    [InlineData(0.004, 1, 280e-6, 30)]
    public void OnLoopbackTheMachineIsTheBottleneckAndAFewAreEnough(double latency, int cores, double cpu, int few)
    {
        var line = Usual with { Latency = latency, Jitter = latency / 2, Cores = cores, Cpu = cpu };
        var bucket = Run(line, [.. SimulatedWork.AtOnce(50_000, 4096)]);
        Assert.InRange(bucket.MostUnderWay, 16, 34);
        Assert.InRange(bucket.Trace.Where(point => point.At > 1).Average(point => point.Limit), 16, few);
        Assert.InRange(bucket.Files / bucket.Ended, 0.93 * cores / cpu, double.MaxValue);
    }

    [Theory]
    [InlineData(1e6, 0.04, 0.005, 0)]
    [InlineData(1e6, 0.04, 0, 0)]
    [InlineData(1e6, 0.04, 0, 0.4)]
    [InlineData(0.5e6, 0.04, 0.01, 0)]
    [InlineData(1e6, 0.02, 0.002, 0)]
    [InlineData(0.1e6, 0.1, 0.01, 0)]
    public void ASlowLineIsFilledWithAtMost32UnderWay(double bandwidth, double latency, double jitter, double sigma)
    {
        for (var seed = 1; seed <= 4; seed++)
        {
            SimulatedWork.File[] work = [.. SimulatedWork.AtOnce(2000, 4096), .. SimulatedWork.AtOnce(20, 1 << 20)];
            var line = Usual with { Bandwidth = bandwidth, Latency = latency, Jitter = jitter, Sigma = sigma };
            var bucket = Run(line, work, seed);
            Assert.InRange(bucket.MostUnderWay, 16, 32);
            Assert.InRange(work.Sum(file => file.Bytes + 600.0) / bucket.Ended, 0.95 * bandwidth, bandwidth);
            Assert.Equal(LimitedBy.Line, Of(bucket).By);
        }
    }

    [Fact]
    public void LargeFilesFillASlowLineWithAFewUnderWay()
    {
        var bucket = Run(Usual with { Bandwidth = 1e6 }, [.. SimulatedWork.AtOnce(300, 1 << 20)]);
        Assert.InRange(bucket.Ended, 0, 1.05 * 300 * (1 << 20) / 1e6);
        Assert.InRange(bucket.Trace.Where(point => point.At > 200).Max(point => point.Limit), 2, 24);
    }

    [Theory]
    [InlineData(1000, 0.035)]
    [InlineData(1000, 0.1)]
    [InlineData(2000, 0.035)]
    public void FilesThatArriveFindRoom(double rate, double latency)
    {
        var bucket = Run(Usual with { Latency = latency }, [.. SimulatedWork.AtRate(rate, 60, 4096)]);
        Assert.InRange(bucket.MostWaiting, 0, (int)(3 * rate * latency));
        Assert.InRange(bucket.Delay(0.99), 0, 1.6 * latency);
    }

    [Fact]
    public void WhatIsNotUsedNeitherGrowsNorShrinks()
    {
        var bucket = Run(Usual, [.. SimulatedWork.AtRate(1000, 60, 4096)]);
        var reached = bucket.Before(1).Limit;
        Assert.InRange(reached, 36, 128);
        Assert.All(bucket.Trace.Where(point => point.At > 1), point => Assert.Equal(reached, point.Limit));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(30)]
    public void SmallAndLargeFilesShareOneLimit(int oneIn)
    {
        SimulatedWork.File[] work = [.. SimulatedWork.Mixed(20_000 * oneIn / 100, 4096, oneIn, 8 << 20)];
        var bucket = Run(Usual with { Bandwidth = 100e6 }, work);
        Assert.InRange(work.Sum(file => file.Bytes + 600.0) / bucket.Ended, 0.9 * 100e6, 100e6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(100)]
    public void NeverMoreThanAllowedAreUnderWay(int most)
    {
        var bucket = Run(Usual, [.. SimulatedWork.AtOnce(5000, 4096)], most: most);
        Assert.Equal(most, bucket.MostUnderWay);
        Assert.InRange(bucket.Ended, 0, (1.05 * 5000 / most * 0.035) + 0.2);
    }

    [Fact]
    public void TwoBucketsShareALineThatStaysFullAndNotTooFull()
    {
        var simulation = new Simulation(Usual with { Bandwidth = 10e6 }, 1);
        var one = simulation.Add(new OwnLimit(Most), SimulatedWork.AtOnce(100_000, 16_384));
        var other = simulation.Add(new OwnLimit(Most), SimulatedWork.AtOnce(100_000, 16_384, 3));
        simulation.Run(60);
        var (first, second) = (one.ByteRate(20, 60), other.ByteRate(20, 60));
        Assert.InRange(first + second, 0.92 * 10e6, 10e6);
        Assert.InRange(Math.Min(first, second), 0.2 * (first + second), 5e6);
        Assert.InRange(one.Before(60).Limit + other.Before(60).Limit, 30, Most);
    }

    /// <summary>Any steady line: 10 to 300 ms, 1 to 1,000 MB/s, answers that come when they like, files up to 2
    /// MB.</summary>
    [Fact]
    public void OnAnySteadyLineItEndsNearWhatTheLineCanDo()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            double Between(double least, double most) => least * Math.Pow(most / least, random.NextDouble());
            var sigma = random.Next(2) * 0.6 * random.NextDouble();
            var line = Usual with { Latency = Between(0.01, 0.3), Sigma = sigma, Bandwidth = Between(1e6, 1e9) };
            line = line with { Jitter = line.Latency * 0.3 * random.NextDouble() };
            var size = random.Next(4) == 0 ? 0 : (long)Between(1000, 2e6);
            var took = (line.Latency * Math.Exp(line.Sigma * line.Sigma / 2)) + ((size + 600) / line.PerConnection);
            var ideal = Math.Min(Math.Min(Most / took, line.Bandwidth / (size + 600)), line.Cores / line.Cpu);
            var seconds = Math.Max(Math.Max(12, 60 * took), 200 / ideal);
            var count = (int)(1.2 * ideal * seconds) + 300;
            var bucket = Run(line, [.. SimulatedWork.AtOnce(count, size)], seed, until: seconds);
            var rate = bucket.Rate(seconds / 2, seconds);
            Assert.True(rate > 0.85 * ideal, $"seed {seed}: {rate:0} of {ideal:0} a second");
            Assert.All(bucket.Trace, point => Assert.InRange(point.Limit, 1, Most));
        }
    }
}
