using System.Collections.Generic;
using S3Sync.Storage;
using SQLitePCL;

namespace S3Sync.Tests.Support;

/// <summary>The ledger of the program before this one, s3_file_sync, made as that makes it: src/controller/database/mod.rs there.</summary>
static class FormerLedger
{
    /// <summary>Makes one with these rows; each date as SQLite's CURRENT_TIMESTAMP, null where that has not happened.</summary>
    /// <param name="file">Where.</param>
    /// <param name="rows">Their paths are full, as the program knows them.</param>
    public static void Make(string file, IEnumerable<(string Path, string? Uploaded, string? Deleted)> rows)
    {
        Execute(file, "CREATE TABLE File (path TEXT PRIMARY KEY, first_seen_date TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, uploaded_date TEXT, deleted_date TEXT)");
        using var database = Open(file);
        Statement.Execute(database, "BEGIN");
        using (var insert = new Statement(database, "INSERT INTO File (path, uploaded_date, deleted_date) VALUES (?1, ?2, ?3)"))
            foreach (var (path, uploaded, deleted) in rows)
                insert.Bind(1, path).Bind(2, uploaded).Bind(3, deleted).Run();
        Statement.Execute(database, "COMMIT");
    }

    public static void Execute(string file, string sql)
    {
        using var database = Open(file);
        Statement.Execute(database, sql);
    }

    static sqlite3 Open(string file)
    {
        Batteries_V2.Init();
        raw.sqlite3_open(file, out var database);
        return database;
    }
}
