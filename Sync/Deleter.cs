using System;
using System.Threading;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Deletes files of one volume whose upload is committed (invariant 1), each only if it is still the very one that was uploaded (invariant 4). Takes jobs from the
/// ledger's thread and reports each once. The first thread takes them as they come; the others help while more wait than it gets through. Where one may be
/// enough, as with <paramref name="space"/>, it is alone.
/// </summary>
sealed class Deleter(Window window, IDisk disk, Reprover reprover, DeleteGuard guard, RootGuard places, DeletionReports reports, Sentinels sentinels, FreeSpace? space, Inbox inbox, Volumes volumes, TimeProvider clock)
{
    /// <summary>Threads of one volume at most.</summary>
    public const int Threads = 4;

    /// <summary>So many wait before another thread is woken: with less the first one is through before that is awake.</summary>
    const int ToHelp = 8;

    readonly SemaphoreSlim help = new(0);
    int helping;

    /// <summary>Takes jobs until <paramref name="stop"/>; rows not deleted by then stay due and are resumed.</summary>
    public void Run(CancellationToken stop)
    {
        var worker = volumes.Add(isAwaited: true);
        while (window.Take(stop) is { } job)
        {
            if (space is null && helping < Threads - 1 && window.Waiting >= ToHelp * (helping + 1))
            {
                Interlocked.Increment(ref helping);
                help.Release();
            }
            Delete(job, worker, stop);
        }
        volumes.Remove(worker);
    }

    /// <summary>Helps until <paramref name="stop"/>.</summary>
    public void Help(CancellationToken stop)
    {
        var worker = volumes.Add(isAwaited: true);
        try
        {
            while (true)
            {
                help.Wait(stop);
                while (!stop.IsCancellationRequested && window.Jobs.TryRead(out var job))
                {
                    Delete(job, worker, stop);
                }
                Interlocked.Decrement(ref helping);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            volumes.Remove(worker);
        }
    }

    void Delete(Job job, DiskWorker worker, CancellationToken stop)
    {
        job.Worker = worker;
        if (job.IsOver)
        {
            using var call = job.Call();
            job.Release();
            return;
        }
        if (job.Stage == Stage.Deleted)
        {
            inbox.PostResult(Look(job));
            return;
        }
        Report? report;
        using (job.Call())
        {
            report = TryDelete(job, job.Stamp);
        }
        // With the run its row stays due.
        if ((report ?? DeleteIfSame(job, stop)) is { } some)
        {
            inbox.PostResult(some);
        }
    }

    /// <summary>Only a look: is there a file of this name again?</summary>
    Report Look(Job job)
    {
        using var call = job.Call();
        var there = disk.Look(job.FullPath, out _).Ok;
        if (!there && !guard.IsStopped && places.WhyNot(job.Root.Index, afresh: true) is null)
        {
            sentinels.Remove(job, isFresh: false);
        }
        return new(there ? Happening.Different : Happening.Gone, job.Root, job.Path, job);
    }

    /// <summary>Deletes it if it may be; null where its stamp is another one, which only reading it can explain.</summary>
    Report? TryDelete(Job job, in Stamp stamp)
    {
        if (WhyNot(job) is { } held)
        {
            job.Release();
            return held;
        }
        FailPoint.Reach("delete.begun");
        var result = disk.Delete(job.FullPath, stamp, job.Source, job.Source is { } source ? source.Volume : job.Volume);
        FailPoint.Reach("delete.done");
        return result.Access == Access.Different ? null : End(job, result);
    }

    /// <summary>Deletes a file that was touched if reading it shows that it has the same bytes; null where the run ends meanwhile.</summary>
    Report? DeleteIfSame(Job job, CancellationToken stop)
    {
        try
        {
            var same = reprover.SameContentAsync(job, stop).GetAwaiter().GetResult();
            using var call = job.Call();
            return End(job, same is { } stamp ? disk.Delete(job.FullPath, stamp, null) : new(Access.Different));
        }
        catch (VolumeSilentException)
        {
            guard.NotDeleted();
            job.Release();
            return new(Happening.Unsettled, job.Root, job.Path, job) { IsTurnedAway = true };
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            job.Release();
            return null;
        }
    }

    Report End(Job job, AccessResult result)
    {
        if (result.Ok)
        {
            space?.Look(job.Root);
        }
        else
        {
            guard.NotDeleted();
        }
        var report = reports.Of(job, result);
        job.Release();
        if (report.Happening is Happening.Removed or Happening.Gone)
        {
            sentinels.Remove(job, isFresh: true);
        }
        return report;
    }

    /// <summary>What to report instead of deleting the file; null where it is to be deleted, and is counted.</summary>
    Report? WhyNot(Job job) =>
        // The disk was slow, or the machine slept; or others made the room that was needed.
        !job.Proof.IsFresh(clock) || space?.IsLow(job.Root.Index) == false
            ? reports.WhyHeld(job) ?? new Report(Happening.Postponed, job.Root, job.Path, job) { Stamp = job.Stamp }
            : reports.WhyHeld(job, isDeletion: true);
}
