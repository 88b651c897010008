using System;
using System.Text;
using SQLitePCL;

namespace S3Sync.Storage;

/// <summary>
/// One prepared statement, used again and again. Owned by the ledger and used by its thread only.
/// Errors of SQLite become <see cref="LedgerException"/> here and nowhere else.
/// </summary>
sealed class Statement : IDisposable
{
    readonly sqlite3 database;
    readonly sqlite3_stmt handle;
    byte[] text = new byte[512];

    public Statement(sqlite3 database, string sql)
    {
        this.database = database;
        Check(database, raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out handle));
    }

    public Statement Bind(int index, long value)
    {
        Check(database, raw.sqlite3_bind_int64(handle, index, value));
        return this;
    }

    public Statement Bind(int index, long? value) => value is { } some ? Bind(index, some) : BindNull(index);

    /// <summary>Binds text as UTF-8; null as NULL. The bytes are copied by SQLite.</summary>
    public Statement Bind(int index, string? value)
    {
        if (value is null)
        {
            return BindNull(index);
        }
        var most = Encoding.UTF8.GetMaxByteCount(value.Length);
        if (text.Length < most)
        {
            text = new byte[most];
        }
        var length = Encoding.UTF8.GetBytes(value, text);
        Check(database, raw.sqlite3_bind_text(handle, index, text.AsSpan(0, length)));
        return this;
    }

    /// <summary>Goes to the next row; false after the last one, and then the statement is ready to be bound again.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW)
        {
            return true;
        }
        Reset();
        if (code != raw.SQLITE_DONE)
        {
            throw Fault(database, code);
        }
        return false;
    }

    /// <summary>Runs a statement that gives no rows; returns how many rows it changed.</summary>
    public int Run()
    {
        while (Step())
        {
        }
        return raw.sqlite3_changes(database);
    }

    public void Reset() => _ = raw.sqlite3_reset(handle);

    /// <summary>How many columns a row has.</summary>
    public int Columns => raw.sqlite3_column_count(handle);

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long Number(int column) => raw.sqlite3_column_int64(handle, column);

    public long? NumberOrNull(int column) => IsNull(column) ? null : Number(column);

    public string Text(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string() ?? "";

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public void Dispose() => handle.Dispose();

    Statement BindNull(int index)
    {
        Check(database, raw.sqlite3_bind_null(handle, index));
        return this;
    }

    /// <summary>Runs one or more statements that are needed once.</summary>
    public static void Execute(sqlite3 database, string sql) => Check(database, raw.sqlite3_exec(database, sql));

    /// <summary>Reads one number, 0 where there is no row.</summary>
    public static long Scalar(sqlite3 database, string sql)
    {
        using var statement = new Statement(database, sql);
        var value = statement.Step() ? statement.Number(0) : 0;
        statement.Reset();
        return value;
    }

    public static void Check(sqlite3 database, int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw Fault(database, code);
        }
    }

    /// <summary>What went wrong in words, with SQLite's own message and extended code: https://sqlite.org/rescode.html</summary>
    static LedgerException Fault(sqlite3 database, int code)
    {
        var message = raw.sqlite3_errmsg(database).utf8_to_string();
        var extended = raw.sqlite3_extended_errcode(database);
        var hint = (code & 0xFF) switch
        {
            raw.SQLITE_FULL => "make room on its volume; s3sync goes on where it stopped",
            raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_CANTOPEN or raw.SQLITE_AUTH => "the account that runs s3sync must be able to write the ledger and its directory",
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => LedgerException.Damaged,
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => "another program has the ledger open for writing; close it",
            raw.SQLITE_IOERR => "the disk that holds the ledger has a fault",
            _ => "see https://sqlite.org/rescode.html",
        };
        return new($"ledger: {message} (SQLite {extended})", hint);
    }
}
