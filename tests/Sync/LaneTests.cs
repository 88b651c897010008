using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>The way to the endpoint: open for all, or one at a time.</summary>
public sealed class LaneTests
{
    readonly ManualTime time = new();
    readonly CapturedLog log = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EverybodyPassesWhileTheEndpointWorks()
    {
        var lane = new Lane(time, log);
        for (var i = 0; i < 100; i++)
        {
            Assert.False(await lane.EnterAsync(Cancel));
        }
        lane.Leave();
        Assert.Null(lane.FailingSince);
    }

    [Fact]
    public async Task AfterAFaultOneProbesAtATimeUntilOneSucceeds()
    {
        var lane = new Lane(time, log);
        lane.Fault(probe: false, "503");
        // Those that had started before the fault add nothing to it.
        lane.Fault(probe: false, "503");
        var waiting = Enumerable.Range(0, 5).Select(_ => lane.EnterAsync(Cancel).AsTask()).ToList();
        Assert.All(waiting, enter => Assert.False(enter.IsCompleted));

        time.Advance(TimeSpan.FromSeconds(1));
        var probe = await Task.WhenAny(waiting);
        Assert.True(await probe);
        waiting.Remove(probe);
        Assert.All(waiting, enter => Assert.False(enter.IsCompleted));

        lane.Fault(probe: true, "503");
        time.Advance(TimeSpan.FromSeconds(2));
        probe = await Task.WhenAny(waiting);
        Assert.True(await probe);
        waiting.Remove(probe);
        lane.Leave();
        Assert.All(await Task.WhenAll(waiting), Assert.False);
        Assert.Equal((1, 1), (log.Count("uploads rest for"), log.Count("answers again")));
    }

    [Fact]
    public async Task AProbeThatWasAbandonedLeavesItsTurnToTheNext()
    {
        var lane = new Lane(time, log);
        lane.Fault(probe: false, "reset");
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await lane.EnterAsync(Cancel));
        var next = lane.EnterAsync(Cancel).AsTask();
        Assert.False(next.IsCompleted);
        lane.Abandon(probe: true);
        Assert.True(await next);
    }

    [Fact]
    public void OneRefusedKeyIsItsOwnFaultAndThreeInARowAreTheAccounts()
    {
        var lane = new Lane(time, log);
        lane.Refuse(probe: false, "403");
        lane.Refuse(probe: false, "403");
        lane.Leave();
        lane.Refuse(probe: false, "403");
        lane.Refuse(probe: false, "403");
        Assert.Null(lane.FailingSince);
        lane.Refuse(probe: false, "403");
        Assert.NotNull(lane.FailingSince);
    }

    [Fact]
    public async Task WhoWaitsIsToldToStop()
    {
        var lane = new Lane(time, log);
        lane.Fault(probe: false, "reset");
        using var stop = new CancellationTokenSource();
        var waiting = lane.EnterAsync(stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task ALongOutageIsSaidOnceAMinute()
    {
        var lane = new Lane(time, log);
        lane.Fault(probe: false, "reset");
        var began = time.GetUtcNow();
        while (time.GetUtcNow() - began < TimeSpan.FromMinutes(10))
        {
            var enter = lane.EnterAsync(Cancel).AsTask();
            await Eventually.True(() =>
            {
                time.Advance(TimeSpan.FromSeconds(2));
                return enter.IsCompleted;
            }, log.ToString, Cancel);
            lane.Fault(await enter, "reset");
        }
        // At most one a minute, besides the first.
        Assert.InRange(log.Lines.Length, 2, (int)(time.GetUtcNow() - began).TotalMinutes + 2);
    }
}
