using System;
using System.Linq;
using CsCheck;
using S3Sync.Sync;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>When things are tried again.</summary>
public sealed class RetryTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(4, 8)]
    [InlineData(5, 15 * 60)]
    [InlineData(6, 30 * 60)]
    [InlineData(100, 12 * 60 * 60)]
    public void AFailedFileIsTriedSoonThenParkedAndTriedSlowly(int attempts, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Retry.AfterFailure(attempts, luck: 0));

    [Theory]
    [InlineData(1, 50)]
    [InlineData(2, 100)]
    [InlineData(8, 5000)]
    [InlineData(int.MaxValue, 5000)]
    public void AFileInUseIsLookedAtAgainAfter50MillisecondsTo5Seconds(int waits, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Retry.AfterWait(waits, luck: 0));

    [Fact]
    public void NoDelayIsEverZeroOrBeyondTheLongest() =>
        Gen.Select(Gen.Int[1, int.MaxValue], Gen.Double[0, 0.999]).Sample((count, luck) =>
        {
            foreach (var delay in (TimeSpan[])[Retry.AfterFailure(count, luck), Retry.AfterWait(count, luck), Retry.AfterEndpointFault(count, luck)])
            {
                Assert.InRange(delay, TimeSpan.FromMilliseconds(30), Retry.Longest);
            }
        });

    [Fact]
    public void SoManyWaitsAsNoLongerHoldADrainAreMoreThanTwoMinutes() =>
        Assert.InRange(Enumerable.Range(1, Retry.LongWaits).Sum(waits => Retry.AfterWait(waits, luck: 0.5).TotalSeconds), 100, 200);
}
