using System;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>What to report of an uploaded file that is not deleted, as the disk or a guard has it. Any thread.</summary>
sealed class DeletionReports(IDisk disk, DeleteGuard guard, RootGuard places, VolumeFaults volumes)
{
    /// <summary>What to report while deletion is suspended, of this file's directory or of all; null while it is not.</summary>
    /// <param name="acts">True for who deletes it at once where it may.</param>
    public Report? WhyHeld(Job job, bool acts = false) =>
        guard.Hold() is var (why, turn) ? Held(job, why, turn)
        : places.WhyNot(job.Root.Index) is { } elsewhere ? Held(job, elsewhere, DeleteGuard.Turn)
        : volumes.WhyNot(job.Root.Index, deleting: true, VolumeOf(job), acts) is { } fails ? Held(job, fails, VolumeFaults.Turn)
        : null;

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
            volumes.Worked(job.Root, job.Path, deleting: true, VolumeOf(job));
        }
        else if (volumes.Met(job.Root, job.Path, result.Error, deleting: true, VolumeOf(job)) is { } fails)
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
