using System;

namespace S3Sync.Sync;

/// <summary>The wall clock was set: what was so late is now so late. Milliseconds since 1970 UTC.</summary>
readonly record struct ClockStep(long From, long To)
{
    public long By => To - From;
}

/// <summary>
/// The time of a run: the wall clock at its start and what the monotonic clock has counted since, so that nobody who sets
/// the wall clock ends a wait early or late (invariant 10). Belongs to one thread.
/// </summary>
/// <remarks>
/// It follows the wall clock where that runs a little faster or slower. Where the two are further apart, the wall clock was
/// set: <see cref="Look"/> then takes it over, and the ledger moves the dates it has of this clock by as much.
/// </remarks>
sealed class RunClock
{
    /// <summary>So far apart they count as set: less than any wait that is worth moving rows for.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(3);

    // The kernel corrects a clock by at most 500 parts in a million (adjtimex(2)); a quartz is off by a tenth of that.
    const int Following = 1000;

    readonly TimeProvider clock;
    readonly long started;
    // Ticks. Wall clock less what has elapsed: as it is taken now, and the least it was.
    long offset, leastOffset;
    // Elapsed at the last look.
    TimeSpan looked;

    public RunClock(TimeProvider clock)
    {
        (this.clock, started) = (clock, clock.GetTimestamp());
        offset = leastOffset = Wall.Ticks;
    }

    /// <summary>The time, in milliseconds since 1970 UTC. Never less than it was, unless <see cref="Look"/> has told.</summary>
    public long Now => (offset + Elapsed.Ticks) / TimeSpan.TicksPerMillisecond;

    /// <summary>The earliest that it can be: the time by that state of the wall clock which was furthest behind.</summary>
    public long Earliest => (leastOffset + Elapsed.Ticks) / TimeSpan.TicksPerMillisecond;

    /// <summary>Since the beginning, whatever the wall clock says.</summary>
    public TimeSpan Elapsed => clock.GetElapsedTime(started);

    /// <summary>What was elapsed at the look before this one.</summary>
    public TimeSpan LookedBefore { get; private set; }

    /// <summary>Compares with the wall clock; not null if that was set since the last look, and <see cref="Now"/> has jumped.</summary>
    public ClockStep? Look()
    {
        var elapsed = Elapsed;
        var apart = Wall.Ticks - elapsed.Ticks - offset;
        var passed = (elapsed - looked).Ticks;
        (LookedBefore, looked) = (looked, elapsed);
        ClockStep? step = null;
        if (Math.Abs(apart) > Tolerance.Ticks)
        {
            var from = (offset + elapsed.Ticks) / TimeSpan.TicksPerMillisecond;
            offset += apart;
            step = new(from, (offset + elapsed.Ticks) / TimeSpan.TicksPerMillisecond);
        }
        else
        {
            offset += Math.Clamp(apart, -passed / Following, passed / Following);
        }
        leastOffset = Math.Min(leastOffset, offset);
        return step;
    }

    TimeSpan Wall => clock.GetUtcNow() - DateTimeOffset.UnixEpoch;
}
