using System;
using System.Collections.Generic;
using SQLitePCL;

namespace S3Sync.Storage;

/// <summary>Uploads over some time.</summary>
readonly record struct PaceSum(long Files, long Bytes)
{
    public static PaceSum operator +(PaceSum one, PaceSum other) => new(one.Files + other.Files, one.Bytes + other.Bytes);
}

/// <summary>
/// Counts uploads in steps of ten seconds, per root, and keeps the latest hour of that, in the transaction of the rows themselves: the hours of
/// <see cref="LedgerCounters"/> say nothing of the last minute. Owned by the ledger and used by its thread only.
/// </summary>
sealed class LedgerPace(sqlite3 database) : IDisposable
{
    public const long StepInMilliseconds = 10_000;
    public const int StepsInMinute = 6, StepsInHour = 360;

    // Of one transaction: seldom more than one a root.
    readonly List<(int Root, long Step, PaceSum Sum)> sums = [];
    readonly Statement add = new(database, $"""
        INSERT INTO pace (root, slot, step, uploaded, bytes) VALUES (?1, ?2 % {StepsInHour}, ?2, ?3, ?4)
        ON CONFLICT DO UPDATE SET step = excluded.step, uploaded = excluded.uploaded + iif(step = excluded.step, uploaded, 0), bytes = excluded.bytes + iif(step = excluded.step, bytes, 0)
        """);

    public void Add(int root, long time, long bytes)
    {
        var step = time / StepInMilliseconds;
        for (var i = 0; i < sums.Count; i++)
        {
            if (sums[i].Root == root && sums[i].Step == step)
            {
                sums[i] = (root, step, sums[i].Sum + new PaceSum(1, bytes));
                return;
            }
        }
        sums.Add((root, step, new(1, bytes)));
    }

    /// <summary>Writes what was added up since the last time.</summary>
    public void Write()
    {
        foreach (var (root, step, sum) in sums)
        {
            add.Bind(1, root).Bind(2, step).Bind(3, sum.Files).Bind(4, sum.Bytes).Run();
        }
        sums.Clear();
    }

    public void Dispose() => add.Dispose();
}
