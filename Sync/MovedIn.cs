using System.Collections.Generic;

namespace S3Sync.Sync;

/// <summary>
/// The files that were renamed into place and wait for their turn, which the ledger does not record: after a restart
/// they wait like files that a scan found. Bounded; what there is no room for waits so too. Belongs to the ledger's thread.
/// </summary>
sealed class MovedIn
{
    /// <summary>As many as may settle at the same time; some 20 MB.</summary>
    const int Most = 100_000;

    readonly HashSet<(int Root, string Path)> files = [];

    /// <summary>Notes what the kernel told last of a file to be uploaded; what a scan saw changes nothing. Returns the duty.</summary>
    public Duty Note(in Report report, Duty duty)
    {
        if (duty == Duty.Upload)
        {
            Note(report);
        }
        return duty;
    }

    /// <summary>The same of a file that is in flight.</summary>
    public void Note(in Report report)
    {
        if (report.Sign == Sign.Moved && files.Count < Most)
        {
            files.Add((report.Root.Index, report.Path));
        }
        else if (report.By == FoundBy.Notification)
        {
            Take(report.Root, report.Path);
        }
    }

    /// <summary>True if the file was renamed into place and nothing was seen of it since; forgets it.</summary>
    public bool Take(Root root, string path) => files.Count > 0 && files.Remove((root.Index, path));

    /// <summary>
    /// Decides what an attempt's end means: a file that waits for another one stays renamed into place.
    /// True if it was renamed during the attempt: then its next one is due now.
    /// </summary>
    public bool Keep(Job job, Duty duty)
    {
        var meanwhile = Take(job.Root, job.Path);
        var isWaiting = job.Stage == Stage.Pending && (duty is Duty.Wait or Duty.Retry or Duty.Park);
        if (isWaiting && (meanwhile || job.Moved))
        {
            Note(Report(job));
        }
        return isWaiting && meanwhile;
    }

    /// <summary>What the kernel told of a file that was renamed into place.</summary>
    public static Report Report(Job job) =>
        new(Happening.Found, job.Root, job.Path) { By = FoundBy.Notification, Sign = Sign.Moved };
}
