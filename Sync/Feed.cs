using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Sync;

/// <summary>
/// Gives the jobs of a window to the loops that work on them. Each bucket has loops of its own, started as they are needed, at most as many as
/// may send to it, so that a slow one leaves the others alone. The jobs of files that failed before wait aside: at most one in eight of a bucket's loops
/// works on such, and at least one, so that files which hang or fail for long leave the others alone as well (invariant 8). Any thread.
/// </summary>
sealed class Feed
{
    const int Share = 8;

    readonly Window window;
    readonly Func<int, int> bucketOf, loops;
    readonly Action<Job> start, refuse;
    readonly Line[] lines;
    // No more of the window than a quarter, so that new files find room.
    readonly int mostAside;
    readonly Lock gate = new();
    bool stopped;

    /// <param name="window">Where the jobs come from.</param>
    /// <param name="buckets">How many buckets there are.</param>
    /// <param name="bucketOf">The bucket of a root.</param>
    /// <param name="loops">How many loops of a bucket may work now.</param>
    /// <param name="start">Starts one more loop, with a job; on another thread.</param>
    /// <param name="refuse">Is given a job that failed before where too many wait: it goes back into the ledger for a while.</param>
    public Feed(Window window, int buckets, Func<int, int> bucketOf, Func<int, int> loops, Action<Job> start, Action<Job> refuse)
    {
        (this.window, this.bucketOf, this.loops, this.start, this.refuse) = (window, bucketOf, loops, start, refuse);
        mostAside = Math.Max(1, window.Capacity / 4);
        lines = [.. Enumerable.Range(0, buckets).Select(_ => new Line())];
        window.HandedOut = Pump;
    }

    /// <summary>True for the files that failed before.</summary>
    public static bool IsAside(Job job) => job.Attempts > 0;

    /// <summary>Jobs that wait for a loop.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
            {
                return lines.Sum(line => line.Fresh.Count + line.Aside.Count);
            }
        }
    }

    /// <summary>Gives what was handed out to loops that may work on it. Also for when more may.</summary>
    public void Pump()
    {
        lock (gate)
        {
            while (!stopped && window.Jobs.TryRead(out var job))
            {
                var line = lines[bucketOf(job.Root.Index)];
                if (!IsAside(job))
                {
                    line.Fresh.Enqueue(job);
                }
                else if (line.Aside.Count < mostAside)
                {
                    line.Aside.Enqueue(job);
                }
                else
                {
                    refuse(job);
                }
            }
            for (var bucket = 0; bucket < lines.Length; bucket++)
            {
                GiveOut(bucket);
            }
        }
    }

    /// <summary>A loop's next job, after the one that it was given; null once the feed has stopped.</summary>
    public ValueTask<Job?> NextAsync(Job done)
    {
        lock (gate)
        {
            var bucket = bucketOf(done.Root.Index);
            lines[bucket].End(done);
            if (stopped)
            {
                return default;
            }
            if (TryTake(bucket) is { } next)
            {
                // More may work by now than when it began.
                GiveOut(bucket);
                return new(next);
            }
            Parked parked = new();
            lines[bucket].Parked.Push(parked);
            return new(parked.Task);
        }
    }

    /// <summary>The loop that works on this job hangs, and has lost its place: it holds up no other job.</summary>
    public void Leave(Job job)
    {
        lock (gate)
        {
            lines[bucketOf(job.Root.Index)].End(job);
        }
        Pump();
    }

    /// <summary>Gives out nothing more: the loops that wait end.</summary>
    public void Stop()
    {
        lock (gate)
        {
            stopped = true;
            foreach (var line in lines)
            {
                while (line.Parked.TryPop(out var parked))
                {
                    parked.SetResult(null);
                }
            }
        }
    }

    /// <summary>Under the gate.</summary>
    void GiveOut(int bucket)
    {
        while (!stopped && TryTake(bucket) is { } job)
        {
            if (lines[bucket].Parked.TryPop(out var parked))
            {
                parked.SetResult(job);
            }
            else
            {
                start(job);
            }
        }
    }

    /// <summary>A job that a loop of the bucket may work on now. Under the gate.</summary>
    Job? TryTake(int bucket)
    {
        var line = lines[bucket];
        var most = loops(bucket);
        if (line.AtWork.Count >= most)
        {
            return null;
        }
        // They take turns, where both wait.
        var isAside = line.Aside.Count > 0 && line.AsideAtWork < Math.Max(1, most / Share) && (line.WasFresh || line.Fresh.Count == 0);
        if (!(isAside ? line.Aside : line.Fresh).TryDequeue(out var job))
        {
            return null;
        }
        line.Begin(job, isAside);
        return job;
    }

    sealed class Parked() : TaskCompletionSource<Job?>(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One bucket's jobs and loops. Under the gate.</summary>
    sealed class Line
    {
        public readonly Queue<Job> Fresh = [], Aside = [];
        // The one that waited least is woken first: its memory is warm.
        public readonly Stack<Parked> Parked = [];
        // With whether it failed before when it was given out.
        public readonly Dictionary<Job, bool> AtWork = [];
        public int AsideAtWork;
        public bool WasFresh;

        public void Begin(Job job, bool isAside)
        {
            AtWork.Add(job, isAside);
            AsideAtWork += isAside ? 1 : 0;
            WasFresh = !isAside;
        }

        public void End(Job job)
        {
            if (AtWork.Remove(job, out var isAside))
            {
                AsideAtWork -= isAside ? 1 : 0;
            }
        }
    }
}
