using System.Collections.Generic;
using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>What the ledger records, and changes, for the sake of a person who looks after it.</summary>
sealed partial class Ledger
{
    /// <summary>Remembers a failed attempt for who asks what went wrong last, and with this file. The row is for <see cref="SetRetry"/>.</summary>
    public void NoteFailure(int root, string path, in LedgerAttempt attempt)
    {
        var sum = counters.At(root, attempt.Time);
        (sum.Failed, sum.LatestFailure, sum.Path, sum.Error) = (sum.Failed + 1, attempt.Time, path, attempt.Error);
        attempts.Add(root, path, attempt);
    }

    /// <summary>Remembers an attempt that failed for no reason of the file's own.</summary>
    public void NoteAttempt(int root, string path, in LedgerAttempt attempt) => attempts.Add(root, path, attempt);

    /// <summary>
    /// Forgets a file that was found and not uploaded, as it is not wanted any more; a row at any other stage stays. In the sums it has vanished,
    /// so that what was found is still what was uploaded, has vanished or waits. Within a transaction.
    /// </summary>
    public void RemovePending(int root, string path, long time)
    {
        using var statement = new Statement(database, "DELETE FROM file WHERE root = ?1 AND path = ?2 AND uploaded IS NULL AND deleted IS NULL");
        counters.At(root, time).Vanished += statement.Bind(1, root).Bind(2, path).Run();
        attempts.Forget(root, path);
    }

    /// <summary>Notifications of a root were lost so many times more.</summary>
    public void AddOverflows(int root, long time, long count) => counters.At(root, time).Overflows += count;

    /// <summary>
    /// Plans the deletion of files whose first attempt is still to come by how long files are kept now, which may be other than when they were uploaded.
    /// </summary>
    /// <param name="keptFor">Milliseconds after the upload.</param>
    public void Replan(int root, long keptFor, long now)
    {
        // Where nothing is kept only what lies ahead can be wrong: the others are in their millions, perhaps.
        using var statement = new Statement(database, """
            UPDATE file INDEXED BY to_delete SET due = uploaded + ?2 WHERE root = ?1 AND uploaded IS NOT NULL AND due IS NOT NULL
                AND due > ?3 AND attempts = 0 AND waits = 0 AND due <> uploaded + ?2
            """);
        statement.Bind(1, root).Bind(2, keptFor).Bind(3, keptFor == 0 ? now : long.MinValue).Run();
    }

    /// <summary>Gives what was held back with all its directory its turn now, what it waited for may have come while nobody ran.</summary>
    /// <param name="waits">How often something that is held back counts as having waited.</param>
    public void Hurry(int root, int waits, long now)
    {
        // Only what lies ahead is looked at: what is due already may be a million files.
        using var statement = new Statement(database, """
            UPDATE file INDEXED BY to_upload SET due = ?3 WHERE root = ?1 AND uploaded IS NULL AND due IS NOT NULL AND due > ?3 AND waits >= ?2 AND parked IS NULL
            """);
        statement.Bind(1, root).Bind(2, waits).Bind(3, now).Run();
    }

    /// <summary>How many files were deleted here in an hour, which is counted since 1970 UTC, and the next one. What a clock says was later was not.</summary>
    public long DeletedSince(long hour)
    {
        using var statement = new Statement(database, "SELECT sum(deleted) FROM hour WHERE hour BETWEEN ?1 AND ?1 + 1");
        return First(statement.Bind(1, hour));
    }

    /// <summary>Records that a run begins, and by which process.</summary>
    public void RecordStart(in LedgerRun run)
    {
        using var statement = new Statement(database, "INSERT OR REPLACE INTO run (id, process, born, started, version) VALUES (1, ?1, ?2, ?3, ?4)");
        Begin();
        statement.Bind(1, run.Process).Bind(2, run.Born).Bind(3, run.Started).Bind(4, run.Version).Run();
        // Of the run before.
        Statement.Execute(database, $"DELETE FROM vital WHERE name NOT GLOB '{LedgerVitals.PlaceNames}*'; UPDATE latest SET uploading = 0, deleting = 0");
        Commit();
    }

    /// <summary>Records that it ended in order.</summary>
    public void RecordEnd(long time)
    {
        using var statement = new Statement(database, "UPDATE run SET ended = ?1");
        statement.Bind(1, time).Run();
    }

    /// <summary>The numbers of all roots, or of the one of that path.</summary>
    public List<int> RootIds(string? path)
    {
        using var statement = new Statement(database, "SELECT id FROM root WHERE ?1 IS NULL OR path = ?1");
        List<int> ids = [];
        for (statement.Bind(1, path); statement.Step();)
        {
            ids.Add((int)statement.Number(0));
        }
        return ids;
    }

    /// <summary>
    /// Gives an unfinished row its turn, as if it had never failed; an empty path means all parked ones, and all that could not be
    /// deleted. Returns how many.
    /// </summary>
    /// <param name="keptFor">How long files stay after their upload, which does not change: milliseconds.</param>
    /// <param name="latest">
    /// What could not be deleted is due by then: within a run the longest delay from now, so that a million files that are kept
    /// for a month are not looked at.
    /// </param>
    public int RetryNow(int root, string path, long time, long keptFor = 0, long latest = long.MaxValue)
    {
        const string retry = "due = iif(uploaded IS NULL, ?3, max(?3, min(uploaded, ?3) + ?4)), parked = NULL, attempts = 0, waits = 0";
        if (path.Length > 0)
        {
            using var one = new Statement(database, $"UPDATE file SET {retry} WHERE root = ?1 AND path = ?2 AND due IS NOT NULL");
            return one.Bind(1, root).Bind(2, path).Bind(3, time).Bind(4, keptFor).Run();
        }
        using var parked = new Statement(database,
            $"UPDATE file INDEXED BY parked SET {retry} WHERE root = ?1 AND parked IS NOT NULL AND due IS NOT NULL AND ?2 = ''");
        using var deletes = new Statement(database, $"""
            UPDATE file INDEXED BY to_delete SET {retry}
            WHERE root = ?1 AND uploaded IS NOT NULL AND due IS NOT NULL AND due > ?3 AND due <= ?2 AND (attempts > 0 OR waits > 0)
            """);
        return parked.Bind(1, root).Bind(2, "").Bind(3, time).Bind(4, keptFor).Run()
            + deletes.Bind(1, root).Bind(2, latest).Bind(3, time).Bind(4, keptFor).Run();
    }

    /// <summary>
    /// Records a file that is in the bucket since before this ledger: with the stamp of what is still here, and when to delete that, or as deleted at that time.
    /// </summary>
    public void Recover(int root, string path, in Recovered file, long now)
    {
        if (!Add(root, path, file.Uploaded, now))
        {
            return;
        }
        // Not as an upload of now: how long it took another ledger to know of it is nobody's latency.
        WriteUploaded(root, path, file.Uploaded, file.IsHere ? file.DueAt : null, file.Stamp, file.Target, file.Receipt, file.OddKey);
        if (file.HasNoSize)
        {
            using var statement = new Statement(database, "UPDATE file SET size = NULL WHERE root = ?1 AND path = ?2");
            statement.Bind(1, root).Bind(2, path).Run();
        }
        if (!file.IsHere)
        {
            SetDeleted(root, path, file.Deleted, null);
        }
        else if (file.IsReleased)
        {
            using var statement = new Statement(database, $"UPDATE file SET code = {(int)FailureCode.Released} WHERE root = ?1 AND path = ?2");
            statement.Bind(1, root).Bind(2, path).Run();
        }
    }

    /// <summary>Makes what is said of the latest upload true where rows were not recorded in the order of their uploads.</summary>
    public void MendLatest()
    {
        using var statement = new Statement(database, "UPDATE latest SET uploaded = (SELECT max(file.uploaded) FROM file WHERE file.root = latest.root)");
        statement.Run();
    }
}

/// <summary>What is known of a file that was uploaded before the ledger was made. Times in milliseconds since 1970 UTC.</summary>
/// <param name="Deleted">Since when it is not here; meaningless where it is.</param>
/// <param name="DueAt">When to delete what is here; null to keep it.</param>
readonly record struct Recovered(bool IsHere, long Uploaded, long Deleted, long? DueAt, Stamp Stamp, int Target, Receipt Receipt)
{
    /// <summary>Its key, where that does not follow from prefix and path.</summary>
    public string? OddKey { get; init; }

    /// <summary>True if what is here may be deleted although the settings would put it elsewhere: see <see cref="FailureCode.Released"/>.</summary>
    public bool IsReleased { get; init; }

    /// <summary>True if the bucket does not tell its length: none is recorded, and none compared.</summary>
    public bool HasNoSize { get; init; }
}
