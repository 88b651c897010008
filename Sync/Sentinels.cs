using Microsoft.Extensions.Logging;

namespace S3Sync.Sync;

/// <summary>
/// Removes the sentinel of a file that was deleted. It was never uploaded, so only one with nothing in it may go: an empty regular file, as it is at the very
/// deletion; any other is left. Any thread.
/// </summary>
/// <remarks>
/// The order is: the file is recorded as uploaded, is deleted, its sentinel is deleted, the deletion is recorded. Cut off after the file and before the sentinel, the ledger has
/// the file as uploaded; the next run finds it gone and comes here again. Cut off later, or where the sentinel could not be deleted, the ledger has it as deleted: a scan
/// that sees a sentinel without its file asks (<see cref="Report.OnlyKnown"/>), and for such a row, and no other, comes here. A sentinel that is there before its file
/// is of a name that the ledger does not know, and stays.
/// </remarks>
/// <param name="keep">True to delete nothing.</param>
sealed class Sentinels(IDisk disk, bool keep, ILogger log)
{
    /// <summary>Removes the sentinel of a file that is gone from here and in the bucket, if it has one.</summary>
    /// <param name="isFresh">True if the file went just now; then what is left is said.</param>
    public void Remove(Job job, bool isFresh)
    {
        if (keep || job.Root.Filter.Sentinel is not { } suffix)
        {
            return;
        }
        var path = job.FullPath + suffix;
        var looked = disk.Look(path, out var stamp);
        // Compared once more at the deletion, with the handle open: what is written meanwhile keeps it.
        var result = looked.Ok && stamp.Size == 0 ? disk.Delete(path, stamp, null) : looked;
        if (isFresh && result.Access != Access.Missing && (!result.Ok || stamp.Size > 0))
        {
            log.SentinelStays(Shown.Name(path), stamp.Size > 0 ? "it is not empty, and is not in the bucket" : $"it cannot be deleted: {result.Why}");
        }
    }
}
