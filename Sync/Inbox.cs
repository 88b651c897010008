using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// The ledger thread's only ear. Bounded: whoever finds files waits while it is full; results of jobs never wait,
/// as there are no more of them than jobs in flight, and notes of their parts come no faster than these are sent (invariants 5 and 6). Any thread posts, the ledger's thread takes.
/// </summary>
sealed class Inbox(int limit, Work work)
{
    // What arrives within this of the last taking is taken together, for one commit, unless it is many; what arrives after a pause is taken at once.
    // Under load it saves nine commits of ten; at 50 files/s nobody waits for it.
    static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(4);
    // After a taking of Busy reports or more, as with 200 files/s, so long, unless half as many as are in flight are there: who works must not run out of work.
    // With a server that takes 1,000 files/s it saves three commits of four, 230 us CPU a file in place of 290.
    static readonly TimeSpan BusyPace = TimeSpan.FromMilliseconds(16);
    const int Busy = 8;
    readonly int many = Math.Min(limit, 512);

    readonly object gate = new();
    List<Report> posted = [];
    long taken;
    bool isBusy;
    // How many must be posted to wake who takes; none wakes it while it does not wait.
    int wakesAt = int.MaxValue;
    bool completed;

    /// <summary>Posts what was found; blocks while the inbox is full. False once it is completed: then nobody will read it, and a later scan finds the file again.</summary>
    public bool PostFound(in Report report)
    {
        FailPoint.Reach("file.found");
        lock (gate)
        {
            while (posted.Count >= limit && !completed)
            {
                Monitor.Wait(gate);
            }
            if (completed)
            {
                return false;
            }
            Add(report);
            return true;
        }
    }

    /// <summary>Posts the result of a job; never blocks. After completion it is dropped: the row is then resumed at the next start.</summary>
    public void PostResult(in Report report)
    {
        lock (gate)
        {
            if (!completed)
            {
                Add(report);
            }
        }
    }

    /// <summary>Posts how far the multipart upload of a job's file got; as with <see cref="PostResult"/>.</summary>
    public void PostNote(Job job, UploadNote note) => PostResult(new(Happening.Progressed, job.Root, job.Path) { Note = note });

    /// <summary>
    /// Swaps the posted reports into <paramref name="into"/> (emptied first), waiting for one at most this long (negative: no limit), and a moment more
    /// for others where the last were taken a moment ago. False when completed and empty.
    /// </summary>
    /// <param name="jobs">How many jobs are in flight: each will report once.</param>
    public bool Take(ref List<Report> into, TimeSpan wait, int jobs)
    {
        into.Clear();
        lock (gate)
        {
            Await(1, wait < TimeSpan.Zero ? Timeout.InfiniteTimeSpan : wait);
            if (posted.Count > 0)
            {
                AwaitOthers(many, Pace);
            }
            if (isBusy && posted.Count > 0)
            {
                AwaitOthers(Math.Min(many, Math.Max(Busy, jobs / 2)), BusyPace);
            }
            (posted, into) = (into, posted);
            taken = Stopwatch.GetTimestamp();
            isBusy = into.Count >= Busy;
            // Those who found more than there was room for.
            Monitor.PulseAll(gate);
            return into.Count > 0 || !completed;
        }
    }

    void AwaitOthers(int count, TimeSpan pace)
    {
        if (pace - Stopwatch.GetElapsedTime(taken) is var rest && rest > TimeSpan.Zero)
        {
            Await(count, rest);
        }
    }

    void Await(int count, TimeSpan wait)
    {
        if (posted.Count < count && !completed)
        {
            wakesAt = count;
            Monitor.Wait(gate, wait);
            wakesAt = int.MaxValue;
        }
    }

    /// <summary>Nothing more will be taken after what is there now.</summary>
    public void Complete()
    {
        lock (gate)
        {
            completed = true;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Makes <see cref="Take"/> return although nothing was posted.</summary>
    public void Nudge()
    {
        lock (gate)
        {
            Monitor.PulseAll(gate);
        }
    }

    void Add(in Report report)
    {
        work.Begin(report.Counts ? 1 : 0);
        posted.Add(report);
        if (posted.Count >= wakesAt)
        {
            Monitor.PulseAll(gate);
        }
    }
}
