using System;
using System.IO;
using S3Sync.Benchmarks;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync.Concurrency;

/// <summary>The limit by itself.</summary>
public sealed class AdaptiveLimitTests
{
    [Theory]
    [InlineData(256, 16)]
    [InlineData(4, 4)]
    [InlineData(0, 1)]
    public void ItBeginsWith16OrWhatIsAllowed(int most, int expected)
    {
        var limit = new AdaptiveLimit(most);
        Assert.Equal(expected, limit.Now);
        Assert.Equal(Math.Max(1, most), limit.Most);
    }

    [Fact]
    public void ChangedSettingsHoldAtOnce()
    {
        var limit = new AdaptiveLimit(256);
        limit.Allow(4);
        Assert.Equal((4, 4, LimitedBy.Most), (limit.Now, limit.Most, limit.By));
        limit.Allow(8);
        Assert.Equal(8, limit.Now);
        limit.Allow(256);
        Assert.Equal((16, 256, LimitedBy.Line), (limit.Now, limit.Most, limit.By));
    }

    /// <summary>Whatever happens in whatever order: never none, never more than allowed.</summary>
    [Fact]
    public void ItStaysBetweenOneAndTheMost()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var limit = new AdaptiveLimit(random.Next(1, 300));
            double Small() => random.NextDouble() * random.NextDouble();
            var (time, trouble, latency) = (random.NextDouble() * 1e6, Small(), 0.1 * random.NextDouble());
            for (var one = 0; one < 2000; one++)
            {
                time += random.Next(500) == 0 ? 2000 * random.NextDouble() : random.NextDouble() * 0.002;
                var begun = time - (latency * random.NextDouble() * 2);
                if (random.Next(200) == 0)
                {
                    (trouble, latency) = (Small(), Small());
                }
                if (random.Next(300) == 0)
                {
                    limit.Allow(random.Next(1, 300));
                }
                if (random.NextDouble() >= trouble)
                {
                    var bytes = random.Next(3) == 0 ? random.Next(16 << 20) : 4096;
                    limit.Answered(begun, time, bytes, random.Next(4) == 0 ? 1 : limit.Now);
                }
                else if (random.Next(2) == 0)
                {
                    limit.Refused(begun, time);
                }
                else
                {
                    limit.Lost(begun - 30, time);
                }
                Assert.InRange(limit.Now, 1, limit.Most);
            }
        }
    }

    /// <summary>It is asked for each file, under a lock.</summary>
    [Fact]
    public void ItAllocatesNothing()
    {
        var limit = new AdaptiveLimit(256);
        void Run(double from)
        {
            for (var one = 0; one < 20_000; one++)
            {
                limit.Answered(from + (one * 0.0001), from + (one * 0.0001) + 0.035, 4096, limit.Now);
                if (one % 50 == 0)
                {
                    limit.Refused(from + (one * 0.0001), from + (one * 0.0001) + 0.036);
                }
            }
        }
        Run(0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(10);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200);
    }

    [Fact]
    public void TheChartIsWhatTheCommandDraws()
    {
        Assert.SkipUnless(Repository.IsHere, "the sources are not on this machine");
        var committed = Path.Join(Repository.Directory, "Benchmarks", "results", "concurrency.svg");
        Assert.Equal(File.ReadAllText(committed), TraceChart.Draw(Scenario.All, 256));
    }
}
