using System;
using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>What the ledger tells of its queue: the unfinished rows, by the two indexes that hold them.</summary>
sealed partial class Ledger
{
    /// <summary>True if a row of this root waits that is neither parked nor was sent back to settle so often.</summary>
    /// <param name="latest">Deletions due after that are not counted.</param>
    /// <param name="withUploads">False if only deletions are counted.</param>
    /// <param name="except">Says of a path whether its row is not counted either; null for none.</param>
    public bool HasActive(int root, bool withDeletes, long latest, int mostWaits, Func<string, bool>? except = null, bool withUploads = true)
    {
        // The index is named: left to choose, SQLite takes the primary key, and looks at ten million finished rows.
        const string active = "WHERE root = ?1 AND due IS NOT NULL AND parked IS NULL AND waits < ?2 AND uploaded";
        using var uploads = new Statement(database, $"SELECT path FROM file INDEXED BY to_upload {active} IS NULL");
        if (withUploads && Any(uploads.Bind(1, root).Bind(2, mostWaits), except))
        {
            return true;
        }
        using var deletes = new Statement(database, $"SELECT path FROM file INDEXED BY to_delete {active} IS NOT NULL AND due <= ?3");
        return withDeletes && Any(deletes.Bind(1, root).Bind(2, mostWaits).Bind(3, latest), except);
    }

    /// <summary>
    /// True unless a row that is due at some time stands in the table and not in the index that hands it out: then the ledger is
    /// damaged, and nobody would ever come to it.
    /// </summary>
    public bool IsQueued(int root, in Row row)
    {
        var (index, lane) = row.Uploaded is null ? ("to_upload", "uploaded IS NULL") : ("to_delete", "uploaded IS NOT NULL");
        using var statement = new Statement(database,
            $"SELECT EXISTS (SELECT 1 FROM file INDEXED BY {index} WHERE root = ?1 AND due = ?3 AND path = ?2 AND {lane} AND due IS NOT NULL)");
        return row.Due is not { } due || First(statement.Bind(1, root).Bind(2, row.Path).Bind(3, due)) != 0;
    }

    public LedgerCounts Count(int root)
    {
        using var statement = new Statement(database, """
            SELECT sum(uploaded IS NULL), sum(uploaded IS NOT NULL), sum(parked IS NOT NULL) FROM (
                SELECT uploaded, parked FROM file INDEXED BY to_upload WHERE root = ?1 AND uploaded IS NULL AND due IS NOT NULL
                UNION ALL SELECT uploaded, parked FROM file INDEXED BY to_delete WHERE root = ?1 AND uploaded IS NOT NULL AND due IS NOT NULL)
            """);
        statement.Bind(1, root).Step();
        var counts = new LedgerCounts(statement.Number(0), statement.Number(1), statement.Number(2));
        statement.Reset();
        return counts;
    }

    static bool Any(Statement rows, Func<string, bool>? except)
    {
        while (rows.Step())
        {
            if (except?.Invoke(rows.Text(0)) != true)
            {
                return true;
            }
        }
        return false;
    }
}
