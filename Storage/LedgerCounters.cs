using System;
using System.Collections.Generic;
using S3Sync.Sync;
using SQLitePCL;

namespace S3Sync.Storage;

/// <summary>
/// Adds up what happens to rows, per root and hour, and writes the sums in the transaction of the rows themselves: so they always agree,
/// and nobody needs to count ten million rows. Owned by the ledger and used by its thread only.
/// </summary>
sealed class LedgerCounters(sqlite3 database) : IDisposable
{
    public const long HourInMilliseconds = 3_600_000;
    // One a root and hour: beyond this the hours of a long transaction are over, and only the memory of them is left.
    const int MostSums = 64;

    readonly List<Sum> sums = [];
    readonly Statement add = new(database, """
        INSERT INTO hour (root, hour, found, uploaded, bytes, deleted, vanished, again, failed, waited, longest, sent,
            by_notification, by_start, by_overflow, by_rescan, by_directory, overflows) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
        ON CONFLICT DO UPDATE SET found = found + excluded.found, uploaded = uploaded + excluded.uploaded, bytes = bytes + excluded.bytes,
            deleted = deleted + excluded.deleted, vanished = vanished + excluded.vanished, again = again + excluded.again, failed = failed + excluded.failed,
            waited = waited + excluded.waited, longest = max(longest, excluded.longest), sent = sent + excluded.sent,
            by_notification = by_notification + excluded.by_notification, by_start = by_start + excluded.by_start, by_overflow = by_overflow + excluded.by_overflow,
            by_rescan = by_rescan + excluded.by_rescan, by_directory = by_directory + excluded.by_directory, overflows = overflows + excluded.overflows
        """);
    readonly Statement addStep = new(database, "INSERT INTO latency (root, hour, what, step, count) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET count = count + excluded.count");
    readonly Statement success = new(database, "INSERT INTO latest (root, uploaded) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET uploaded = excluded.uploaded");
    readonly Statement failure = new(database, "INSERT INTO latest (root, failed, path, error) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET failed = excluded.failed, path = excluded.path, error = excluded.error");

    /// <summary>The sum that something belongs to which happened to a row of the root at that time.</summary>
    public Sum At(int root, long time)
    {
        var hour = Math.DivRem(time, HourInMilliseconds).Quotient;
        foreach (var known in sums)
        {
            if (known.Root == root && known.Hour == hour)
            {
                known.IsTouched = true;
                return known;
            }
        }
        var sum = new Sum { Root = root, Hour = hour, IsTouched = true };
        sums.Add(sum);
        return sum;
    }

    /// <summary>Writes what was added up since the last time.</summary>
    public void Write()
    {
        foreach (var sum in sums)
        {
            if (!sum.IsTouched)
            {
                continue;
            }
            add.Bind(1, sum.Root).Bind(2, sum.Hour).Bind(3, sum.Found).Bind(4, sum.Uploaded).Bind(5, sum.Bytes).Bind(6, sum.Deleted).Bind(7, sum.Vanished).Bind(8, sum.Again).Bind(9, sum.Failed)
                .Bind(10, sum.Waited).Bind(11, sum.Longest).Bind(12, sum.Sent);
            for (var by = 0; by < sum.FoundBy.Length; by++)
            {
                add.Bind(13 + by, sum.FoundBy[by]);
            }
            add.Bind(18, sum.Overflows).Run();
            if (sum.IsWaited)
            {
                WriteSteps(sum, 0, sum.WaitSteps);
                WriteSteps(sum, 1, sum.SendSteps);
            }
            if (sum.LatestUpload is { } uploaded)
            {
                success.Bind(1, sum.Root).Bind(2, uploaded).Run();
            }
            if (sum.LatestFailure is { } failed)
            {
                failure.Bind(1, sum.Root).Bind(2, failed).Bind(3, sum.Path).Bind(4, sum.Error).Run();
            }
            sum.Clear();
        }
        if (sums.Count > MostSums)
        {
            sums.Clear();
        }
    }

    void WriteSteps(Sum sum, int what, long[] steps)
    {
        for (var step = 0; step < steps.Length; step++)
        {
            if (steps[step] > 0)
            {
                addStep.Bind(1, sum.Root).Bind(2, sum.Hour).Bind(3, what).Bind(4, step).Bind(5, steps[step]).Run();
            }
        }
    }

    public void Dispose()
    {
        add.Dispose();
        addStep.Dispose();
        success.Dispose();
        failure.Dispose();
    }

    /// <summary>What happened to the rows of one root in one hour, since it was written.</summary>
    public sealed class Sum
    {
        public int Root;
        public long Hour, Found, Uploaded, Bytes, Deleted, Vanished, Again, Failed;
        public long? LatestUpload, LatestFailure;
        public string? Path, Error;
        public bool IsTouched, IsWaited;
        public long Waited, Longest, Sent;
        public readonly long[] WaitSteps = new long[LatencySteps.Count], SendSteps = new long[LatencySteps.Count];
        // In the order of FoundBy.
        public readonly long[] FoundBy = new long[5];
        public long Overflows;

        /// <summary>So many files were found; null where no run found them.</summary>
        public void AddFound(FoundBy? by, long count)
        {
            Found += count;
            if (by is { } way)
            {
                FoundBy[(int)way] += count;
            }
        }

        /// <summary>A file got its receipt so many milliseconds after it was last written; its upload took that long, where it was measured.</summary>
        public void AddWait(long time, long? sending)
        {
            time = Math.Max(0, time);
            (IsWaited, Waited, Longest) = (true, Waited + time, Math.Max(Longest, time));
            WaitSteps[LatencySteps.Of(time)]++;
            if (sending is { } sent)
            {
                Sent += sent;
                SendSteps[LatencySteps.Of(sent)]++;
            }
        }

        /// <summary>To be used for the same hour again.</summary>
        public void Clear()
        {
            (Found, Uploaded, Bytes, Deleted, Vanished, Again, Failed, IsTouched) = (0, 0, 0, 0, 0, 0, 0, false);
            (LatestUpload, LatestFailure, Path, Error, Overflows) = (null, null, null, null, 0);
            Array.Clear(FoundBy);
            if (IsWaited)
            {
                (IsWaited, Waited, Longest, Sent) = (false, 0, 0, 0);
                Array.Clear(WaitSteps);
                Array.Clear(SendSteps);
            }
        }
    }
}
