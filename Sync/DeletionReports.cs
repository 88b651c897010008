using System;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>What to report of an uploaded file that is not deleted, as the disk or a guard has it. Any thread.</summary>
sealed class DeletionReports(IDisk disk, DeleteGuard guard, RootGuard places, VolumeFaults faults)
{
    /// <summary>What to report while deletion is suspended, of this file's directory or of all; null while it is not.</summary>
    /// <param name="isDeletion">True if it is deleted at once: then it is counted, until <see cref="DeleteGuard.NotDeleted"/>.</param>
    public Report? WhyHeld(Job job, bool isDeletion = false)
    {
        if (guard.Hold(isDeletion) is var (why, turn))
        {
            return Held(job, why, turn);
        }
        var held = places.WhyNot(job.Root.Index) is { } elsewhere ? Held(job, elsewhere, DeleteGuard.Turn)
            : faults.WhyNot(job.Root.Index, deleting: true, VolumeOf(job), acts: isDeletion) is { } fails ? Held(job, fails, VolumeFaults.Turn)
            : default(Report?);
        if (isDeletion && held is not null)
        {
            guard.NotDeleted();
        }
        return held;
    }

    static ulong VolumeOf(Job job) => job.Source?.Volume ?? job.Volume;

    static Report Held(Job job, string why, TimeSpan turn) => new(Happening.Unsettled, job.Root, job.Path, job)
    {
        Stamp = job.Stamp,
        Error = $"it is in the bucket and stays here for now: {why}",
        Delay = turn,
        IsHeldBack = true,
    };

    /// <summary>How an attempt to look at the file, or to delete it, ended.</summary>
    public Report Of(Job job, AccessResult result)
    {
        // Of another directory's files nothing follows for ours.
        if (result.Access is Access.Missing or Access.Different && places.WhyNot(job.Root.Index, afresh: true) is { } elsewhere)
        {
            return Held(job, elsewhere, DeleteGuard.Turn);
        }
        if (result.Access == Access.Missing && disk.Look(job.Root.Path, out _).Access == Access.Missing)
        {
            // Not the file is gone but the whole directory, which may come back with it.
            result = new(Access.Failed, result.Error);
        }
        if (result.Ok)
        {
            faults.Worked(job.Root, job.Path, deleting: true, VolumeOf(job));
        }
        else if (faults.Met(job.Root, job.Path, result.Error, deleting: true, VolumeOf(job)) is { } fails)
        {
            return Held(job, fails, VolumeFaults.Turn);
        }
        var (happening, error) = result.Access switch
        {
            Access.Ok => (Happening.Removed, null),
            Access.Missing => (Happening.Gone, null),
            Access.Different or Access.NotRegular => (Happening.Different, (string?)"it changed after it was uploaded"),
            Access.Busy => (Happening.Unsettled, "somebody has it open: it is in the bucket and will be deleted later"),
            Access.Denied => (Happening.Failed, "it is in the bucket, but " + Platform.Explain(result.Error).As("there is no permission to delete it")),
            _ => (Happening.Failed, $"it is in the bucket, but cannot be deleted: {result.Why}"),
        };
        return new(happening, job.Root, job.Path, job) { Stamp = job.Stamp, Error = error, Code = happening == Happening.Failed ? FailureCode.NotDeletable : FailureCode.None };
    }
}
