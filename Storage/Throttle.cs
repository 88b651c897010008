using System;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Storage;

/// <summary>
/// Has bodies wait their turn, so that on average no more bytes a second are sent than may be: each begins when those before it have had their time.
/// Any thread. What waits has its buffer already: no more of them wait than there are uploads.
/// </summary>
sealed class Throttle(TimeProvider clock)
{
    readonly Lock gate = new();
    // When the way is free, in the clock's own ticks.
    long free = long.MinValue;
    volatile Bandwidth? plan;

    /// <summary>What may be sent when; null for no limit. What waits by then keeps its turn.</summary>
    public Bandwidth? Plan
    {
        get => plan;
        set => plan = value;
    }

    /// <summary>True while bodies wait for their turn.</summary>
    public bool Holds => plan is not null && Volatile.Read(ref free) > clock.GetTimestamp();

    /// <summary>Waits until so many bytes may be begun.</summary>
    public ValueTask WaitAsync(long bytes, CancellationToken cancel)
    {
        if (plan is not { } limits || limits.At(TimeOnly.FromDateTime(clock.GetLocalNow().DateTime)) is not { } perSecond || bytes == 0)
        {
            return default;
        }
        TimeSpan delay;
        lock (gate)
        {
            var now = clock.GetTimestamp();
            var begin = Math.Max(now, free);
            free = begin + (long)(bytes / perSecond * clock.TimestampFrequency);
            delay = TimeSpan.FromSeconds((begin - now) / (double)clock.TimestampFrequency);
        }
        return delay > TimeSpan.Zero ? new(Task.Delay(delay, clock, cancel)) : default;
    }
}
