using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Sync;

/// <summary>Knows when a run is to end, and lets what is in flight finish.</summary>
/// <param name="fault">Ends with what a stage cannot go on after.</param>
/// <param name="drained">Ends when there is nothing left to do.</param>
/// <param name="turn">Has the ledger's thread come round.</param>
sealed class Ending(
    PipelineRules rules, Lane lane, BucketRests rests, Volumes volumes, Task<Exception> fault, Task drained, Tally tally, Action turn,
    TimeProvider clock)
{
    static readonly TimeSpan LeastToAbort = TimeSpan.FromMilliseconds(200), Look = TimeSpan.FromMilliseconds(100);

    // What was done when it was last seen that anything was.
    long done, doneAt;

    /// <summary>Waits for the end, whichever it is; returns the fault if it is one.</summary>
    public async Task<Exception?> WaitAsync(CancellationToken stop)
    {
        var stopped = Task.Delay(Timeout.Infinite, stop);
        while (true)
        {
            var ends = new List<Task> { stopped, fault };
            if (rules.Once)
            {
                ends.AddRange([drained, Task.Delay(TimeSpan.FromSeconds(1), clock, stop)]);
            }
            var end = await Task.WhenAny(ends);
            if (end == fault)
            {
                return fault.Result;
            }
            if (end == stopped || end == drained || rests.WhyNone() is not null)
            {
                return end == stopped ? null : rests.WhyNone();
            }
            // A bucket may have failed for so long that it is waited for no more.
            turn();
            if (lane.FailingSince is { } since && clock.GetElapsedTime(since) > rules.Patience)
            {
                return new TimeoutException($"the endpoint has failed for {Shown.Time(clock.GetElapsedTime(since))}: what is left stays on disk and is taken up by the next run");
            }
            if (WhyGoneOn() is { } silent)
            {
                return silent;
            }
        }
    }

    /// <summary>With --once: why the run ends although files are left, where only those of a volume that does not answer are.</summary>
    TimeoutException? WhyGoneOn()
    {
        var now = tally.Found + tally.Uploaded + tally.Deleted;
        if (now != done)
        {
            (done, doneAt) = (now, clock.GetTimestamp());
        }
        return volumes.LongestSilent is var (root, silent) && silent > rules.Patience && clock.GetElapsedTime(doneAt) > Volumes.Said
            ? new($"{Shown.Name(root.Path)} has not answered for {Shown.Time(silent)}: what is left there is taken up by the next run")
            : null;
    }

    /// <summary>
    /// Lets what is in flight finish within four fifths of the grace period, then cuts it off; the rest is for the aborting of multipart uploads.
    /// Who has not ended by then, or hangs in a disk, is left behind: what it still reports is dropped, and its rows stay pending.
    /// </summary>
    public async Task FinishAsync(Func<Task[]> workers, CancellationTokenSource abandoning)
    {
        await EndAsync(workers, rules.Grace * 0.8);
        await abandoning.CancelAsync();
        await EndAsync(workers, TimeSpan.FromTicks(Math.Max((rules.Grace * 0.2).Ticks, LeastToAbort.Ticks)));
    }

    async Task EndAsync(Func<Task[]> workers, TimeSpan limit)
    {
        var over = Task.Delay(limit, clock);
        Task all;
        do
        {
            all = Task.WhenAll(workers());
            await Task.WhenAny(all, over, Task.Delay(TimeSpan.FromMilliseconds(100)));
        }
        while (!all.IsCompleted && !over.IsCompleted && workers().Count(worker => !worker.IsCompleted) > volumes.Stuck);
    }
}
