using System;
using System.Collections.Generic;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>How old files are, whatever is done to the clock that stamps them.</summary>
public sealed class FileAgesTests
{
    readonly ManualTime time = new();

    long Written => time.Milliseconds * 1_000_000;

    [Fact]
    public void AStepForwardMakesNoFileOlderAndAStepBackNoneYounger()
    {
        FileAges ages = new(time);
        var first = Written;
        Assert.Equal(TimeSpan.Zero, ages.Of(first));
        Assert.Null(ages.SinceStep);
        time.Advance(TimeSpan.FromMinutes(1));
        time.Step(TimeSpan.FromDays(20_000));
        Assert.Equal(TimeSpan.FromMinutes(1), ages.Of(first));
        Assert.Equal(TimeSpan.Zero, ages.SinceStep);
        var second = Written;
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(1)), (ages.Of(first), ages.Of(second)));
        time.Step(TimeSpan.FromDays(-20_000));
        Assert.Equal(TimeSpan.FromMinutes(2), ages.Of(first));
        // Its time lies ahead now, which tells nothing; but it has not been written since.
        Assert.True(ages.Of(second) < TimeSpan.Zero);
        time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal((TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(3)), (ages.AtLeast(second), ages.SinceStep));
    }

    [Fact]
    public void ATimeALittleAheadIsAFileServersAndNoFilesAge()
    {
        FileAges ages = new(time);
        time.Advance(TimeSpan.FromHours(5));
        Assert.True(ages.AtLeast(Written + (long)TimeSpan.FromMinutes(4).TotalNanoseconds) < TimeSpan.Zero);
        Assert.Equal(TimeSpan.FromHours(5), ages.AtLeast(Written + (long)TimeSpan.FromDays(4).TotalNanoseconds));
    }

    /// <summary>Files are written now and then, by the wall clock of that moment; between two steps somebody looks.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void NoFileIsEverTakenForOlderThanItIs(int seed)
    {
        var random = new Random(seed);
        FileAges ages = new(time);
        List<(long Written, long At)> files = [];
        for (var i = 0; i < 1000; i++)
        {
            time.Advance(TimeSpan.FromSeconds(random.NextDouble() * 100));
            switch (random.Next(4))
            {
                case 0:
                    time.Step(TimeSpan.FromSeconds(Math.Pow(10, random.NextDouble() * 8)) * (random.Next(2) == 0 ? 1 : -1));
                    break;
                case 1:
                    _ = ages.SinceStep;
                    continue;
                default:
                    files.Add((Written, time.GetTimestamp()));
                    break;
            }
            // A step that nobody saw by itself is the sum of several.
            _ = ages.SinceStep;
            foreach (var (written, at) in files)
            {
                var truth = time.GetElapsedTime(at);
                Assert.True(ages.Of(written) <= truth + RunClock.Tolerance, $"{i}: {ages.Of(written)}, not {truth}");
            }
        }
    }
}
