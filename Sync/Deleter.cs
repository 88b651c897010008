using System;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Deletes files whose upload is committed (invariant 1), each only if it is still the very one that was uploaded (invariant 4).
/// One loop; it takes jobs from the ledger's thread and reports each once.
/// </summary>
sealed class Deleter(Window window, IDisk disk, Reprover reprover, DeleteGuard guard, RootGuard places, Recheck? recheck, Sentinels sentinels, FreeSpace? space, Inbox inbox)
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
        var report = await WhyNotAsync(job, stop) ?? ReportOf(job, await RemoveAsync(job, stop));
        job.Release();
        if (report.Happening is Happening.Removed or Happening.Gone)
        {
            sentinels.Remove(job, isFresh: true);
        }
        inbox.PostResult(report);
    }

    /// <summary>What to report instead of deleting the file; null where it is to be deleted.</summary>
    async ValueTask<Report?> WhyNotAsync(Job job, CancellationToken stop)
    {
        if (guard.Hold() is var (why, turn))
        {
            return Held(job, why, turn);
        }
        return places.WhyNot(job.Root.Index) is { } elsewhere ? Held(job, elsewhere, DeleteGuard.Turn)
            : recheck is null ? null : await recheck.WhyNotAsync(job, stop);
    }

    static Report Held(Job job, string why, TimeSpan turn) =>
        new(Happening.Unsettled, job.Root, job.Path, job) { Stamp = job.Stamp, Error = $"it is in the bucket and stays here for now: {why}", Delay = turn, IsHeldBack = true };

    async ValueTask<AccessResult> RemoveAsync(Job job, CancellationToken stop)
    {
        FailPoint.Reach("delete.begun");
        var result = disk.Delete(job.FullPath, job.Stamp, job.Source, job.Source is { } source ? source.Volume : job.Volume);
        FailPoint.Reach("delete.done");
        if (result.Access == Access.Different && await reprover.SameContentAsync(job, stop) is { } stamp)
        {
            result = disk.Delete(job.FullPath, stamp, null);
        }
        if (result.Access == Access.Missing && disk.Look(job.Root.Path, out _).Access == Access.Missing)
        {
            // Not the file is gone but the whole directory, which may come back with it.
            result = new(Access.Failed, result.Error);
        }
        if (result.Ok)
        {
            guard.Deleted();
            space?.Look(job.Root);
        }
        return result;
    }

    Report ReportOf(Job job, AccessResult result)
    {
        // Of another directory's files nothing follows for ours.
        if (result.Access is Access.Missing or Access.Different && places.WhyNot(job.Root.Index, afresh: true) is { } elsewhere)
        {
            return Held(job, elsewhere, DeleteGuard.Turn);
        }
        var (happening, error) = result.Access switch
        {
            Access.Ok => (Happening.Removed, null),
            Access.Missing => (Happening.Gone, null),
            Access.Different or Access.NotRegular => (Happening.Different, (string?)"it changed after it was uploaded"),
            Access.Busy => (Happening.Unsettled, "somebody has it open: it is in the bucket and will be deleted later"),
            Access.Denied => (Happening.Failed, $"it is in the bucket, but there is no permission to delete it (system error {result.Error})"),
            _ => (Happening.Failed, $"it is in the bucket, but cannot be deleted (system error {result.Error})"),
        };
        return new(happening, job.Root, job.Path, job) { Stamp = job.Stamp, Error = error };
    }
}
