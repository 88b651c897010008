using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Sync;

/// <summary>
/// Loops on the thread pool that do the same side by side with the jobs of a window, started one by one as the feed has work for them.
/// One whose disk hangs ends with the job that it has: another has its place by then. Any thread.
/// </summary>
sealed class Crew
{
    readonly Volumes volumes;
    readonly CancellationToken stop, abandon;
    readonly Lock gate = new();
    // Under the gate.
    readonly List<Task> loops = [];

    /// <param name="most">How many loops of a bucket may work now.</param>
    /// <param name="refuse">See <see cref="Sync.Feed"/>.</param>
    /// <param name="run">Runs one loop to its end, beginning with a job, by <see cref="WorkAsync"/>.</param>
    /// <param name="stop">Then nothing new starts.</param>
    /// <param name="abandon">Cuts off what is in flight.</param>
    public Crew(
        Window window, Slots slots, Func<int, int> most, Volumes volumes, Action<Job> refuse, Func<Job, Task> run,
        CancellationToken stop, CancellationToken abandon)
    {
        (this.volumes, this.stop, this.abandon) = (volumes, stop, abandon);
        Feed = new(window, slots.Buckets, slots.Of, most, job => Start(() => run(job)), refuse);
        stop.UnsafeRegister(static feed => ((Feed)feed!).Stop(), Feed);
    }

    /// <summary>Gives the jobs to the loops.</summary>
    public Feed Feed { get; }

    /// <summary>The loops that may not have ended.</summary>
    public Task[] Loops
    {
        get
        {
            lock (gate)
            {
                return [.. loops];
            }
        }
    }

    /// <summary>One loop: job after job, until the stop, or until another has its place.</summary>
    /// <param name="worker">The loop's; let go of at its end.</param>
    public async Task WorkAsync(Job first, DiskWorker worker, Func<Job, Task> work)
    {
        try
        {
            for (Job? job = first; job is not null && !stop.IsCancellationRequested; job = worker.IsReplaced ? null : await Feed.NextAsync(job))
            {
                job.Worker = worker;
                await work(job);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested || abandon.IsCancellationRequested)
        {
        }
        finally
        {
            volumes.Remove(worker);
        }
    }

    void Start(Func<Task> run)
    {
        lock (gate)
        {
            loops.RemoveAll(loop => loop.IsCompleted);
            loops.Add(Task.Run(run));
        }
    }
}
