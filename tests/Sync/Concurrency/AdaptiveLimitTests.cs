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

    /// <summary>As on loopback: a few answers are there at once, the others wait for the processor, and more seem to get more through at first.</summary>
    [Theory]
    [InlineData(0.00003)]
    [InlineData(0.00009)]
    public void WhereAnAnswerMayComeAtOnceNoMoreAreTriedUntilAnswersTakeLong(double quickest)
    {
        var limit = new AdaptiveLimit(256);
        var time = 0.0;
        void Answer(int count, double quick, double usual)
        {
            for (var i = 0; i < count; i++)
            {
                time += usual / limit.Now;
                limit.Answered(time - (i % 20 == 0 ? quick : usual), time, 4096, limit.Now);
            }
        }
        for (var faster = 0; faster < 100; faster++)
        {
            Answer(100, quickest, 0.004 / (1 + (faster * 0.1)));
            Assert.InRange(limit.Now, faster < 2 ? 16 : 15, faster < 2 ? 32 : 16);
        }
        Answer(20_000, 0.03, 0.035);
        Assert.InRange(limit.Now, 200, 256);
    }

    [Theory]
    [InlineData(0.035, 512, 256)]
    [InlineData(0.08, 512, 400)]
    [InlineData(0.1, 512, 500)]
    [InlineData(0.3, 512, 512)]
    [InlineData(0.3, 64, 64)]
    public void WhereAnswersTakeLongMoreAreOfUseThanUsual(double latency, int most, int expected)
    {
        var limit = new AdaptiveLimit(most);
        var time = 0.0;
        for (var i = 0; i < 60_000; i++)
        {
            time += latency / limit.Now;
            limit.Answered(time - latency, time, 4096, limit.Now);
        }
        Assert.InRange(limit.Now, expected * 3 / 4, expected);
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
