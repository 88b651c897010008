using System;
using System.Collections.Generic;

namespace S3Sync.Sync;

/// <summary>
/// Files that were touched a moment ago and must be left alone for a while before they are reported. Pure: time is an argument
/// (any clock that only goes forward). Bounded. Belongs to the watcher's thread.
/// </summary>
/// <param name="quiet">How long a file whose writer closed it must be left alone; zero: not at all.</param>
/// <param name="limit">How many files at most.</param>
sealed class Settler(TimeSpan quiet, int limit)
{
    // A file that was only made or touched may still be open: the sign of completion normally follows within this time.
    static readonly TimeSpan QuietUnclosed = TimeSpan.FromSeconds(1);

    // Queued: when the file's one valid place in the order comes up; others of it are left over from before it was brought forward.
    readonly Dictionary<(int Root, string Path), (TimeSpan Due, TimeSpan Queued, Sign Sign)> files = [];
    readonly PriorityQueue<(int Root, string Path), TimeSpan> order = new();

    /// <summary>The same from now on; files that wait already do so as long as was said then.</summary>
    public TimeSpan Quiet { get; set; } = quiet;

    public int Count => files.Count;

    /// <summary>Places in the order, those left over included: bounded by the files there are and what was touched within the last second.</summary>
    public int Places => order.Count;

    /// <summary>When the next file may be due; null if there is none. It may have been touched again meanwhile.</summary>
    public TimeSpan? Next => order.TryPeek(out _, out var due) ? due : null;

    /// <summary>Starts, or starts again, to wait for a file; the last sign of it counts. False if there is no room for it: then only a scan finds it.</summary>
    public bool Touch(int root, string path, Sign sign, TimeSpan now, out bool isNew)
    {
        var key = (root, path);
        isNew = !files.TryGetValue(key, out var file);
        if (isNew && files.Count >= limit)
        {
            isNew = false;
            return false;
        }
        var due = now + (sign != Sign.Touched ? Quiet : TimeSpan.FromTicks(Math.Max(Quiet.Ticks, QuietUnclosed.Ticks)));
        // Touched again, a file keeps its place in the order and is put back when that comes up, unless it is due sooner now.
        var isSooner = isNew || due < file.Queued;
        if (isSooner)
        {
            order.Enqueue(key, due);
        }
        files[key] = (due, isSooner ? due : file.Queued, sign);
        return true;
    }

    /// <summary>Takes the next file that has been quiet long enough.</summary>
    public bool TryTake(TimeSpan now, out int root, out string path, out Sign sign)
    {
        while (order.TryPeek(out var key, out var due) && due <= now)
        {
            order.Dequeue();
            if (!files.TryGetValue(key, out var file) || file.Queued != due)
            {
                continue;
            }
            if (file.Due > now)
            {
                order.Enqueue(key, file.Due);
                files[key] = file with { Queued = file.Due };
                continue;
            }
            files.Remove(key);
            (root, path, sign) = (key.Root, key.Path, file.Sign);
            return true;
        }
        (root, path, sign) = (0, "", Sign.Touched);
        return false;
    }
}
