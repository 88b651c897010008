using System;
using System.Threading;

namespace S3Sync.Sync;

/// <summary>
/// Tells how long a file has been left alone: since the later of its last write and its last change, as programs set the former back
/// (cp -p, tar, rsync). A clock that jumps makes no file look older than it is. Any thread.
/// </summary>
sealed class QuietTime(TimeProvider clock)
{
    /// <summary>A wall clock is slewed by less between two looks; more is a step.</summary>
    static readonly TimeSpan LeastStep = TimeSpan.FromSeconds(2);

    readonly Lock gate = new();
    readonly long started = clock.GetTimestamp();
    // Under the gate: wall clock less stopwatch at the last look, and when that last changed by a step.
    TimeSpan offset = clock.GetUtcNow() - DateTimeOffset.UnixEpoch;
    TimeSpan? stepped;

    /// <summary>At least how long the file has been left alone; null where all its times lie ahead, as another machine's clock may have it.</summary>
    public TimeSpan? Of(in Stamp stamp)
    {
        var elapsed = clock.GetElapsedTime(started);
        var now = clock.GetUtcNow() - DateTimeOffset.UnixEpoch;
        TimeSpan? since;
        lock (gate)
        {
            if ((now - elapsed - offset).Duration() > LeastStep)
            {
                stepped = elapsed;
            }
            offset = now - elapsed;
            since = elapsed - stepped;
        }
        if (LastChange(stamp, now) is not { } last)
        {
            return null;
        }
        // What was written before the step is at least as old as the step, what was written after it has its right age.
        var age = now - last;
        return since < age ? since : age;
    }

    /// <summary>
    /// How long to wait until a later change of the file is sure to give it another stamp; zero where it is. Until then
    /// a rewrite of the same length would show in nothing: https://git-scm.com/docs/racy-git.
    /// </summary>
    public TimeSpan UntilTold(SourceFile file)
    {
        var stamp = file.Stamp;
        var age = clock.GetUtcNow() - DateTimeOffset.UnixEpoch - TimeSpan.FromTicks((stamp.Changed != 0 ? stamp.Changed : stamp.Modified) / 100);
        // Of most files nobody need ask what volume they are on.
        if (age.Duration() >= Stamp.LongestTick)
        {
            return TimeSpan.Zero;
        }
        var tick = file.Tick;
        return age.Duration() < tick ? tick - age : TimeSpan.Zero;
    }

    /// <summary>The later of the two times, leaving out what lies ahead: a program may set the last write to any time.</summary>
    static TimeSpan? LastChange(in Stamp stamp, TimeSpan now)
    {
        TimeSpan? last = null;
        foreach (var nanoseconds in (ReadOnlySpan<long>)[stamp.Modified, stamp.Changed])
        {
            var time = TimeSpan.FromTicks(nanoseconds / 100);
            // A file system that does not keep a time says 0.
            if (nanoseconds != 0 && time <= now && (last is null || time > last))
            {
                last = time;
            }
        }
        return last;
    }
}
