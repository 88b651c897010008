using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using SQLitePCL;

namespace S3Sync.Storage;

/// <summary>A file as the ledger of the former program has it. Times in milliseconds since 1970 UTC, null where it has none.</summary>
readonly record struct FormerRow(string Path, long? Found, long? Uploaded, long? Deleted);

/// <summary>
/// Reads the ledger of s3_file_sync, which this program takes the place of: one table with a path and dates as text. Its columns are known by what their
/// names contain, so that another version's are found as well. Changes nothing. One thread; throws <see cref="LedgerException"/>.
/// </summary>
sealed class LedgerOfFormer : IDisposable
{
    readonly sqlite3 database;
    readonly Statement page;

    LedgerOfFormer(sqlite3 database, Statement page)
    {
        (this.database, this.page) = (database, page);
    }

    /// <summary>Throws where there is no such ledger.</summary>
    public static LedgerOfFormer Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new LedgerException($"there is no file {path}", "the former program keeps its ledger as db.sqlite3 in the directory it is started in");
        }
        Batteries_V2.Init();
        var code = raw.sqlite3_open_v2(path, out var database, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_NOMUTEX, null);
        try
        {
            Statement.Check(database, code);
            Statement.Check(database, raw.sqlite3_busy_timeout(database, 10_000));
            return new(database, new(database, Query(database) ?? throw new LedgerException($"{path} has no table with a path and a date of upload", "name the db.sqlite3 of the former program")));
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>The next rows in the order of their paths, behind the one given.</summary>
    public List<FormerRow> Read(string after, int limit)
    {
        List<FormerRow> rows = [];
        for (page.Bind(1, after).Bind(2, limit); page.Step();)
        {
            rows.Add(new(page.Text(0), Time(page.TextOrNull(1)), Time(page.TextOrNull(2)), Time(page.TextOrNull(3))));
        }
        return rows;
    }

    public void Dispose()
    {
        page.Dispose();
        database.Dispose();
    }

    /// <summary>A date as SQLite's CURRENT_TIMESTAMP writes it, or as ISO 8601, in UTC unless it says otherwise; one that cannot be read is a date all the same.</summary>
    public static long? Time(string? text) =>
        string.IsNullOrEmpty(text) ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUnixTimeMilliseconds()
        : 0;

    /// <summary>What to ask for a page; null where no table is like it.</summary>
    static string? Query(sqlite3 database)
    {
        using var columns = new Statement(database, "SELECT t.name, c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table' ORDER BY t.name, c.cid");
        Dictionary<string, List<string>> tables = [];
        while (columns.Step())
        {
            var table = columns.Text(0);
            tables.TryAdd(table, []);
            tables[table].Add(columns.Text(1));
        }
        foreach (var (table, names) in tables)
        {
            if (Like(names, "path") is { } path && Like(names, "upload") is { } uploaded)
            {
                return $"SELECT {path}, {Like(names, "seen", "found", "creat") ?? "NULL"}, {uploaded}, {Like(names, "delet", "remov") ?? "NULL"} FROM {Quote(table)} WHERE {path} > ?1 ORDER BY {path} LIMIT ?2";
            }
        }
        return null;
    }

    static string? Like(List<string> names, params ReadOnlySpan<string> parts)
    {
        foreach (var part in parts)
        {
            foreach (var name in names)
            {
                if (name.Contains(part, StringComparison.OrdinalIgnoreCase))
                {
                    return Quote(name);
                }
            }
        }
        return null;
    }

    static string Quote(string name) => $"\"{name.Replace("\"", "\"\"")}\"";
}
