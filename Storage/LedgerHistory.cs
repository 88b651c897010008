using System;
using System.Collections.Generic;

namespace S3Sync.Storage;

/// <summary>What happened to the rows of one root over some time, with the times from last write to receipt.</summary>
sealed class LedgerPeriod
{
    public LedgerTotals Totals { get; private set; }

    /// <summary>Uploads by <see cref="LatencySteps"/>.</summary>
    public long[] Steps { get; } = new long[LatencySteps.Count];

    /// <summary>Sum and longest of these times, milliseconds.</summary>
    public long Waited { get; private set; }

    public long Longest { get; private set; }

    public void Add(in LedgerTotals more, long waited, long longest)
    {
        var t = Totals;
        Totals = new(t.Found + more.Found, t.Uploaded + more.Uploaded, t.Bytes + more.Bytes, t.Deleted + more.Deleted, t.Vanished + more.Vanished, t.Again + more.Again, t.Failed + more.Failed);
        (Waited, Longest) = (Waited + waited, Math.Max(Longest, longest));
    }

    /// <summary>Milliseconds that this share of the uploads did not exceed; 0 where there were none.</summary>
    public double Percentile(double share) => LatencySteps.Percentile(Steps, share, Longest);
}

/// <summary>Reads the sums that a ledger keeps by hour: as many as there were hours, however many files there are. One thread.</summary>
sealed class LedgerHistory(LedgerReader reader)
{
    /// <summary>Adds every hour of every root since one to the period that <paramref name="periodOf"/> names for root and hour.</summary>
    public void Read(long since, Func<int, long, LedgerPeriod> periodOf)
    {
        using (var hours = reader.Prepare("SELECT root, hour, found, uploaded, bytes, deleted, vanished, again, failed, waited, longest FROM hour WHERE hour >= ?1"))
        {
            for (hours.Bind(1, since); hours.Step();)
            {
                periodOf((int)hours.Number(0), hours.Number(1)).Add(
                    new(hours.Number(2), hours.Number(3), hours.Number(4), hours.Number(5), hours.Number(6), hours.Number(7), hours.Number(8)), hours.Number(9), hours.Number(10));
            }
        }
        using var steps = reader.Prepare("SELECT root, hour, step, count FROM latency WHERE hour >= ?1");
        for (steps.Bind(1, since); steps.Step();)
        {
            periodOf((int)steps.Number(0), steps.Number(1)).Steps[steps.Number(2)] += steps.Number(3);
        }
    }
}
