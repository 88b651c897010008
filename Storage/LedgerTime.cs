using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>What the ledger does with its dates when the clock was set. Times in milliseconds since 1970 UTC.</summary>
sealed partial class Ledger
{
    /// <summary>
    /// The clock was set while a run is under way: what waits goes on to wait as long as it still had to, what is due stays due and
    /// in its order, and no date lies ahead. Within a transaction.
    /// </summary>
    /// <param name="kept">
    /// Files are kept for a time after their upload: the date of that moves as well, so that the next start plans the same.
    /// </param>
    public void Shift(int root, in ClockStep step, bool kept)
    {
        // What was due before both is due now as well, and may be millions.
        const string shift = "SET due = max(0, due + ?3), found = min(found, ?4)";
        const string shifted = "WHERE root = ?1 AND due IS NOT NULL AND due > min(?2, ?4)";
        const string uploaded = "iif(?5 AND attempts = 0 AND waits = 0, max(0, uploaded + ?3), min(uploaded, ?4))";
        using var uploads = new Statement(database, $"UPDATE file INDEXED BY to_upload {shift} {shifted} AND uploaded IS NULL");
        uploads.Bind(1, root).Bind(2, step.From).Bind(3, step.By).Bind(4, step.To).Run();
        using var deletes = new Statement(database,
            $"UPDATE file INDEXED BY to_delete {shift}, uploaded = {uploaded} {shifted} AND uploaded IS NOT NULL");
        deletes.Bind(1, root).Bind(2, step.From).Bind(3, step.By).Bind(4, step.To).Bind(5, kept ? 1 : 0).Run();
    }

    /// <summary>The latest date of an upload from a root; 0 if there is none. Looks at all its rows.</summary>
    public long LatestUpload(int root)
    {
        using var statement = new Statement(database, "SELECT max(uploaded) FROM file WHERE root = ?1");
        return First(statement.Bind(1, root));
    }

    /// <summary>Dates of unfinished files that lie ahead count as now: the clock was set back since. Within a transaction.</summary>
    public void EndFuture(int root, long now)
    {
        // Whatever was found or uploaded later than now has its turn later still, so that only those need be looked at.
        using var uploads = new Statement(database,
            "UPDATE file INDEXED BY to_upload SET found = ?2 WHERE root = ?1 AND uploaded IS NULL AND due IS NOT NULL AND due > ?2 AND found > ?2");
        uploads.Bind(1, root).Bind(2, now).Run();
        using var deletes = new Statement(database, """
            UPDATE file INDEXED BY to_delete SET found = min(found, ?2), uploaded = min(uploaded, ?2)
            WHERE root = ?1 AND uploaded IS NOT NULL AND due IS NOT NULL AND due > ?2 AND (uploaded > ?2 OR found > ?2)
            """);
        deletes.Bind(1, root).Bind(2, now).Run();
    }

    /// <summary>
    /// Gives every row its turn now that would wait longer than any row of its kind is ever planned to: the clock was set back since.
    /// A file that settles has to do so from the beginning. For the start of a run; within a transaction.
    /// </summary>
    /// <param name="keptFor">How long files stay after their upload: nothing is due before that.</param>
    public void BringNear(int root, long keptFor, long now)
    {
        const string longest = "?2 + iif(parked IS NOT NULL OR attempts >= ?5, ?4, iif(attempts > 0 OR waits > 0, ?3, 0))";
        using var uploads = new Statement(database, $"""
            UPDATE file INDEXED BY to_upload SET due = ?2, file_id = NULL, size = NULL, modified = NULL, changed = NULL
            WHERE root = ?1 AND uploaded IS NULL AND due IS NOT NULL AND due > ?2 AND due > {longest}
            """);
        Bind(uploads).Run();
        using var deletes = new Statement(database, $"""
            UPDATE file INDEXED BY to_delete SET due = max(?2, uploaded + ?6)
            WHERE root = ?1 AND uploaded IS NOT NULL AND due IS NOT NULL AND due > ?2 AND due > max({longest}, uploaded + ?6)
            """);
        Bind(deletes).Bind(6, keptFor).Run();

        Statement Bind(Statement statement) => statement.Bind(1, root).Bind(2, now)
            .Bind(3, (long)Retry.LongestUnparked.TotalMilliseconds).Bind(4, (long)Retry.Longest.TotalMilliseconds).Bind(5, Retry.ParkAfter);
    }
}
