using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace S3Sync.Tests.Support;

/// <summary>Waits for what no event tells of: a file that goes, a row that changes.</summary>
static class Eventually
{
    // Generous: the machine that runs the tests does other things as well.
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    /// <summary>Returns as soon as it is so; fails the test, with what is told then, if it never is.</summary>
    public static async Task True(Func<bool> condition, Func<string> tell, CancellationToken cancel, TimeSpan? limit = null)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > (limit ?? Limit))
                Assert.Fail($"after {limit ?? Limit}: {tell()}");
            await Task.Delay(Interval, cancel);
        }
    }
}
