using System;
using System.Collections.Generic;
using System.Threading;

namespace S3Sync.Sync;

/// <summary>
/// The unfinished files that came after the first scans of a run with --once had ended (<see cref="Work.IsClosed"/>). They are
/// uploaded beside the others and keep the run from nothing. Belongs to the ledger's thread.
/// </summary>
sealed class Latecomers(TimeProvider clock)
{
    /// <summary>More wait for the next run unrecorded: its scan finds them.</summary>
    public const int Most = 10_000;

    // So often at most the ledger is asked, for a look steps over all of these.
    static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    readonly HashSet<(int Root, string Path)> files = [];
    long looked;
    bool held;
    // How many jobs of these are in flight.
    int inFlight;

    /// <summary>Those that are not finished.</summary>
    public IReadOnlyCollection<(int Root, string Path)> Files => files;

    public bool IsFull => files.Count >= Most;

    /// <summary>How long until the ledger is to be asked again; infinite if what was answered last still holds.</summary>
    public TimeSpan Wait => held && files.Count > 0 ? Pace : Timeout.InfiniteTimeSpan;

    public void Add(int root, string path) => files.Add((root, path));

    public bool Has(int root, string path) => files.Count > 0 && files.Contains((root, path));

    /// <summary>A job is in flight now.</summary>
    public void Entered(Job job) => inFlight += job.IsLate ? 1 : 0;

    /// <summary>A job is no longer in flight, and perhaps nothing is left to do for its file.</summary>
    public void Left(Job job, bool isFinished)
    {
        inFlight -= job.IsLate ? 1 : 0;
        if (job.IsLate && isFinished)
        {
            files.Remove((job.Root.Index, job.Path));
        }
    }

    /// <summary>True if anything else is to be done than these.</summary>
    /// <param name="all">How many jobs are in flight in all.</param>
    /// <param name="hasActive">Whether the ledger has active rows that are none of these.</param>
    public bool AreNotAll(int all, Func<bool> hasActive)
    {
        if (all > inFlight)
        {
            return true;
        }
        if (held && files.Count > 0 && clock.GetElapsedTime(looked) < Pace)
        {
            return true;
        }
        looked = clock.GetTimestamp();
        return held = hasActive();
    }
}
