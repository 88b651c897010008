using System;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>How a run ended.</summary>
/// <param name="Fault">Why it could not go on; null if it was stopped or drained.</param>
/// <param name="Parked">Files that failed for reasons of their own and are still here.</param>
/// <param name="Pending">Rows not finished, parked ones included.</param>
readonly record struct RunResult(Exception? Fault, long Parked, long Pending)
{
    /// <summary>Directories, or whole roots, that could not be looked into when last tried; what is in them is still there.</summary>
    public int Unseen { get; init; }

    /// <summary>True if not even the ledger's thread has ended: its disk does not answer, and nothing may touch the ledger any more.</summary>
    public bool IsLedgerStuck { get; init; }

    /// <summary>Unfinished files that came too late to be a part of a run with --once: the next run's, and not among the pending.</summary>
    public long Later { get; init; }

    /// <summary>Counts what the ledger still has to do, when its thread has ended. Late files are not this run's: see <see cref="Latecomers"/>.</summary>
    /// <param name="failure">Why the run could not go on. Of a ledger that failed nothing is counted.</param>
    public static RunResult Of(PipelineRules rules, Ledger ledger, LedgerBook book, Exception? failure)
    {
        if (failure is LedgerException)
        {
            return new(failure, 0, 0);
        }
        // What is kept is as it should be.
        var withDeletes = !rules.Keep && !rules.KeepsForAWhile;
        var late = book.CountLate();
        var (pending, parked) = (-late.Pending - (withDeletes ? late.ToDelete : 0), -late.Parked);
        foreach (var root in rules.Roots)
        {
            var counts = ledger.Count(ledger.RootId(root.Path));
            pending += counts.Pending + (withDeletes ? counts.ToDelete : 0);
            parked += counts.Parked;
        }
        return new(failure ?? book.Lost.Fault(), parked, pending) { Later = late.Pending + late.ToDelete };
    }
}
