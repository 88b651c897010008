using System.Collections.Generic;
using System.IO;
using S3Sync.Storage;
using S3Sync.Tests.Support;
using SQLitePCL;

namespace S3Sync.Tests.EndToEnd;

/// <summary>A row of the ledger as an auditor would read it. Times in milliseconds since 1970.</summary>
sealed record LedgerRow(long? Uploaded, long? Deleted, long? Again, long? Parked, long? Size, string? Checksum, string? ETag, string? Error);

/// <summary>
/// A ledger read with plain SQL while no run holds it; from a copy, as to open the ledger itself would tidy away what a crash left, which the program has to do.
/// </summary>
static class LedgerView
{
    /// <summary>Every row by its path below the root; empty where there is no ledger yet.</summary>
    public static Dictionary<string, LedgerRow> Read(string ledger)
    {
        var rows = new Dictionary<string, LedgerRow>();
        using var place = new TemporaryDirectory();
        using var database = Open(ledger, place);
        if (database is null)
            return rows;
        using var query = new Statement(database, "SELECT path, uploaded, deleted, again, parked, size, checksum, iif(typeof(etag) = 'blob', lower(hex(etag)), etag), error FROM file");
        while (query.Step())
            rows.Add(query.Text(0), new(query.NumberOrNull(1), query.NumberOrNull(2), query.NumberOrNull(3), query.NumberOrNull(4), query.NumberOrNull(5), query.TextOrNull(6), query.TextOrNull(7), query.TextOrNull(8)));
        return rows;
    }

    /// <summary>Parts of unfinished uploads. A run may hold the ledger: then what the copy is not whole enough for is not counted.</summary>
    public static long Parts(string ledger)
    {
        try
        {
            using var place = new TemporaryDirectory();
            using var database = Open(ledger, place);
            return database is null ? 0 : Statement.Scalar(database, "SELECT count(*) FROM part");
        }
        catch (LedgerException)
        {
            return 0;
        }
    }

    /// <summary>A copy; null before the first commit.</summary>
    static sqlite3? Open(string ledger, TemporaryDirectory place)
    {
        if (!File.Exists(ledger))
            return null;
        Batteries_V2.Init();
        var copy = place["ledger.db"];
        File.Copy(ledger, copy);
        if (File.Exists(ledger + "-wal"))
            File.Copy(ledger + "-wal", copy + "-wal");
        Statement.Check(null!, raw.sqlite3_open_v2(copy, out var database, raw.SQLITE_OPEN_READWRITE, null));
        // Its maker died before the first commit.
        if (Statement.Scalar(database, "SELECT count(*) FROM sqlite_schema WHERE name = 'file'") != 0)
            return database;
        database.Dispose();
        return null;
    }
}
