using System;
using System.Collections.Generic;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Hands jobs to the stage that does what they need next, once the commit that made it safe is done. Belongs to the ledger's thread.
/// </summary>
/// <param name="uploads">Files to upload.</param>
/// <param name="confirms">Uploaded files whose object the bucket is asked for.</param>
/// <param name="deletes">Files to delete, and names to look for, by volume.</param>
/// <param name="volumeOf">The volume of a root.</param>
sealed class Dispatch(Window uploads, Window confirms, IReadOnlyList<Window> deletes, Func<int, int> volumeOf, TimeProvider clock)
{
    // Several windows full: deletions that found theirs full while the disk was slow.
    const int MostProofs = 8192;

    readonly List<Job> chosen = [];

    /// <summary>With one volume.</summary>
    public Dispatch(Window uploads, Window confirms, Window deletes, TimeProvider clock) : this(uploads, confirms, [deletes], _ => 0, clock)
    {
    }

    public Window Uploads => uploads;

    /// <summary>The window of files of a root to delete.</summary>
    public Window Deletes(int root) => deletes[volumeOf(root)];

    /// <summary>Uploaded files that were handed out, of a root's volume or to be confirmed.</summary>
    public int UploadedInFlight(int root) => confirms.InFlight + Deletes(root).InFlight;

    /// <summary>How many uploaded files of a root may be handed out, whatever they need.</summary>
    public int UploadedSpace(int root) => Math.Min(confirms.Space, Deletes(root).Space);

    /// <summary>
    /// How many more uploads of a root may begin. None while as many wait for their deletion as may: uploads that outran the deletions would have every file
    /// opened twice, and keep the disk as full as it is.
    /// </summary>
    public int UploadSpace(int root, bool keep) => keep ? uploads.Space : Math.Min(uploads.Space, Deletes(root).Space);

    /// <summary>Proofs of files whose deletion waits in the ledger.</summary>
    public RecentProofs Proofs { get; } = new(MostProofs, clock);

    /// <summary>As <see cref="Window.Share"/>, for uploaded files.</summary>
    public int UploadedShare(int root, int roots) => Math.Min(confirms.Share(roots), Deletes(root).Share(roots));

    /// <summary>The window of what a job needs next. Only a fresh proof of the right address leads to the deletion (invariant 9).</summary>
    public Window Next(Job job) => job.Stage switch
    {
        Stage.Pending => uploads,
        Stage.Uploaded when !job.Proof.IsFresh(clock) || (job.IsElsewhere && job.Code != FailureCode.Released) => confirms,
        _ => Deletes(job.Root.Index),
    };

    /// <summary>Takes the place of a job in that window, for <see cref="HandOut"/>.</summary>
    public void Choose(Window window, Job job)
    {
        window.Reserve();
        job.In = window;
        chosen.Add(job);
    }

    /// <summary>Has a job's file closed, by who deletes on its volume: that may take long as well (invariant 5).</summary>
    public void LetGo(Job job)
    {
        if (job.Source is not null)
        {
            job.IsOver = true;
            Deletes(job.Root.Index).HandOut(job);
        }
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
