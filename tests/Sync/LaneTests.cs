using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Sync.Voice;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>The way to the endpoint, on a clock of our own.</summary>
public sealed class LaneTests
{
    static readonly TimeSpan Generous = TimeSpan.FromSeconds(30);

    readonly ManualTime time = new();
    readonly CapturedLog log = new();
    readonly Lane lane;

    public LaneTests() => lane = new(time, log);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    Task<Pass> Enter() => lane.EnterAsync(Cancel).AsTask();

    /// <summary>An entry that needs no waiting.</summary>
    Pass EntersAtOnce(Lane? into = null)
    {
        var entry = (into ?? lane).EnterAsync(Cancel);
        Assert.True(entry.IsCompletedSuccessfully, "it waits");
        return entry.Result;
    }

    /// <summary>Nobody may enter now.</summary>
    async Task MustWaitAsync()
    {
        using var stop = new CancellationTokenSource();
        var entry = lane.EnterAsync(stop.Token).AsTask();
        Assert.False(entry.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => entry);
    }

    /// <summary>The longest rest after so many faults in a row.</summary>
    static TimeSpan Rest(int faults) => Retry.AfterEndpointFault(faults, luck: 0);

    [Fact]
    public void EverybodyPassesAnOpenLane()
    {
        for (var i = 0; i < 100; i++)
            Assert.False(EntersAtOnce().IsProbe);
        Assert.Null(lane.FailingSince);
    }

    [Fact]
    public async Task AfterAFaultOneAttemptAtATimeGoesThroughAndASuccessOpensTheLaneForAll()
    {
        lane.Fault(EntersAtOnce(), "no route");
        var waiting = Enumerable.Range(0, 5).Select(_ => Enter()).ToList();
        Assert.DoesNotContain(waiting, entry => entry.IsCompleted);
        time.Advance(Rest(1));
        var first = await Task.WhenAny(waiting).WaitAsync(Generous, Cancel);
        var probe = await first;
        Assert.True(probe.IsProbe);
        await MustWaitAsync();
        lane.Leave();
        waiting.Remove(first);
        // Had another come through before, it would be a probing one.
        Assert.All(await Task.WhenAll(waiting).WaitAsync(Generous, Cancel), pass => Assert.False(pass.IsProbe));
        Assert.False(EntersAtOnce().IsProbe);
    }

    [Fact]
    public async Task TheLaneRestsLongerAfterEachFaultInARowAndNeverForMoreThanAMinute()
    {
        lane.Fault(EntersAtOnce(), "no route");
        for (var faults = 1; faults < 20; faults++)
        {
            // Luck takes off at most a third.
            time.Advance(Rest(faults) * 0.66);
            await MustWaitAsync();
            time.Advance(Rest(faults) * 0.34 + TimeSpan.FromTicks(1));
            lane.Fault(EntersAtOnce(), "no route");
        }
        Assert.True(Rest(20) <= TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task AfterAFailedProbeTheNextOneWaitsAgain()
    {
        lane.Fault(EntersAtOnce(), "no route");
        var waiting = new List<Task<Pass>> { Enter(), Enter() };
        for (var faults = 1; faults <= 2; faults++)
        {
            // More than once: who was about to wait when the clock went on begins after that.
            var (first, rest) = (Task.WhenAny(waiting), Rest(faults));
            await Eventually.True(() =>
            {
                time.Advance(rest);
                return first.IsCompleted;
            }, () => "nobody probes", Cancel);
            var probe = await first;
            Assert.True((await probe).IsProbe);
            waiting.Remove(probe);
            lane.Fault(await probe, "no route");
            Assert.DoesNotContain(waiting, entry => entry.IsCompleted);
        }
    }

    [Fact]
    public void FaultsOfAttemptsThatStartedBeforeCountOnce()
    {
        for (var i = 0; i < 8; i++)
            lane.Fault(default, "no route");
        time.Advance(Rest(1));
        Assert.True(EntersAtOnce().IsProbe);
        Assert.Single(log.Lines);
    }

    [Fact]
    public async Task AProbeThatEndsWithoutAnAnswerLeavesItsTurnToTheNext()
    {
        lane.Fault(EntersAtOnce(), "no route");
        time.Advance(Rest(1));
        var probe = EntersAtOnce();
        Assert.True(probe.IsProbe);
        var next = Enter();
        lane.Abandon(default);
        Assert.False(next.IsCompleted);
        lane.Abandon(probe);
        Assert.True((await next.WaitAsync(Generous, Cancel)).IsProbe);
    }

    [Fact]
    public async Task WhoWaitsIsStoppedAtOnce()
    {
        lane.Fault(EntersAtOnce(), "no route");
        using var stop = new CancellationTokenSource();
        var resting = lane.EnterAsync(stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => resting.WaitAsync(Generous, Cancel));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await new Lane(time, log).EnterAsync(stop.Token));
    }

    [Fact]
    public async Task ManyFilesThatFailInARowAreNotTheLanesButMoreThanThatAre()
    {
        for (var files = 1; files < Lane.MostDoubts; files++)
            Assert.False(lane.Doubt(EntersAtOnce(), 100, "403"));
        lane.Leave();
        for (var files = 1; files < Lane.MostDoubts; files++)
            Assert.False(lane.Doubt(EntersAtOnce(), 100, "403"));
        Assert.False(lane.IsClosed);
        Assert.True(lane.Doubt(EntersAtOnce(), 100, "403"));
        await MustWaitAsync();
        Assert.NotNull(lane.FailingSince);
        Assert.Equal(1, log.Count("one file after the other fails"));
    }

    [Fact]
    public void ALargeFileCountsForAsManyAsItsMebibytes()
    {
        for (var files = 0; files < 10; files++)
            Assert.False(lane.Doubt(EntersAtOnce(), 100L << 20, "403"));
        Assert.True(lane.Doubt(EntersAtOnce(), 100L << 20, "403"));
    }

    [Fact]
    public void WhatBelongsToNoFileOpensTheLaneUnlessOnlyAFileCanTell()
    {
        lane.Fault(EntersAtOnce(), "no route");
        time.Advance(Rest(1));
        var pass = lane.Answered(EntersAtOnce());
        Assert.Equal((false, false), (pass.IsProbe, lane.IsClosed));
        lane.Fault(pass, "503 SlowDown", needsFile: true);
        time.Advance(Rest(1));
        pass = lane.Answered(EntersAtOnce());
        Assert.Equal((true, true), (pass.IsProbe, lane.IsClosed));
        Assert.True(lane.Doubt(pass, 1, "500"));
        time.Advance(Rest(2));
        Assert.True(lane.Answered(EntersAtOnce()).IsProbe);
        lane.Leave();
        Assert.False(lane.IsClosed);
    }

    [Fact]
    public void ItTellsSinceWhenTheEndpointHasFailedAndHowOftenItDidNot()
    {
        lane.Leave();
        time.Advance(TimeSpan.FromHours(1));
        lane.Fault(EntersAtOnce(), "no route");
        var since = time.GetTimestamp();
        for (var faults = 1; faults < 4; faults++)
        {
            time.Advance(Rest(faults));
            lane.Fault(EntersAtOnce(), "no route");
            Assert.Equal(since, lane.FailingSince);
        }
        lane.Leave();
        Assert.Equal((null, 2L), (lane.FailingSince, lane.Successes));
    }

    [Fact]
    public void ALongOutageIsSaidAtOnceThenOnceAMinuteAndItsEndIsSaid()
    {
        using var repetitions = new Repetitions(log, time);
        var lane = new Lane(time, repetitions);
        lane.Fault(EntersAtOnce(lane), "no route to host");
        Assert.Equal(1, log.Count("no route to host"));
        // Rests of 0.5, 1, 2, ... 32 s make less than 64 s, then one of up to a minute follows another.
        var start = time.GetTimestamp();
        for (var faults = 1; faults < 60; faults++)
        {
            time.Advance(Rest(faults));
            lane.Fault(EntersAtOnce(lane), "no route to host");
        }
        var minutes = (int)time.GetElapsedTime(start).TotalMinutes;
        Assert.InRange(log.Lines.Length, minutes / 2, minutes + 3);
        lane.Leave();
        lane.Leave();
        Assert.Equal(1, log.Count("the endpoint answers again"));
    }

    /// <summary>A probe that ends late, after another's success opened the lane and a fault closed it again, must not pass for the probe of now.</summary>
    [Theory]
    [InlineData("abandoned")]
    [InlineData("failed")]
    [InlineData("blamed")]
    public void AProbeOfAnEarlierOutageDoesNotLetASecondOneThrough(string end)
    {
        var (slow, first) = (EntersAtOnce(), EntersAtOnce());
        lane.Fault(first, "no route");
        time.Advance(TimeSpan.FromMinutes(1));
        var stale = EntersAtOnce();
        Assert.True(stale.IsProbe);
        // It began before the outage, and its answer comes now.
        lane.Leave();
        lane.Fault(EntersAtOnce(), "no route");
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(EntersAtOnce().IsProbe);
        switch (end)
        {
            case "abandoned": lane.Abandon(stale); break;
            case "failed": lane.Fault(stale, "no route"); break;
            default: lane.Doubt(stale, 1, "403"); break;
        }
        time.Advance(TimeSpan.FromMinutes(1));
        using var stop = new CancellationTokenSource();
        Assert.False(lane.EnterAsync(stop.Token).IsCompleted, "two probes at once");
        stop.Cancel();
    }
}
