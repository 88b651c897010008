using System.Collections.Generic;
using Microsoft.Extensions.Logging;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Rows of a damaged ledger that it shows and does not find again, so that nothing can be written to them. Each is logged once
/// and left out: nothing is done with its file, and it keeps no run from ending. Belongs to the ledger's thread.
/// </summary>
sealed class LostRows(ILogger log)
{
    /// <summary>A ledger with more of them is of no use.</summary>
    public const int Most = 10_000;

    readonly HashSet<(int Root, string Path)> rows = [];

    public int Count => rows.Count;

    public bool Has(int root, string path) => rows.Count > 0 && rows.Contains((root, path));

    /// <summary>Takes note of one. Throws <see cref="LedgerException"/> where there are too many.</summary>
    public void Add(Root root, string path)
    {
        if (rows.Add((root.Index, path)))
        {
            log.RowLost(Shown.Name(root.FullPath(path)));
        }
        if (rows.Count > Most)
        {
            throw Fault()!;
        }
    }

    /// <summary>What is wrong with the ledger; null if no row is lost.</summary>
    public LedgerException? Fault() => rows.Count == 0 ? null
        : new($"ledger: {rows.Count} of its rows cannot be changed: what they stand for stays as it is", LedgerException.Damaged);
}
