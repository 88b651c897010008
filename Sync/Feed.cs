using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;

namespace S3Sync.Sync;

/// <summary>
/// Gives the jobs of a window to the loops that work on them. Those of files that failed before wait aside: at most one in eight of the loops works on such,
/// and at least one, so that files which hang or fail for long leave the others alone (invariant 8). Any thread.
/// </summary>
/// <param name="loops">How many loops there are now.</param>
/// <param name="refuse">Is given a job that failed before where too many wait: it goes back into the ledger for a while.</param>
sealed class Feed(Window window, Func<int> loops, Action<Job> refuse)
{
    const int Share = 8;

    readonly Lock gate = new();
    // Under the gate. No more of the window than a quarter, so that new files find room.
    readonly Queue<Job> aside = new();
    readonly int most = Math.Max(1, window.Capacity / 4);
    readonly HashSet<Job> atWork = [];

    /// <summary>True for the files that failed before.</summary>
    public static bool IsAside(Job job) => job.Attempts > 0;

    /// <summary>The jobs as they come, until <paramref name="stop"/>. A job's turn ends when the next is asked for.</summary>
    public async IAsyncEnumerable<Job> TakeAsync([EnumeratorCancellation] CancellationToken stop)
    {
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            var isNew = window.Jobs.TryRead(out var job);
            if (isNew && !IsAside(job!))
            {
                yield return job!;
            }
            else if (isNew && !TryAdd(job!))
            {
                refuse(job!);
            }
            // Also after a file that did not fail: who takes turns gets to both.
            if (!stop.IsCancellationRequested && TryTake(out job))
            {
                try
                {
                    yield return job;
                }
                finally
                {
                    lock (gate)
                    {
                        atWork.Remove(job);
                    }
                }
            }
            else if (!isNew && !await window.Jobs.WaitToReadAsync(stop))
            {
                yield break;
            }
        }
    }

    /// <summary>The loop that works on this job hangs, and has lost its place: it holds up no other job. Any thread.</summary>
    public void Leave(Job job)
    {
        lock (gate)
        {
            atWork.Remove(job);
        }
    }

    bool TryAdd(Job job)
    {
        lock (gate)
        {
            if (aside.Count >= most)
            {
                return false;
            }
            aside.Enqueue(job);
            return true;
        }
    }

    /// <summary>Takes a job that waits aside, if another loop may work on such.</summary>
    bool TryTake(out Job job)
    {
        job = null!;
        // Without the lock: while nothing fails there is nothing. Who adds looks after that.
        if (aside.Count == 0)
        {
            return false;
        }
        lock (gate)
        {
            if (atWork.Count >= Math.Max(1, loops() / Share) || !aside.TryDequeue(out var first))
            {
                return false;
            }
            atWork.Add(job = first);
            return true;
        }
    }
}
