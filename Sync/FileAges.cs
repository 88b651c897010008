using System;
using System.Collections.Generic;
using System.Threading;

namespace S3Sync.Sync;

/// <summary>
/// Tells how long ago files were written. Their times are the wall clock's, which may have been set since: a file counts as no
/// older than it can be by any state of the clock that may have given it its time. Any thread.
/// </summary>
sealed class FileAges(TimeProvider clock)
{
    // Beyond so many the two oldest count as one.
    const int MostEras = 32;

    /// <summary>
    /// A time further ahead than this was not written under the clock as it is. File servers' clocks are at most minutes off:
    /// Kerberos refuses more than five (RFC 4120, section 7.5.5).
    /// </summary>
    static readonly TimeSpan Ahead = TimeSpan.FromHours(1);

    static readonly long Apart = (long)RunClock.Tolerance.TotalMilliseconds;

    readonly Lock gate = new();
    // Under the gate.
    readonly RunClock time = new(clock);
    // What the clock was before it was set, oldest first.
    readonly List<Era> eras = [];
    // When the present one began, at the earliest: by itself.
    long begun = long.MinValue;
    TimeSpan? stepped;

    /// <summary>How long since the clock was last set; null if it was not while this looked.</summary>
    public TimeSpan? SinceStep
    {
        get
        {
            lock (gate)
            {
                Look();
                return stepped is { } at ? time.Elapsed - at : null;
            }
        }
    }

    /// <summary>How long ago a file was last written; negative if that lies ahead, which tells nothing.</summary>
    /// <param name="written">Nanoseconds since 1970 UTC.</param>
    public TimeSpan Of(long written)
    {
        lock (gate)
        {
            Look();
            return AgeOf(written / 1_000_000);
        }
    }

    /// <summary>
    /// The same where the file's time is all there ever is to go by: one that lies far ahead counts as written when the clock
    /// was last set, or when this began to look. After that it would have got an earlier time.
    /// </summary>
    public TimeSpan AtLeast(long written)
    {
        lock (gate)
        {
            Look();
            var age = AgeOf(written / 1_000_000);
            return age < -Ahead ? time.Elapsed - (stepped ?? TimeSpan.Zero) : age;
        }
    }

    TimeSpan AgeOf(long written)
    {
        // Where the two are apart by less than counts as set, the file may have its time from either.
        var now = Math.Min(time.Now, clock.GetUtcNow().ToUnixTimeMilliseconds());
        var (age, isElsewhere) = (now - written, written < begun);
        foreach (var era in eras)
        {
            if (era.From <= written && written <= Math.Min(era.Until, now))
            {
                var then = Elapsed + era.Offset - written;
                (age, isElsewhere) = (isElsewhere ? then : Math.Min(age, then), false);
            }
        }
        return TimeSpan.FromMilliseconds(age);
    }

    void Look()
    {
        if (time.Look() is not { } step)
        {
            return;
        }
        stepped = time.Elapsed;
        eras.Add(new(begun, step.From + Apart, step.From - Elapsed));
        // It was set at some time since the look before.
        begun = step.To - Apart - (long)(time.Elapsed - time.LookedBefore).TotalMilliseconds;
        if (eras.Count > MostEras)
        {
            var (one, other) = (eras[0], eras[1]);
            eras.RemoveAt(0);
            eras[0] = new(Math.Min(one.From, other.From), Math.Max(one.Until, other.Until), Math.Min(one.Offset, other.Offset));
        }
    }

    long Elapsed => (long)time.Elapsed.TotalMilliseconds;

    /// <summary>A state of the wall clock, in milliseconds since 1970 UTC: the times it may have given to files, and what it said at the beginning.</summary>
    readonly record struct Era(long From, long Until, long Offset);
}
