using System;
using CsCheck;
using S3Sync.Sync;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>When to try again.</summary>
public sealed class RetryTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(4, 8)]
    [InlineData(5, 15 * 60)]
    [InlineData(6, 30 * 60)]
    [InlineData(7, 60 * 60)]
    [InlineData(10, 8 * 60 * 60)]
    [InlineData(11, 12 * 60 * 60)]
    [InlineData(int.MaxValue, 12 * 60 * 60)]
    public void AFileThatFailedIsTriedAgainAfterSecondsAndParkedAfterFiveFailures(int attempts, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Retry.AfterFailure(attempts, luck: 0));

    [Theory]
    [InlineData(1, 50)]
    [InlineData(2, 100)]
    [InlineData(7, 3200)]
    [InlineData(8, 5000)]
    [InlineData(int.MaxValue, 5000)]
    public void AFileThatIsNotSettledIsLookedAtSoonAndThenEveryFiveSeconds(int waits, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Retry.AfterWait(waits, luck: 0));

    [Theory]
    [InlineData(1, 500)]
    [InlineData(2, 1000)]
    [InlineData(7, 32_000)]
    [InlineData(8, 60_000)]
    [InlineData(int.MaxValue, 60_000)]
    public void AnEndpointThatFailsIsTriedAtLeastOnceAMinute(int faults, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Retry.AfterEndpointFault(faults, luck: 0));

    [Fact]
    public void LuckTakesOffUpToAThirdAndNothingMore() =>
        Gen.Select(Gen.Int[1, 100], Gen.Double[0, 1]).Sample((count, luck) =>
        {
            foreach (var delay in (Func<int, double, TimeSpan>[])[Retry.AfterFailure, Retry.AfterWait, Retry.AfterEndpointFault])
            {
                Assert.InRange(delay(count, luck), delay(count, 0) * 2 / 3 - TimeSpan.FromTicks(1), delay(count, 0));
            }
        });

    [Fact]
    public void NoDelayIsShorterThanTheOneBeforeItOrBeyondTheLongestPlan() =>
        Gen.Select(Gen.Int[1, int.MaxValue - 1], Gen.Double[0, 1]).Sample((count, luck) =>
        {
            foreach (var delay in (Func<int, double, TimeSpan>[])[Retry.AfterFailure, Retry.AfterWait, Retry.AfterEndpointFault])
            {
                Assert.InRange(delay(count + 1, luck), delay(count, luck), Retry.Longest);
            }
        });

    [Fact]
    public void ALongWriterIsGivenMoreThanTwoMinutesBeforeItNoLongerHoldsARun()
    {
        var total = TimeSpan.Zero;
        for (var waits = 1; waits < Retry.LongWaits; waits++)
            total += Retry.AfterWait(waits, luck: 0);
        Assert.InRange(total, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(3));
    }
}
