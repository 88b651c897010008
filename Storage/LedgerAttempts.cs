using System;
using SQLitePCL;

namespace S3Sync.Storage;

/// <summary>One failed attempt on a file. Times in milliseconds since 1970 UTC.</summary>
/// <param name="Request">The server's own number of the request that failed; null where none was answered.</param>
/// <param name="Next">When the next attempt was planned; null: as soon as the endpoint works.</param>
readonly record struct LedgerAttempt(long Time, string? Error, string? Request, long? Next);

/// <summary>
/// Remembers the latest failed attempts of unfinished files, for who asks why. As long as nothing fails, nothing is written and nothing is looked for.
/// Owned by the ledger and used by its thread only.
/// </summary>
sealed class LedgerAttempts : IDisposable
{
    /// <summary>How many are kept of one file.</summary>
    public const int Most = 10;

    readonly Statement add, trim, forget, any;
    bool hasAny;

    public LedgerAttempts(sqlite3 database)
    {
        add = new(database, "INSERT OR REPLACE INTO attempt (root, path, time, error, request, next) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        trim = new(database, $"DELETE FROM attempt WHERE root = ?1 AND path = ?2 AND time <= (SELECT time FROM attempt WHERE root = ?1 AND path = ?2 ORDER BY time DESC LIMIT 1 OFFSET {Most})");
        forget = new(database, "DELETE FROM attempt WHERE root = ?1 AND path = ?2");
        any = new(database, "SELECT EXISTS (SELECT 1 FROM attempt)");
        hasAny = Any();
    }

    public void Add(int root, string path, in LedgerAttempt attempt)
    {
        add.Bind(1, root).Bind(2, path).Bind(3, attempt.Time).Bind(4, attempt.Error).Bind(5, attempt.Request).Bind(6, attempt.Next).Run();
        trim.Bind(1, root).Bind(2, path).Run();
        hasAny = true;
    }

    /// <summary>Forgets those of a file that has got there; true if there were any.</summary>
    public bool Forget(int root, string path)
    {
        if (!hasAny || forget.Bind(1, root).Bind(2, path).Run() == 0)
        {
            return false;
        }
        hasAny = Any();
        return true;
    }

    public void Dispose()
    {
        foreach (var statement in (ReadOnlySpan<Statement>)[add, trim, forget, any])
        {
            statement.Dispose();
        }
    }

    bool Any()
    {
        any.Step();
        var result = any.Number(0) != 0;
        any.Reset();
        return result;
    }
}
