using System;
using System.Collections.Generic;
using S3Sync.Sync;
using SQLitePCL;

namespace S3Sync.Storage;

/// <summary>
/// The durable record of every file, in SQLite; it is also the queue. One connection, opened without SQLite's own locks
/// (NOMUTEX), because exactly one thread uses it: the one that runs the ledger loop. Throws <see cref="LedgerException"/>.
/// WAL with synchronous FULL: a commit survives power loss. With NORMAL an upload could be forgotten whose file is already deleted.
/// </summary>
sealed partial class Ledger : IDisposable
{
    const string Columns = """
        path, found, uploaded, deleted, again, due, parked, attempts, waits, file_id, size, modified, changed, kind, checksum, target, key, missing, code,
        iif(typeof(etag) = 'blob', lower(hex(etag)), etag), version
        """;

    readonly LedgerHold held;
    readonly sqlite3 database;
    readonly Statement begin, commit, add, read, uploaded, uploadedAtLast, deleted, revived, again, wait, retry, now;
    readonly Statement[] due, nextDue;
    readonly LedgerCounters counters;
    readonly LedgerPace pace;
    readonly LedgerAttempts attempts;
    bool inTransaction;

    /// <summary>How many changes of one row found none to change: the ledger is damaged, or the row was forgotten meanwhile.</summary>
    public long Missed { get; private set; }

    Ledger(LedgerHold held, sqlite3 database)
    {
        this.held = held;
        this.database = database;
        begin = new(database, "BEGIN IMMEDIATE");
        commit = new(database, "COMMIT");
        add = new(database, "INSERT INTO file (root, path, found, due, parked, error) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING");
        read = new(database, $"SELECT {Columns} FROM file WHERE root = ?1 AND path = ?2");
        const string upload = """
            UPDATE file SET uploaded = ?3, due = ?4, parked = NULL, attempts = 0, waits = 0, error = NULL, file_id = ?5, size = ?6,
                modified = ?7, changed = ?8, target = ?9, kind = ?10, checksum = ?11, etag = coalesce(unhex(iif(length(?12) = 32 AND ?12 = lower(?12), ?12, NULL)), ?12), version = ?13, key = ?14
            """;
        // An index is asked for the code: files that never failed do not pay for that.
        uploaded = new(database, upload + " WHERE root = ?1 AND path = ?2");
        uploadedAtLast = new(database, upload + ", code = NULL WHERE root = ?1 AND path = ?2");
        deleted = new(database, "UPDATE file SET deleted = ?3, due = NULL, parked = NULL, error = ?4 WHERE root = ?1 AND path = ?2 RETURNING uploaded IS NOT NULL, code IS NOT NULL");
        revived = new(database, "UPDATE file SET found = ?3, deleted = NULL, due = ?3, attempts = 0, waits = 0, error = NULL WHERE root = ?1 AND path = ?2");
        again = new(database, "UPDATE file SET again = ?3, due = NULL, parked = NULL, code = NULL, error = ?4 WHERE root = ?1 AND path = ?2");
        wait = new(database, "UPDATE file SET due = coalesce(?3, due), waits = ?4, file_id = ?5, size = ?6, modified = ?7, changed = ?8, error = ?9, code = ?10 WHERE root = ?1 AND path = ?2 AND uploaded IS NULL");
        retry = new(database, "UPDATE file SET due = ?3, attempts = ?4, waits = ?5, parked = ?6, error = ?7, code = ?8 WHERE root = ?1 AND path = ?2");
        now = new(database, "UPDATE file SET due = ?3 WHERE root = ?1 AND path = ?2");
        counters = new(database);
        pace = new(database);
        attempts = new(database);
        (Sweep, Uploads, Vitals) = (new(database), new(database), new(database));
        due = [DueStatement("uploaded IS NULL"), DueStatement("uploaded IS NOT NULL")];
        nextDue = [NextDueStatement("uploaded IS NULL"), NextDueStatement("uploaded IS NOT NULL")];
    }

    /// <summary>Forgets old names.</summary>
    public LedgerSweep Sweep { get; }

    /// <summary>Remembers multipart uploads under way.</summary>
    public LedgerUploads Uploads { get; }

    /// <summary>Tells who asks beside a run.</summary>
    public LedgerVitals Vitals { get; }

    /// <summary>Opens or makes the ledger and holds it for this process alone until disposed. The hold ends with the process, however it ends.</summary>
    public static Ledger Open(string path)
    {
        Batteries_V2.Init();
        var held = LedgerHold.Take(path);
        sqlite3? database = null;
        try
        {
            var code = raw.sqlite3_open_v2(path, out database, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX, null);
            Statement.Check(database, code);
            // Another program may read the ledger for an instant, or a backup may copy it.
            Statement.Check(database, raw.sqlite3_busy_timeout(database, 10_000));
            // Before anything else: even the journal mode is a change to a database that may not be ours.
            Schema.Recognise(database, out var version);
            if (version == 0)
            {
                // Costs a page in 800, and can be chosen only before the first table is made.
                Statement.Execute(database, "PRAGMA auto_vacuum = INCREMENTAL");
            }
            Statement.Execute(database, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -8192; PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY;");
            FailPoint.Reach("ledger.opened");
            Schema.Migrate(database, Schema.Version);
            return new(held, database);
        }
        catch
        {
            database?.Dispose();
            held.Dispose();
            throw;
        }
    }

    /// <summary>Throws <see cref="LedgerException"/> once somebody has removed or replaced the ledger. Any thread.</summary>
    public void CheckHold() => held.Check();

    /// <summary>Begins the transaction that everything written until <see cref="Commit"/> belongs to. Does nothing within one.</summary>
    public void Begin()
    {
        if (!inTransaction)
        {
            begin.Run();
            inTransaction = true;
        }
    }

    /// <summary>Makes what was written since <see cref="Begin"/> durable; when it returns it survives power loss. Nothing to do where nothing was begun.</summary>
    public void Commit()
    {
        if (inTransaction)
        {
            counters.Write();
            pace.Write();
            FailPoint.Reach("ledger.committing");
            commit.Run();
            inTransaction = false;
            FailPoint.Reach("ledger.committed");
        }
    }

    /// <summary>Adds a row, due at once, or parked with a reason; false if the name is known.</summary>
    /// <param name="by">How it was found; null where no run found it.</param>
    public bool Add(int root, string path, long found, long dueAt, string? parkedFor = null, FoundBy? by = null, FailureCode code = FailureCode.None)
    {
        if (add.Bind(1, root).Bind(2, path).Bind(3, found).Bind(4, dueAt).Bind(5, parkedFor is null ? null : found).Bind(6, parkedFor).Run() == 0)
        {
            return false;
        }
        if (code != FailureCode.None)
        {
            SetCode(root, path, code);
        }
        counters.At(root, found).AddFound(by, 1);
        return true;
    }

    public bool Read(int root, string path, out Row row)
    {
        read.Bind(1, root).Bind(2, path);
        var found = read.Step();
        row = found ? Current(read) : default;
        read.Reset();
        return found;
    }

    /// <summary>Records the proof. <paramref name="dueAt"/> is when to delete it, null to keep it.</summary>
    /// <param name="sending">How many milliseconds the upload took; null where nothing was sent.</param>
    /// <param name="oddKey">Its key; null where that follows from prefix and path.</param>
    public void SetUploaded(int root, string path, long time, long? dueAt, in Stamp stamp, int target, in Receipt receipt, long? sending = null, string? oddKey = null, bool hasCode = false)
    {
        if (!WriteUploaded(root, path, time, dueAt, stamp, target, receipt, oddKey, hasCode))
        {
            return;
        }
        pace.Add(root, time, stamp.Size);
        counters.At(root, time).AddWait(time - stamp.Modified / 1_000_000, sending);
    }

    bool WriteUploaded(int root, string path, long time, long? dueAt, in Stamp stamp, int target, in Receipt receipt, string? oddKey, bool hasCode = false)
    {
        var written = Found((hasCode ? uploadedAtLast : uploaded).Bind(1, root).Bind(2, path).Bind(3, time).Bind(4, dueAt)
            .Bind(5, (long)stamp.FileId).Bind(6, stamp.Size).Bind(7, stamp.Modified).Bind(8, stamp.Changed)
            .Bind(9, target).Bind(10, (long)receipt.Kind).Bind(11, receipt.Checksum).Bind(12, receipt.ETag).Bind(13, receipt.VersionId).Bind(14, oddKey).Run()) > 0;
        if (!written)
        {
            return false;
        }
        var sum = counters.At(root, time);
        (sum.Uploaded, sum.Bytes, sum.LatestUpload) = (sum.Uploaded + 1, sum.Bytes + stamp.Size, time);
        if (attempts.Forget(root, path) && !hasCode)
        {
            ForgetCode(root, path);
        }
        return true;
    }

    /// <summary>Records that the file is gone from here: deleted by us, or found gone.</summary>
    public void SetDeleted(int root, string path, long time, string? error)
    {
        var (rows, wasKept) = (0, false);
        deleted.Bind(1, root).Bind(2, path).Bind(3, time).Bind(4, error);
        while (deleted.Step())
        {
            rows++;
            wasKept |= deleted.Number(1) != 0;
            var sum = counters.At(root, time);
            _ = deleted.Number(0) != 0 ? sum.Deleted++ : sum.Vanished++;
        }
        if (wasKept)
        {
            // Apart, as an index holds it: few rows have it, and the others need not pay for that.
            ForgetCode(root, path);
        }
        Found(rows);
        attempts.Forget(root, path);
    }

    /// <summary>A name that vanished before it was uploaded is there again.</summary>
    public void SetRevived(int root, string path, long time, FoundBy? by = null) =>
        counters.At(root, time).AddFound(by, Found(revived.Bind(1, root).Bind(2, path).Bind(3, time).Run()));

    /// <summary>Records that another file has taken the name; nothing more is done for the row.</summary>
    public void SetAgain(int root, string path, long time, string? error)
    {
        counters.At(root, time).Again += Found(again.Bind(1, root).Bind(2, path).Bind(3, time).Bind(4, error).Run());
        attempts.Forget(root, path);
    }

    /// <summary>Sends a pending row back to settle, with what the file looked like; without a time its turn stays as it is.</summary>
    public void SetWait(int root, string path, long? dueAt, int waits, in Stamp stamp, string? error, FailureCode code = FailureCode.None) =>
        Found(wait.Bind(1, root).Bind(2, path).Bind(3, dueAt).Bind(4, waits)
            .Bind(5, (long)stamp.FileId).Bind(6, stamp.Size).Bind(7, stamp.Modified).Bind(8, stamp.Changed).Bind(9, error).Bind(10, NumberOf(code)).Run());

    /// <summary>Plans the next attempt of a row that failed, or of one in the bucket that cannot be deleted now.</summary>
    public void SetRetry(int root, string path, long dueAt, int attempts, int waits, long? parkedSince, string? error, FailureCode code = FailureCode.None) =>
        Found(retry.Bind(1, root).Bind(2, path).Bind(3, dueAt).Bind(4, attempts).Bind(5, waits).Bind(6, parkedSince).Bind(7, error)
            .Bind(8, NumberOf(code)).Run());

    /// <summary>Gives a row its turn at that time; null takes it away.</summary>
    public void SetDue(int root, string path, long? dueAt) => Found(now.Bind(1, root).Bind(2, path).Bind(3, dueAt).Run());

    /// <summary>Adds at most <paramref name="limit"/> unfinished rows of a lane that are due at <paramref name="time"/>, the longest due first.</summary>
    public void ReadDue(LedgerLane lane, int root, long time, int limit, List<Row> into)
    {
        var statement = due[(int)lane].Bind(1, root).Bind(2, time).Bind(3, limit);
        while (statement.Step())
        {
            into.Add(Current(statement));
        }
    }

    /// <summary>When the next row of a lane comes due after <paramref name="time"/>; null if none.</summary>
    public long? NextDue(LedgerLane lane, int root, long time)
    {
        var statement = nextDue[(int)lane].Bind(1, root).Bind(2, time);
        long? next = statement.Step() ? statement.Number(0) : null;
        statement.Reset();
        return next;
    }

    public void Dispose()
    {
        foreach (var statement in (Statement[])[begin, commit, add, read, uploaded, uploadedAtLast, deleted, revived, again, wait, retry, now, .. due, .. nextDue])
        {
            statement.Dispose();
        }
        counters.Dispose();
        pace.Dispose();
        attempts.Dispose();
        Sweep.Dispose();
        Uploads.Dispose();
        Vitals.Dispose();
        database.Dispose();
        held.Dispose();
    }

    Statement DueStatement(string lane) =>
        new(database, $"SELECT {Columns} FROM file WHERE root = ?1 AND {lane} AND due IS NOT NULL AND due <= ?2 ORDER BY due LIMIT ?3");

    Statement NextDueStatement(string lane) =>
        new(database, $"SELECT due FROM file WHERE root = ?1 AND {lane} AND due IS NOT NULL AND due > ?2 ORDER BY due LIMIT 1");

    static Row Current(Statement s) => new(
        s.Text(0), s.Number(1), s.NumberOrNull(2), s.NumberOrNull(3), s.NumberOrNull(4), s.NumberOrNull(5), s.NumberOrNull(6),
        Count(s.Number(7)), Count(s.Number(8)), new((ulong)s.Number(9), s.Number(10), s.Number(11), s.Number(12)), (ChecksumKind)s.Number(13), s.TextOrNull(14))
    {
        Target = (int)s.Number(15),
        Key = s.TextOrNull(16),
        Missing = s.NumberOrNull(17),
        Code = (FailureCode)s.Number(18),
        ETag = s.TextOrNull(19),
        Version = s.TextOrNull(20),
    };

    // A damaged ledger may have any number there.
    static int Count(long number) => (int)Math.Clamp(number, 0, int.MaxValue / 2);

    int Found(int rows)
    {
        Missed += rows == 0 ? 1 : 0;
        return rows;
    }

    static long First(Statement statement)
    {
        statement.Step();
        var value = statement.Number(0);
        statement.Reset();
        return value;
    }
}
