using System;
using System.Collections.Generic;
using S3Sync.Storage;
using S3Sync.Sync;
using SQLitePCL;

namespace S3Sync.Tests.Support;

/// <summary>All that the ledger says of one file, the receipt included. Times in milliseconds since 1970 UTC.</summary>
readonly record struct LedgerRow(
    string Root, string Path, long Found, long? Uploaded, long? Deleted, long? Again, long? Due, long? Parked, int Attempts, int Waits,
    string? Error, long? Size, string? Bucket, string? Prefix, ChecksumKind Kind, string? Checksum, string? ETag, string? Version, long? Missing, FailureCode Code, string? Endpoint)
{
    /// <summary>The stage its dates mean.</summary>
    public Stage Stage => Row.StageOf(Uploaded, Deleted, Again, Missing);
}

/// <summary>Reads a ledger from beside, through a connection of its own, also while a run writes it: so it sees what is committed and nothing else.</summary>
static class LedgerRows
{
    /// <summary>Every row, by root and path; none where there is no ledger yet.</summary>
    public static List<LedgerRow> All(string ledger) => Read(ledger, "");

    /// <summary>The row of one path, whichever root it is in; null if there is none.</summary>
    public static LedgerRow? Of(string ledger, string path)
    {
        var rows = Read(ledger, "WHERE file.path = ?1", path);
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>How many rows answer to a condition in SQL.</summary>
    public static long Count(string ledger, string where = "1")
    {
        using var database = Open(ledger);
        return Statement.Scalar(database, $"SELECT count(*) FROM file WHERE {where}");
    }

    /// <summary>False for one whose maker died before the first commit.</summary>
    public static bool HasTables(string ledger)
    {
        using var database = Open(ledger);
        return Statement.Scalar(database, "SELECT count(*) FROM sqlite_schema WHERE name = 'file'") == 1;
    }

    /// <summary>Changes a ledger that nobody holds, to make what only time or an accident makes.</summary>
    public static void Execute(string ledger, string sql)
    {
        using var database = Open(ledger);
        Statement.Execute(database, sql);
    }

    /// <summary>Every column of every table, as "table" and "column".</summary>
    public static List<(string Table, string Column)> Columns(string ledger)
    {
        using var database = Open(ledger);
        using var statement = new Statement(database, """
            SELECT s.name, c.name FROM sqlite_schema s JOIN pragma_table_info(s.name) c
            WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite%' ORDER BY s.name, c.cid
            """);
        List<(string, string)> columns = [];
        while (statement.Step())
            columns.Add((statement.Text(0), statement.Text(1)));
        return columns;
    }

    static List<LedgerRow> Read(string ledger, string where, string? path = null)
    {
        List<LedgerRow> rows = [];
        if (!System.IO.File.Exists(ledger))
            return rows;
        using var database = Open(ledger);
        using var statement = new Statement(database, $"""
            SELECT root.path, file.path, found, uploaded, deleted, again, due, parked, attempts, waits, error, size, bucket, prefix, kind, checksum, iif(typeof(etag) = 'blob', lower(hex(etag)), etag), version, missing, code, endpoint
            FROM file JOIN root ON root.id = file.root LEFT JOIN target ON target.id = file.target {where} ORDER BY root.path, file.path
            """);
        if (path is not null)
            statement.Bind(1, path);
        while (statement.Step())
            rows.Add(Current(statement));
        return rows;
    }

    static LedgerRow Current(Statement s) => new(
        s.Text(0), s.Text(1), s.Number(2), s.NumberOrNull(3), s.NumberOrNull(4), s.NumberOrNull(5), s.NumberOrNull(6), s.NumberOrNull(7),
        (int)s.Number(8), (int)s.Number(9), s.TextOrNull(10), s.NumberOrNull(11), s.TextOrNull(12), s.TextOrNull(13),
        (ChecksumKind)s.Number(14), s.TextOrNull(15), s.TextOrNull(16), s.TextOrNull(17), s.NumberOrNull(18), (FailureCode)s.Number(19), s.TextOrNull(20));

    static sqlite3 Open(string ledger)
    {
        Batteries_V2.Init();
        var code = raw.sqlite3_open_v2(ledger, out var database, raw.SQLITE_OPEN_READWRITE, null);
        if (code != raw.SQLITE_OK)
            throw new InvalidOperationException($"{ledger}: SQLite {code}");
        raw.sqlite3_busy_timeout(database, 10_000);
        return database;
    }
}
