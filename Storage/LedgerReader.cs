using System;
using System.IO;
using S3Sync.Sync;
using SQLitePCL;

namespace S3Sync.Storage;

/// <summary>Reads a ledger without changing or holding it, also while a run uses it. Throws <see cref="LedgerException"/>. One thread.</summary>
sealed class LedgerReader : IDisposable
{
    readonly string path;
    readonly sqlite3 database;
    readonly Statement stage;

    LedgerReader(string path, sqlite3 database)
    {
        (this.path, this.database) = (path, database);
        stage = new(database, "SELECT uploaded, deleted, again, missing FROM file WHERE root = (SELECT id FROM root WHERE path = ?1) AND path = ?2");
    }

    /// <summary>Null if there is no ledger yet.</summary>
    public static LedgerReader? Open(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }
        Batteries_V2.Init();
        var code = raw.sqlite3_open_v2(path, out var database, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_NOMUTEX, null);
        try
        {
            Statement.Check(database, code);
            Statement.Check(database, raw.sqlite3_busy_timeout(database, 10_000));
            Schema.CheckReadable(database);
            return new(path, database);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>True if there is a ledger that knows of any file, whichever version it has. Throws for what is no ledger.</summary>
    public static bool HasRows(string path)
    {
        // A hold on a ledger makes an empty file.
        if (LengthOf(path) == 0)
        {
            return false;
        }
        Batteries_V2.Init();
        var code = raw.sqlite3_open_v2(path, out var database, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_NOMUTEX, null);
        using (database)
        {
            Statement.Check(database, code);
            Schema.Recognise(database, out var version);
            return version > 0 && Statement.Scalar(database, "SELECT EXISTS (SELECT 1 FROM file)") != 0;
        }
    }

    /// <summary>Bytes on disk, with what is not yet written into the database itself.</summary>
    public long Size => LengthOf(path) + LengthOf(path + "-wal");

    /// <summary>Where a file stands, Unknown where the ledger has no such name.</summary>
    public Stage StageOf(string root, string path)
    {
        stage.Bind(1, root).Bind(2, path);
        var found = stage.Step();
        var result = found ? Row.StageOf(stage.NumberOrNull(0), stage.NumberOrNull(1), stage.NumberOrNull(2), stage.NumberOrNull(3)) : Stage.Unknown;
        stage.Reset();
        return result;
    }

    /// <summary>A statement for <see cref="LedgerFigures"/> and <see cref="LedgerEntries"/>, the caller's to dispose.</summary>
    public Statement Prepare(string sql) => new(database, sql);

    /// <summary>Runs a statement without a result.</summary>
    public void Execute(string sql) => Statement.Execute(database, sql);

    public void Dispose()
    {
        stage.Dispose();
        database.Dispose();
    }

    static long LengthOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
