using System;
using SQLitePCL;

namespace S3Sync.Storage;

/// <summary>
/// Forgets names whose files are long gone from here, a few at a time, so that nobody waits for it. Where it is, is in the ledger itself:
/// runs of a few seconds get round as well. Belongs to the ledger's thread; throws <see cref="LedgerException"/>.
/// </summary>
sealed class LedgerSweep : IDisposable
{
    // Two milliseconds of work, and what 100,000 new names an hour leave free is given back as fast.
    const int Names = 1000, Pages = 64;
    // Free pages take the next rows; only more than 4 MB of them are given back to the disk.
    const int PagesToKeep = 1024;

    readonly sqlite3 database;
    readonly Statement place, end, forget, move, free, shrink;

    public LedgerSweep(sqlite3 database)
    {
        this.database = database;
        place = new(database, "SELECT after, ended FROM sweep WHERE root = ?1");
        end = new(database, "SELECT path FROM file WHERE root = ?1 AND path > ?2 ORDER BY path LIMIT 1 OFFSET ?3");
        // Of every text is an empty blob the greater. Not those of which a file is here again: it would be taken for a new one.
        forget = new(database, "DELETE FROM file WHERE root = ?1 AND path > ?2 AND path <= coalesce(?3, x'') AND coalesce(deleted, missing) < ?4 AND again IS NULL AND due IS NULL");
        move = new(database, "INSERT INTO sweep (root, after, ended) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET after = excluded.after, ended = coalesce(excluded.ended, ended)");
        free = new(database, "PRAGMA freelist_count");
        shrink = new(database, $"PRAGMA incremental_vacuum({Pages})");
    }

    /// <summary>When the last sweep of a root got to its end, in milliseconds since 1970; 0 while one is under way, or before the first.</summary>
    public long Ended(int root)
    {
        place.Bind(1, root);
        var ended = place.Step() && place.Text(0).Length == 0 ? place.NumberOrNull(1) ?? 0 : 0;
        place.Reset();
        return ended;
    }

    /// <summary>Looks at the next names of a root and forgets those whose file went before that time. Within a transaction. Returns how many were forgotten.</summary>
    public int Step(int root, long before, long now)
    {
        place.Bind(1, root);
        var after = place.Step() ? place.Text(0) : "";
        place.Reset();
        end.Bind(1, root).Bind(2, after).Bind(3, Names - 1);
        var last = end.Step() ? end.Text(0) : null;
        end.Reset();
        var forgotten = forget.Bind(1, root).Bind(2, after).Bind(3, last).Bind(4, before).Run();
        move.Bind(1, root).Bind(2, last ?? "").Bind(3, last is null ? now : (long?)null).Run();
        if (forgotten > 0)
        {
            GiveBack();
        }
        return forgotten;
    }

    public void Dispose()
    {
        foreach (var statement in (ReadOnlySpan<Statement>)[place, end, forget, move, free, shrink])
        {
            statement.Dispose();
        }
    }

    /// <summary>Does nothing in a ledger whose pages were never to be given back (auto_vacuum is set when it is made).</summary>
    void GiveBack()
    {
        free.Step();
        var pages = free.Number(0);
        free.Reset();
        if (pages > PagesToKeep)
        {
            while (shrink.Step())
            {
            }
        }
    }
}
