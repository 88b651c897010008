using System;
using System.Collections.Generic;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Takes out of the queue what was found before a filter came that leaves it out: a pending row is only a place in the queue, so it goes, and the file stays.
/// If the rule goes, a scan finds the file again. What is in the bucket is not asked. Belongs to the ledger's thread.
/// </summary>
sealed class Unwanted(Ledger ledger, Sieve sieve, TimeProvider clock)
{
    readonly List<(int Root, string Path)> rows = [];

    /// <summary>True if rows wait for <see cref="LetGo"/>.</summary>
    public bool Any => rows.Count > 0;

    /// <summary>True if a row, whose turn has come, must not be handed out.</summary>
    public bool Has(int root, in Row row)
    {
        if (row.Stage != Stage.Pending || sieve.Of(root).Decide(row.Path) is not { Takes: false } rule)
        {
            return false;
        }
        sieve.LeaveOut(root, row.Path, rule);
        rows.Add((root, row.Path));
        return true;
    }

    /// <summary>Removes them. Within a transaction.</summary>
    public void LetGo(LedgerBook book)
    {
        foreach (var (root, path) in rows)
        {
            ledger.RemovePending(book.Id(root), path, clock.GetUtcNow().ToUnixTimeMilliseconds());
        }
        rows.Clear();
    }
}
