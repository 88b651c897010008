using System;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>Waiting for a change, at most so long.</summary>
public sealed class WakeupTests
{
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.9)]
    [InlineData(1.5)]
    public async Task APartOfAMillisecondIsWaitedForAsAWholeOne(double milliseconds)
    {
        ManualTime time = new();
        Wakeup wakeup = new(time);
        var wait = wakeup.WaitAsync(wakeup.Next, TimeSpan.FromMilliseconds(milliseconds), TestContext.Current.CancellationToken);
        Assert.False(wait.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(Math.Ceiling(milliseconds)));
        await wait.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }
}
