using System;

namespace S3Sync.Sync;

/// <summary>
/// Tells how long a file has been left alone: since the later of its last write and its last change, as programs set the former back
/// (cp -p, tar, rsync). Any thread.
/// </summary>
sealed class QuietTime(TimeProvider clock)
{
    readonly FileAges ages = new(clock);

    /// <summary>At least how long the file has been left alone; null where all its times lie ahead, as another machine's clock may have it.</summary>
    public TimeSpan? Of(in Stamp stamp)
    {
        TimeSpan? least = null;
        foreach (var time in (ReadOnlySpan<long>)[stamp.Modified, stamp.Changed])
        {
            // A file system that does not keep a time says 0. And a program may set the last write to any time: what lies ahead tells nothing.
            if (time != 0 && ages.Of(time) is { Ticks: >= 0 } age && !(age > least))
            {
                least = age;
            }
        }
        return least;
    }

    /// <summary>
    /// How long to wait until a later change of the file is sure to give it another stamp; zero where it is. Until then
    /// a rewrite of the same length would show in nothing: https://git-scm.com/docs/racy-git.
    /// </summary>
    public TimeSpan UntilTold(SourceFile file)
    {
        var stamp = file.Stamp;
        var age = clock.GetUtcNow() - DateTimeOffset.UnixEpoch - TimeSpan.FromTicks((stamp.Changed != 0 ? stamp.Changed : stamp.Modified) / 100);
        // Of most files nobody need ask what volume they are on: it may only shorten this.
        if (age.Duration() >= stamp.Tick)
        {
            return TimeSpan.Zero;
        }
        var tick = file.Tick;
        return age.Duration() < tick ? tick - age : TimeSpan.Zero;
    }
}
