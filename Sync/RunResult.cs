using System;

namespace S3Sync.Sync;

/// <summary>How a run ended.</summary>
/// <param name="Fault">Why it could not go on; null if it was stopped or drained.</param>
/// <param name="Parked">Files that failed for reasons of their own and are still here.</param>
/// <param name="Pending">Rows not finished, parked ones included.</param>
readonly record struct RunResult(Exception? Fault, long Parked, long Pending)
{
    /// <summary>Directories, or whole roots, that could not be looked into when last tried; what is in them is still there.</summary>
    public int Unseen { get; init; }

    /// <summary>Unfinished files that came too late to be a part of a run with --once: the next run's, and not among the pending.</summary>
    public long Later { get; init; }
}
