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
        Assert.Equal((state, mustLook, send), (conditions.Now, conditions.MustLook, conditions.Send));
    }

    [Fact]
    public void ATrustedServerIsNotProbed()
    {
        var conditions = new Conditions(trusted: true);
        Assert.Equal(Conditions.State.Honoured, conditions.Now);
        Assert.False(conditions.TryProbe());
    }

    [Fact]
    public void OneProbesAtATimeAndTheNextOnlyWhereTheFirstLearntNothing()
    {
        var conditions = new Conditions(trusted: false);
        Assert.True(conditions.TryProbe());
        Assert.False(conditions.TryProbe());
        conditions.GiveUp();
        Assert.True(conditions.TryProbe());
        Assert.True(conditions.Learn(Conditions.State.Ignored));
        Assert.False(conditions.TryProbe());
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
    public async Task OfManyAtOnceOneProbes()
    {
        for (var round = 0; round < 100; round++)
        {
            var conditions = new Conditions(trusted: false);
            using var start = new Barrier(4);
            var probes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(() =>
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                return conditions.TryProbe();
            }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
            Assert.Single(probes, probing => probing);
        }
    }
}
