using System;
using System.Collections.Generic;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Hands jobs to the stage that does what they need next, once the commit that made it safe is done. Belongs to the ledger's thread.
/// </summary>
/// <param name="uploads">Files to upload.</param>
/// <param name="confirms">Uploaded files whose object the bucket is asked for.</param>
/// <param name="deletes">Files to delete, and names to look for.</param>
sealed class Dispatch(Window uploads, Window confirms, Window deletes, TimeProvider clock)
{
    // Several windows full: deletions that found theirs full while the disk was slow.
    const int MostProofs = 8192;

    readonly List<Job> chosen = [];

    public Window Uploads => uploads;

    public Window Deletes => deletes;

    /// <summary>Uploaded files that were handed out.</summary>
    public int UploadedInFlight => confirms.InFlight + deletes.InFlight;

    /// <summary>How many uploaded files may be handed out, whatever they need.</summary>
    public int UploadedSpace => Math.Min(confirms.Space, deletes.Space);

    /// <summary>Proofs of files whose deletion waits in the ledger.</summary>
    public RecentProofs Proofs { get; } = new(MostProofs, clock);

    /// <summary>As <see cref="Window.Share"/>, for uploaded files.</summary>
    public int UploadedShare(int roots) => Math.Min(confirms.Share(roots), deletes.Share(roots));

    /// <summary>The window of what a job needs next. Only a fresh proof of the right address leads to the deletion (invariant 9).</summary>
    public Window Next(Job job) => job.Stage switch
    {
        Stage.Pending => uploads,
        Stage.Uploaded when !job.Proof.IsFresh(clock) || (job.IsElsewhere && job.Code != FailureCode.Released) => confirms,
        _ => deletes,
    };

    /// <summary>Takes the place of a job in that window, for <see cref="HandOut"/>.</summary>
    public void Choose(Window window, Job job)
    {
        window.Reserve();
        job.In = window;
        chosen.Add(job);
    }

    /// <summary>Hands out what was chosen: what that rests on is committed.</summary>
    public void HandOut()
    {
        foreach (var job in chosen)
        {
            job.In!.HandOut(job);
        }
        chosen.Clear();
    }
}
