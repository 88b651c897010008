using System;
using System.Threading;

namespace S3Sync.Sync;

/// <summary>Compares waits, of which a negative one has no end.</summary>
static class Soonest
{
    /// <summary>The shortest of them.</summary>
    public static TimeSpan Of(params ReadOnlySpan<TimeSpan> waits)
    {
        var soonest = Timeout.InfiniteTimeSpan;
        foreach (var wait in waits)
        {
            soonest = wait < TimeSpan.Zero || (soonest >= TimeSpan.Zero && soonest < wait) ? soonest : wait;
        }
        return soonest;
    }
}
