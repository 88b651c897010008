using System;
using System.Collections.Generic;
using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>How files were found, over some time; those found before this was counted, or recovered, are in none of them.</summary>
/// <param name="Overflows">How often notifications were lost.</param>
readonly record struct LedgerSources(long Notification, long StartScan, long OverflowScan, long PeriodicScan, long DirectoryScan, long Overflows)
{
    public static LedgerSources operator +(LedgerSources one, LedgerSources other) => new(
        one.Notification + other.Notification, one.StartScan + other.StartScan, one.OverflowScan + other.OverflowScan,
        one.PeriodicScan + other.PeriodicScan, one.DirectoryScan + other.DirectoryScan, one.Overflows + other.Overflows);
}

/// <summary>Uploaded files that are kept, or missing here.</summary>
/// <param name="Unconfirmed">The bucket does not confirm the object.</param>
/// <param name="Elsewhere">They were uploaded to another address than the settings name now.</param>
/// <param name="Missing">They are not here, although s3sync did not delete them.</param>
readonly record struct LedgerKeptCounts(long Unconfirmed, long Elsewhere, long Missing)
{
    public static LedgerKeptCounts operator +(LedgerKeptCounts one, LedgerKeptCounts other) =>
        new(one.Unconfirmed + other.Unconfirmed, one.Elsewhere + other.Elsewhere, one.Missing + other.Missing);
}

/// <summary>Sums of what happened to the rows of one root, over some time.</summary>
readonly record struct LedgerTotals(long Found, long Uploaded, long Bytes, long Deleted, long Vanished, long Again, long Failed)
{
    /// <summary>Of the found.</summary>
    public LedgerSources Sources { get; init; }

    /// <summary>By how many more files wait for their upload than before.</summary>
    public long Waiting => Found - Uploaded - Vanished;

    public static LedgerTotals operator +(LedgerTotals one, LedgerTotals other) => new(
        one.Found + other.Found, one.Uploaded + other.Uploaded, one.Bytes + other.Bytes, one.Deleted + other.Deleted,
        one.Vanished + other.Vanished, one.Again + other.Again, one.Failed + other.Failed)
    {
        Sources = one.Sources + other.Sources,
    };

    /// <summary>From the thirteen columns of the table of hours, in the order of these two types.</summary>
    public static LedgerTotals Of(Statement s, int first) => new(
        s.Number(first), s.Number(first + 1), s.Number(first + 2), s.Number(first + 3), s.Number(first + 4), s.Number(first + 5), s.Number(first + 6))
    {
        Sources = new(s.Number(first + 7), s.Number(first + 8), s.Number(first + 9), s.Number(first + 10), s.Number(first + 11), s.Number(first + 12)),
    };
}

/// <summary>A watched directory as the ledger knows it. Bucket and prefix are those of its latest run, null where there was none since they are recorded.</summary>
sealed record LedgerRoot(int Id, string Path, string? Bucket, string? Prefix)
{
    /// <summary>As the pipeline has it; null where its bucket is not known.</summary>
    public Root? AsRoot => Bucket is null ? null : new(Id, Path, Bucket, Prefix ?? "");
}

/// <summary>What went well last and what went wrong last. Times in milliseconds since 1970 UTC.</summary>
readonly record struct LedgerLatest(long? Uploaded, long? Failed, string? Path, string? Error)
{
    /// <summary>What the latest run has in flight, as it wrote last; meaningless where it is not under way.</summary>
    public InFlight InFlight { get; init; }

    /// <summary>The later ones of two roots.</summary>
    public static LedgerLatest operator +(LedgerLatest one, LedgerLatest other)
    {
        var failed = one.Failed is null || other.Failed > one.Failed ? other : one;
        return failed with { Uploaded = one.Uploaded is null || other.Uploaded > one.Uploaded ? other.Uploaded : one.Uploaded, InFlight = one.InFlight + other.InFlight };
    }
}

/// <summary>One hour of all roots together.</summary>
/// <param name="Hour">Since 1970 UTC.</param>
readonly record struct LedgerHour(long Hour, long Uploaded, long Bytes);

/// <summary>
/// The figures of a ledger: read from sums and from indexes of unfinished rows, never by counting all rows, so that ten million cost no more than ten.
/// One thread.
/// </summary>
sealed class LedgerFigures(LedgerReader reader)
{
    // So many are looked at one by one for the oldest: 20 ms.
    const int MostLookedAt = 10_000;

    /// <summary>All that is read in between belongs to one moment.</summary>
    public void Begin() => reader.Execute("BEGIN");

    /// <summary>Lets go of the moment, which keeps the ledger's log from being written back.</summary>
    public void End() => reader.Execute("COMMIT");

    /// <summary>The run that holds the ledger, or held it last; null before the first.</summary>
    public LedgerRun? Run()
    {
        using var statement = reader.Prepare("SELECT process, born, started, version, ended FROM run");
        LedgerRun? run = statement.Step() ? new((int)statement.Number(0), statement.NumberOrNull(1), statement.Number(2), statement.Text(3), statement.NumberOrNull(4)) : null;
        statement.Reset();
        return run;
    }

    /// <summary>Every root the ledger ever had, by path.</summary>
    public List<LedgerRoot> Roots()
    {
        using var statement = reader.Prepare("SELECT root.id, root.path, bucket, prefix FROM root LEFT JOIN latest ON latest.root = root.id LEFT JOIN target ON target.id = latest.target ORDER BY root.path");
        List<LedgerRoot> roots = [];
        while (statement.Step())
        {
            roots.Add(new((int)statement.Number(0), statement.Text(1), statement.TextOrNull(2), statement.TextOrNull(3)));
        }
        return roots;
    }

    /// <summary>What happened to a root since the beginning of an hour, which is counted since 1970 UTC.</summary>
    public LedgerTotals Since(int root, long hour)
    {
        using var statement = reader.Prepare("""
            SELECT sum(found), sum(uploaded), sum(bytes), sum(deleted), sum(vanished), sum(again), sum(failed),
                sum(by_notification), sum(by_start), sum(by_overflow), sum(by_rescan), sum(by_directory), sum(overflows) FROM hour WHERE root = ?1 AND hour >= ?2
            """);
        statement.Bind(1, root).Bind(2, hour).Step();
        var totals = LedgerTotals.Of(statement, 0);
        statement.Reset();
        return totals;
    }

    /// <summary>What was uploaded from a root since the beginning of a step: see <see cref="LedgerPace"/>; of the latest hour only.</summary>
    public PaceSum PaceSince(int root, long step)
    {
        using var statement = reader.Prepare("SELECT sum(uploaded), sum(bytes) FROM pace WHERE root = ?1 AND step >= ?2");
        statement.Bind(1, root).Bind(2, step).Step();
        var sum = new PaceSum(statement.Number(0), statement.Number(1));
        statement.Reset();
        return sum;
    }

    /// <summary>How many files of a ledger wait for their upload, 0 before there is one; null where it cannot be read, which its run will meet and say.</summary>
    public static long? WaitingIn(string ledger)
    {
        try
        {
            using var reader = LedgerReader.Open(ledger);
            var waiting = 0L;
            if (reader is not null)
            {
                var figures = new LedgerFigures(reader);
                foreach (var root in figures.Roots())
                {
                    waiting += figures.Since(root.Id, 0).Waiting;
                }
            }
            return waiting;
        }
        catch (LedgerException)
        {
            return null;
        }
    }

    /// <summary>The hours since the beginning of one in which anything happened.</summary>
    public List<LedgerHour> Hours(long hour)
    {
        using var statement = reader.Prepare("SELECT hour, sum(uploaded), sum(bytes) FROM hour WHERE hour >= ?1 GROUP BY hour ORDER BY hour");
        statement.Bind(1, hour);
        List<LedgerHour> hours = [];
        while (statement.Step())
        {
            hours.Add(new(statement.Number(0), statement.Number(1), statement.Number(2)));
        }
        return hours;
    }

    /// <summary>Limits in force, and the like, as the latest run wrote them: see <see cref="VitalNames"/>.</summary>
    public Dictionary<string, long> Vitals()
    {
        using var statement = reader.Prepare("SELECT name, value FROM vital");
        Dictionary<string, long> vitals = [];
        while (statement.Step())
        {
            vitals[statement.Text(0)] = statement.Number(1);
        }
        return vitals;
    }

    /// <summary>Requests of all time by their kind.</summary>
    public RequestSum[] Requests()
    {
        var sums = new RequestSum[BucketRequests.Kinds];
        using var statement = reader.Prepare("SELECT kind, sum(sent), sum(failed) FROM request GROUP BY kind");
        while (statement.Step())
        {
            sums[statement.Number(0)] = new(statement.Number(1), statement.Number(2));
        }
        return sums;
    }

    /// <summary>Receipts of all roots, by the sums.</summary>
    public long Uploaded()
    {
        using var statement = reader.Prepare("SELECT sum(uploaded) FROM hour");
        statement.Step();
        var uploaded = statement.Number(0);
        statement.Reset();
        return uploaded;
    }

    // Indexes are named: left to choose, SQLite takes the primary key, and looks at ten million finished rows.

    /// <summary>Files in the bucket whose local deletion is planned.</summary>
    public long CountToDelete(int root) => Number("SELECT count(*) FROM file INDEXED BY to_delete WHERE root = ?1 AND uploaded IS NOT NULL AND due IS NOT NULL", root);

    public long CountParked(int root) => Number("SELECT count(*) FROM file INDEXED BY parked WHERE root = ?1 AND parked IS NOT NULL", root);

    /// <summary>Uploaded files that are kept for want of a fresh proof, and files that are missing here.</summary>
    public LedgerKeptCounts CountKept(int root)
    {
        using var statement = reader.Prepare("""
            SELECT sum(code IN (1, 2, 3)), sum(code IN (4, 5)), (SELECT count(*) FROM file INDEXED BY away WHERE root = ?1 AND missing IS NOT NULL)
            FROM file INDEXED BY kept WHERE root = ?1 AND code <= 5
            """);
        statement.Bind(1, root).Step();
        var counts = new LedgerKeptCounts(statement.Number(0), statement.Number(1), statement.Number(2));
        statement.Reset();
        return counts;
    }

    /// <summary>When the pending file was found that waits longest; null where none is. Of very many only those are looked at whose turn comes first, and the parked ones.</summary>
    public long? OldestPending(int root)
    {
        using var statement = reader.Prepare("""
            SELECT min(found) FROM (
                SELECT found FROM (SELECT found FROM file INDEXED BY to_upload WHERE root = ?1 AND uploaded IS NULL AND due IS NOT NULL ORDER BY due LIMIT ?2)
                UNION ALL SELECT found FROM (SELECT found FROM file INDEXED BY parked WHERE root = ?1 AND parked IS NOT NULL AND uploaded IS NULL LIMIT ?2))
            """);
        statement.Bind(1, root).Bind(2, MostLookedAt).Step();
        var oldest = statement.NumberOrNull(0);
        statement.Reset();
        return oldest;
    }

    public LedgerLatest LatestOf(int root)
    {
        using var statement = reader.Prepare("SELECT uploaded, failed, path, error, uploading, deleting FROM latest WHERE root = ?1");
        statement.Bind(1, root);
        var latest = statement.Step() ? new LedgerLatest(statement.NumberOrNull(0), statement.NumberOrNull(1), statement.TextOrNull(2), statement.TextOrNull(3)) { InFlight = new((int)statement.Number(4), (int)statement.Number(5)) } : default;
        statement.Reset();
        return latest;
    }

    long Number(string sql, int root)
    {
        using var statement = reader.Prepare(sql);
        statement.Bind(1, root).Step();
        var number = statement.Number(0);
        statement.Reset();
        return number;
    }
}
