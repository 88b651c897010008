using System;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Deletes files whose upload is committed (invariant 1), each only if it is still the very one that was uploaded (invariant 4).
/// One loop; it takes jobs from the ledger's thread and reports each once.
/// </summary>
sealed class Deleter(Window window, IDisk disk, Reprover reprover, DeleteGuard guard, RootGuard places, DeletionReports reports, Sentinels sentinels, FreeSpace? space, Inbox inbox, TimeProvider clock)
{
    /// <summary>Runs until <paramref name="stop"/>; rows not deleted by then stay due and are resumed.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await foreach (var job in window.TakeAsync(stop))
            {
                await DeleteAsync(job, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    async Task DeleteAsync(Job job, CancellationToken stop)
    {
        if (job.Stage == Stage.Deleted)
        {
            // Only a look: is there a file of this name again?
            var there = disk.Look(job.FullPath, out _).Ok;
            if (!there && !guard.IsStopped && places.WhyNot(job.Root.Index, afresh: true) is null)
            {
                sentinels.Remove(job, isFresh: false);
            }
            inbox.PostResult(new(there ? Happening.Different : Happening.Gone, job.Root, job.Path, job));
            return;
        }
        var report = WhyNot(job) ?? reports.Of(job, await RemoveAsync(job, stop));
        job.Release();
        if (report.Happening is Happening.Removed or Happening.Gone)
        {
            sentinels.Remove(job, isFresh: true);
        }
        inbox.PostResult(report);
    }

    /// <summary>What to report instead of deleting the file; null where it is to be deleted.</summary>
    Report? WhyNot(Job job) =>
        reports.WhyHeld(job, acts: true) is { } held ? held
        // The disk was slow, or the machine slept; or others made the room that was needed.
        : job.Proof.IsFresh(clock) && space?.IsLow(job.Root.Index) != false ? null
        : new Report(Happening.Postponed, job.Root, job.Path, job) { Stamp = job.Stamp };

    async ValueTask<AccessResult> RemoveAsync(Job job, CancellationToken stop)
    {
        FailPoint.Reach("delete.begun");
        var result = disk.Delete(job.FullPath, job.Stamp, job.Source, job.Source is { } source ? source.Volume : job.Volume);
        FailPoint.Reach("delete.done");
        if (result.Access == Access.Different && await reprover.SameContentAsync(job, stop) is { } stamp)
        {
            result = disk.Delete(job.FullPath, stamp, null);
        }
        if (result.Ok)
        {
            guard.Deleted();
            space?.Look(job.Root);
        }
        return result;
    }
}
