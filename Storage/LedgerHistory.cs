using System;
using System.Collections.Generic;

namespace S3Sync.Storage;

/// <summary>What happened to the rows of one root over some time, with the times from last write to receipt.</summary>
sealed class LedgerPeriod
{
    public LedgerTotals Totals { get; private set; }

    /// <summary>Uploads by the time from last write to receipt, in <see cref="LatencySteps"/>.</summary>
    public long[] WaitSteps { get; } = new long[LatencySteps.Count];

    /// <summary>Uploads by the time they took themselves.</summary>
    public long[] SendSteps { get; } = new long[LatencySteps.Count];

    /// <summary>Sum of the times from last write to receipt, milliseconds.</summary>
    public long Waited { get; private set; }

    /// <summary>Sum of the times uploads took, milliseconds.</summary>
    public long Sent { get; private set; }

    /// <summary>The longest time from last write to receipt, milliseconds.</summary>
    public long Longest { get; private set; }

    public void Add(in LedgerTotals more, long waited, long longest, long sent) =>
        (Totals, Waited, Longest, Sent) = (Totals + more, Waited + waited, Math.Max(Longest, longest), Sent + sent);

    public void Add(LedgerPeriod other)
    {
        Add(other.Totals, other.Waited, other.Longest, other.Sent);
        for (var step = 0; step < LatencySteps.Count; step++)
        {
            WaitSteps[step] += other.WaitSteps[step];
            SendSteps[step] += other.SendSteps[step];
        }
    }

    /// <summary>Milliseconds that this share of the uploads did not exceed; 0 where there were none.</summary>
    public double Percentile(double share) => LatencySteps.Percentile(WaitSteps, share, Longest);
}

/// <summary>Reads the sums that a ledger keeps by hour: as many as there were hours, however many files there are. One thread.</summary>
sealed class LedgerHistory(LedgerReader reader)
{
    /// <summary>All times of one root, added up by SQLite; its totals stay empty.</summary>
    public LedgerPeriod Times(int root)
    {
        var period = new LedgerPeriod();
        using (var sums = reader.Prepare("SELECT sum(waited), max(longest), sum(sent) FROM hour WHERE root = ?1"))
        {
            sums.Bind(1, root).Step();
            period.Add(default, sums.Number(0), sums.Number(1), sums.Number(2));
            sums.Reset();
        }
        using var steps = reader.Prepare("SELECT what, step, sum(count) FROM latency WHERE root = ?1 GROUP BY what, step");
        for (steps.Bind(1, root); steps.Step();)
        {
            (steps.Number(0) == 0 ? period.WaitSteps : period.SendSteps)[steps.Number(1)] = steps.Number(2);
        }
        return period;
    }

    /// <summary>Adds every hour of every root since one to the period that <paramref name="periodOf"/> names for root and hour.</summary>
    public void Read(long since, Func<int, long, LedgerPeriod> periodOf)
    {
        using (var hours = reader.Prepare("""
            SELECT root, hour, found, uploaded, bytes, deleted, vanished, again, failed, by_notification, by_start, by_overflow, by_rescan, by_directory, overflows,
                waited, longest, sent FROM hour WHERE hour >= ?1
            """))
        {
            for (hours.Bind(1, since); hours.Step();)
            {
                periodOf((int)hours.Number(0), hours.Number(1)).Add(LedgerTotals.Of(hours, 2), hours.Number(15), hours.Number(16), hours.Number(17));
            }
        }
        using var steps = reader.Prepare("SELECT root, hour, what, step, count FROM latency WHERE hour >= ?1");
        for (steps.Bind(1, since); steps.Step();)
        {
            var period = periodOf((int)steps.Number(0), steps.Number(1));
            (steps.Number(2) == 0 ? period.WaitSteps : period.SendSteps)[steps.Number(3)] += steps.Number(4);
        }
    }

    /// <summary>Calls back with the requests of every hour since one, and their kind.</summary>
    public void ReadRequests(long since, Action<long, int, RequestSum> take)
    {
        using var statement = reader.Prepare("SELECT hour, kind, sent, failed FROM request WHERE hour >= ?1");
        for (statement.Bind(1, since); statement.Step();)
        {
            take(statement.Number(0), (int)statement.Number(1), new(statement.Number(2), statement.Number(3)));
        }
    }
}
