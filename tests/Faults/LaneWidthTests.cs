using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;
using Fault = S3Sync.Tests.Support.S3.Fault;

namespace S3Sync.Tests.Faults;

/// <summary>How many uploads there are at the same time follows what the endpoint bears; the lane on a clock of our own, then the whole pipeline.</summary>
public sealed class LaneWidthTests
{
    const int Most = 16;

    readonly ManualTime time = new();
    readonly CapturedLog log = new();
    readonly Lane lane;

    public LaneWidthTests() => lane = new(Most, time, log);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void AnOverloadedEndpointHalvesTheLaneOnceForAllThatWereUnderWayAndSuccessesWidenIt()
    {
        var together = EnterAll(Most);
        foreach (var pass in together)
            lane.Fault(pass, "503 SlowDown", overloaded: true);
        Assert.Equal(8, lane.Width);
        Probe();
        Assert.Equal(1, log.Count("at most 8 uploads at the same time"));
        for (var width = 8; width < Most; width++)
        {
            var round = EnterAll(width);
            Assert.Equal(width, lane.Width);
            using var stop = new CancellationTokenSource();
            Assert.False(lane.EnterAsync(stop.Token).IsCompleted);
            stop.Cancel();
            foreach (var pass in round)
                lane.Leave(pass);
        }
        Assert.Equal(Most, lane.Width);
        Assert.Equal(1, log.Count($"up to {Most} uploads at the same time again"));
    }

    [Fact]
    public void AFaultThatIsNoOverloadLeavesItsWidth()
    {
        lane.Fault(EnterAll(1)[0], "no route");
        Probe();
        Assert.Equal((Most, 1), (lane.Width, log.Count("the endpoint answers again")));
        Assert.Equal(0, log.Count("at the same time"));
    }

    [Fact]
    public async Task FewerMayBeAllowedAndMoreAgainButNeverMoreThanThereAreUploaders()
    {
        lane.Allow(2);
        var two = EnterAll(2);
        var third = lane.EnterAsync(Cancel).AsTask();
        Assert.Equal((2, false), (lane.Width, third.IsCompleted));
        lane.Leave(two[0]);
        lane.Leave(await third.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
        var waiting = Enumerable.Range(0, Most).Select(_ => lane.EnterAsync(Cancel).AsTask()).ToArray();
        Assert.Equal(1, waiting.Count(entry => entry.IsCompleted));
        lane.Allow(1000);
        // Together with the one of the first two that is still under way they fill it. Who waited longest is not always first.
        await Eventually.True(() => waiting.Count(entry => entry.IsCompleted) == Most - 1, () => $"{waiting.Count(entry => entry.IsCompleted)}", Cancel);
        Assert.Equal(Most, lane.Width);
        lane.Allow(0);
        Assert.Equal(1, lane.Width);
        lane.Leave(two[1]);
        var last = waiting.Single(entry => !entry.IsCompleted);
        foreach (var entry in waiting.Where(entry => entry != last))
            lane.Leave(await entry);
        lane.Leave(await last.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
    }

    [Fact]
    public void WhatAnOverloadedEndpointBearsIsNotForgottenWhenMoreAreAllowed()
    {
        var together = EnterAll(Most);
        foreach (var pass in together)
            lane.Fault(pass, "503 SlowDown", overloaded: true);
        Probe();
        lane.Allow(12);
        Assert.Equal(8, lane.Width);
        for (var width = 8; width < 12; width++)
            foreach (var pass in EnterAll(width))
                lane.Leave(pass);
        Assert.Equal(12, lane.Width);
        Assert.Equal(1, log.Count("up to 12 uploads at the same time again"));
    }

    [Fact]
    public void ItIsNeverNarrowerThanOne()
    {
        lane.Fault(EnterAll(1)[0], "503", overloaded: true);
        for (var faults = 1; faults < 20; faults++)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            lane.Fault(EnterAll(1)[0], "503", overloaded: true);
        }
        Probe();
        Assert.Equal(1, lane.Width);
        Assert.False(EnterAll(1)[0].IsProbe);
    }

    /// <summary>A probe that ends late, after another's success opened the lane and a fault closed it again, must not pass for the probe of now.</summary>
    [Theory]
    [InlineData("abandoned")]
    [InlineData("failed")]
    [InlineData("blamed")]
    public void AProbeOfAnEarlierOutageDoesNotLetASecondOneThrough(string end)
    {
        var (slow, first) = (EnterAll(1)[0], EnterAll(1)[0]);
        lane.Fault(first, "no route");
        time.Advance(TimeSpan.FromMinutes(1));
        var stale = EnterAll(1)[0];
        Assert.True(stale.IsProbe);
        // It began before the outage, and its answer comes now.
        lane.Leave(slow);
        lane.Fault(EnterAll(1)[0], "no route");
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(EnterAll(1)[0].IsProbe);
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

    [Fact]
    public async Task ABurstOfSlowDownIsFollowedByFewerUploadsAtATimeThenByAllOfThem()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        // Slow enough that all uploaders are at work when the burst comes.
        stand.Server.Faults.Add(Fault.Stall(TimeSpan.FromMilliseconds(5)));
        var burst = stand.Server.Faults.Add(Fault.Answer(503, "SlowDown").Times(4));
        for (var i = 0; i < 300; i++)
            stand.Write($"{i}", PipelineStand.Bytes(100, i));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel, rules => rules with { Uploaders = 8 }));
        Assert.Equal(4, burst.Struck);
        Assert.Equal(new OracleCount(0, 300, 0), stand.Oracle.Check());
        Assert.True(stand.Log.Count("the endpoint answers again: at most ") >= 1, stand.Log.ToString());
        Assert.Equal(1, stand.Log.Count("up to 8 uploads at the same time again"));
    }

    List<Pass> EnterAll(int count) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        var entry = lane.EnterAsync(Cancel);
        Assert.True(entry.IsCompletedSuccessfully, "it waits");
        return entry.Result;
    })];

    /// <summary>The rest passes, and the probe succeeds.</summary>
    void Probe()
    {
        time.Advance(TimeSpan.FromMinutes(1));
        var probe = EnterAll(1)[0];
        Assert.True(probe.IsProbe);
        lane.Leave(probe);
    }
}
