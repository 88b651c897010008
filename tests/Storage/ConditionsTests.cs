using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>What is known of the server's conditional writes.</summary>
public sealed class ConditionsTests
{
    [Theory]
    [InlineData(Conditions.State.Unknown, true, true)]
    [InlineData(Conditions.State.Honoured, false, true)]
    [InlineData(Conditions.State.Ignored, true, true)]
    [InlineData(Conditions.State.Refused, true, false)]
    internal void OnlyAServerKnownToHonourTheConditionIsNotLookedAtBeforeAWrite(Conditions.State state, bool mustLook, bool send)
    {
        var conditions = new Conditions(trusted: false);
        conditions.Learn(state);
        Assert.Equal((state, mustLook, send), (conditions.Now, conditions.MustLook(completing: false), conditions.Send(completing: false)));
        Assert.Equal((Conditions.State.Unknown, true, true), (conditions.OnComplete, conditions.MustLook(completing: true), conditions.Send(completing: true)));
        conditions.Learn(state, completing: true);
        Assert.Equal((state, mustLook, send), (conditions.OnComplete, conditions.MustLook(completing: true), conditions.Send(completing: true)));
    }

    [Fact]
    public void ATrustedServerIsNotTried()
    {
        var conditions = new Conditions(trusted: true);
        Assert.Equal((Conditions.State.Honoured, Conditions.State.Honoured), (conditions.Now, conditions.OnComplete));
        Assert.False(conditions.TryBegin());
    }

    [Fact]
    public async Task WhoWaitsForATryGoesOnWhenItEnds()
    {
        var conditions = new Conditions(trusted: false);
        Assert.True(conditions.TryBegin());
        var waiting = conditions.BeginTryAsync(TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);
        conditions.Learn(Conditions.State.Honoured);
        conditions.EndTry();
        await waiting;
        Assert.Equal(Conditions.State.Honoured, conditions.Now);
    }

    [Fact]
    public void OneTriesAtATimeAndTheNextOnlyWhereTheFirstLearntNothing()
    {
        var conditions = new Conditions(trusted: false);
        Assert.True(conditions.TryBegin());
        Assert.False(conditions.TryBegin());
        conditions.EndTry();
        Assert.True(conditions.TryBegin());
        Assert.True(conditions.Learn(Conditions.State.Ignored));
        conditions.EndTry();
        Assert.False(conditions.TryBegin());
    }

    [Fact]
    public void WhatIsKnownIsNoNews()
    {
        var conditions = new Conditions(trusted: false);
        Assert.True(conditions.Learn(Conditions.State.Honoured));
        Assert.False(conditions.Learn(Conditions.State.Honoured));
        Assert.True(conditions.Learn(Conditions.State.Refused));
        Assert.False(new Conditions(trusted: true).Learn(Conditions.State.Honoured));
    }

    [Fact]
    public async Task OfManyAtOnceOneTries()
    {
        for (var round = 0; round < 100; round++)
        {
            var conditions = new Conditions(trusted: false);
            using var start = new Barrier(4);
            var probes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(() =>
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                return conditions.TryBegin();
            }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
            Assert.Single(probes, probing => probing);
        }
    }
}
