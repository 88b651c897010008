using System;
using System.Collections.Generic;

namespace S3Sync.Sync;

/// <summary>
/// Counts files that settle as work under way, unless they come too late for a run with --once (<see cref="Work.IsClosed"/>).
/// Belongs to the watcher's thread.
/// </summary>
sealed class SettlingWork(Work work)
{
    /// <summary>A file that is still written so long after the first scans is the next run's: as <see cref="Retry.LongWaits"/> has it.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    readonly HashSet<(int Root, string Path)> late = [];
    TimeSpan? closed;

    /// <summary>A file was touched: for the first time since it last settled, or again.</summary>
    public void Touched(int root, string path, bool isNew, TimeSpan now)
    {
        if (!work.IsClosed)
        {
            work.Begin(isNew ? 1 : 0);
            return;
        }
        closed ??= now;
        var isLate = isNew || now - closed > Longest;
        if (isLate && late.Add((root, path)) && !isNew)
        {
            work.End();
        }
    }

    /// <summary>True if it came too late.</summary>
    public bool IsLate(int root, string path) => late.Contains((root, path));

    /// <summary>A file has settled, and was reported.</summary>
    public void End(int root, string path) => work.End(late.Remove((root, path)) ? 0 : 1);
}
