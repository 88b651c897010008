using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>How fast bytes may leave this machine.</summary>
public sealed class ThrottleTests
{
    const double MB = 1 << 20;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("2.5", "12:00", 2.5 * MB)]
    [InlineData("off", "12:00", null)]
    [InlineData("08:00,1 18:30,off", "07:59", null)]
    [InlineData("08:00,1 18:30,off", "08:00", MB)]
    [InlineData("08:00,1 18:30,off", "18:29", MB)]
    [InlineData("08:00,1 18:30,off", "18:30", null)]
    [InlineData("08:00,0.5", "00:00", 0.5 * MB)]
    [InlineData("00:00,3", "23:59", 3 * MB)]
    public void ALimitHoldsFromItsTimeOn(string text, string time, double? expected) =>
        Assert.Equal(expected, Bandwidth.Parse(text)!.At(TimeOnly.Parse(time)));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1,5")]
    [InlineData("1e3")]
    [InlineData("NaN")]
    [InlineData("1 2")]
    [InlineData("08:00")]
    [InlineData("8:00,1")]
    [InlineData("24:00,1")]
    [InlineData("08:00,")]
    [InlineData("08:00,fast")]
    [InlineData("18:00,1 08:00,2")]
    [InlineData("08:00,1 08:00,2")]
    public void WhatIsNoLimitIsRefused(string text) => Assert.Null(Bandwidth.Parse(text));

    [Fact]
    public void EachWaitsUntilThoseBeforeItHaveHadTheirTime()
    {
        ManualTime time = new();
        Throttle throttle = new(time) { Plan = Bandwidth.Parse("1") };
        List<ValueTask> waits = [];
        for (var i = 0; i < 4; i++)
            waits.Add(throttle.WaitAsync((long)MB, Cancel));
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(i + 1, waits.FindAll(wait => wait.IsCompletedSuccessfully).Count);
            time.Advance(TimeSpan.FromSeconds(1));
        }
        // Nobody may save up for later.
        time.Advance(TimeSpan.FromHours(1));
        Assert.True(throttle.WaitAsync((long)MB, Cancel).IsCompleted);
        Assert.False(throttle.WaitAsync((long)MB, Cancel).IsCompleted);
        Assert.True(throttle.WaitAsync(0, Cancel).IsCompleted);
        throttle.Plan = null;
        Assert.True(throttle.WaitAsync((long)MB, Cancel).IsCompleted);
    }

    [Fact]
    public async Task WhoGivesUpWaitsNoLonger()
    {
        using CancellationTokenSource giveUp = new();
        Throttle throttle = new(new ManualTime()) { Plan = Bandwidth.Parse("1") };
        _ = throttle.WaitAsync((long)MB, Cancel);
        var wait = throttle.WaitAsync(1, giveUp.Token).AsTask();
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(4 * PipelineStand.PartSize)]
    public async Task ARunSendsNoFasterThanItMayInOnePartOrMany(int length)
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var files = 400_000 / length + 1;
        for (var i = 0; i < files; i++)
            stand.Write($"{i}", PipelineStand.Bytes(length, i));
        var watch = Stopwatch.StartNew();
        await stand.DrainAsync(Cancel, rules => rules with { Bandwidth = Bandwidth.Parse("0.25") });
        // Less what may be begun at once: the first part.
        Assert.InRange(watch.Elapsed.TotalSeconds, (files * length - PipelineStand.PartSize) / (0.25 * MB), 60);
        Assert.Equal(new OracleCount(0, files, 0), stand.Oracle.Check());
    }
}
