using System.Linq;
using System.Threading;
using S3Sync.Sync;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>The count of what is under way.</summary>
public sealed class WorkTests
{
    [Fact]
    public void ItIsDrainedEachTimeTheLastThingEnds()
    {
        var (work, drained) = (new Work(), 0);
        work.Drained = () => drained++;
        Assert.True(work.IsZero);
        work.Begin(2);
        work.End();
        Assert.Equal((0, false), (drained, work.IsZero));
        work.End();
        Assert.Equal((1, true), (drained, work.IsZero));
        work.Begin();
        work.End();
        Assert.Equal(2, drained);
    }

    [Fact]
    public void TheEndOfNothingIsNoEnd()
    {
        var (work, drained) = (new Work(), 0);
        work.Drained = () => drained++;
        work.End(0);
        work.Begin(0);
        Assert.Equal((0, true), (drained, work.IsZero));
    }

    [Fact]
    public void WhoeverHandsAThingOverKeepsTheCountAboveZero()
    {
        var (work, drained) = (new Work(), 0);
        work.Drained = () => Interlocked.Increment(ref drained);
        work.Begin(4);
        var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (var i = 0; i < 50_000; i++)
            {
                work.Begin();
                work.End();
            }
            work.End();
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.Equal((1, true), (drained, work.IsZero));
    }
}
