using System;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>The time of a run, whatever is done to the wall clock.</summary>
public sealed class RunClockTests
{
    static readonly TimeSpan Second = TimeSpan.FromSeconds(1), Day = TimeSpan.FromDays(1);

    readonly ManualTime time = new();

    [Theory]
    [InlineData(-400)]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(20_000)]
    public void AStepIsToldOnceAndTakenOver(int days)
    {
        RunClock clock = new(time);
        time.Advance(Second);
        Assert.Null(clock.Look());
        var before = clock.Now;
        time.Step(days * Day);
        // Nobody's wait has changed before somebody looked.
        Assert.Equal(before, clock.Now);
        Assert.Equal(new ClockStep(before, before + (long)(days * Day).TotalMilliseconds), clock.Look());
        Assert.Equal(time.Milliseconds, clock.Now);
        Assert.Null(clock.Look());
        Assert.Equal(days > 0 ? before : time.Milliseconds, clock.Earliest);
        Assert.Equal(Second, clock.Elapsed);
    }

    [Fact]
    public void AClockThatRunsALittleFastOrSlowIsFollowedAndNeverCountsAsSet()
    {
        RunClock clock = new(time);
        foreach (var drift in (double[])[5e-4, -5e-4, 5e-5])
        {
            for (var minute = 0; minute < 10_000; minute++)
            {
                time.Advance(TimeSpan.FromMinutes(1));
                time.Step(TimeSpan.FromMinutes(1) * drift);
                Assert.Null(clock.Look());
            }
            Assert.InRange(clock.Now - time.Milliseconds, -100, 100);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void ItNeverGoesBackUnlessItTellsAndStaysNearTheWallClock(int seed)
    {
        var random = new Random(seed);
        RunClock clock = new(time);
        for (var i = 0; i < 5000; i++)
        {
            var before = clock.Now;
            time.Advance(TimeSpan.FromMilliseconds(random.Next(20_000)));
            if (random.Next(3) == 0)
                time.Step(TimeSpan.FromSeconds(random.NextDouble() * (random.Next(2) == 0 ? 6 : 1e8)) * (random.Next(2) == 0 ? 1 : -0.9));
            Assert.True(clock.Now >= before);
            var passed = clock.Now;
            var step = clock.Look();
            Assert.InRange(clock.Now - (passed + (step?.By ?? 0)), -30, 30);
            Assert.InRange(Math.Abs(clock.Now - time.Milliseconds), 0, (long)RunClock.Tolerance.TotalMilliseconds);
            Assert.True(clock.Earliest <= clock.Now);
        }
    }
}
