using System;
using S3Sync.Sync;
using SQLitePCL;

namespace S3Sync.Storage;

/// <summary>Writes what only the run that is under way knows: what is in flight, what was asked of the bucket, what is in force. Owned by the ledger and used by its thread only.</summary>
sealed class LedgerVitals(sqlite3 database) : IDisposable
{
    readonly Statement flight = new(database, "INSERT INTO latest (root, uploading, deleting) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET uploading = excluded.uploading, deleting = excluded.deleting");
    readonly Statement vital = new(database, "INSERT INTO vital (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value");
    readonly Statement request = new(database, "INSERT INTO request (hour, kind, sent, failed) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET sent = sent + excluded.sent, failed = failed + excluded.failed");

    /// <summary>So many files of a root are with the uploaders and with the deleter now.</summary>
    public void SetInFlight(int root, in InFlight files) => flight.Bind(1, root).Bind(2, files.Uploading).Bind(3, files.Deleting).Run();

    /// <summary>A figure by its name.</summary>
    public void Set(string name, long value) => vital.Bind(1, name).Bind(2, value).Run();

    /// <summary>So many more requests of a kind were sent, at that time.</summary>
    public void AddRequests(int kind, in RequestSum more, long time) =>
        request.Bind(1, Math.DivRem(time, LedgerCounters.HourInMilliseconds).Quotient).Bind(2, kind).Bind(3, more.Sent).Bind(4, more.Failed).Run();

    public void Dispose()
    {
        flight.Dispose();
        vital.Dispose();
        request.Dispose();
    }
}

/// <summary>Files handed out by the ledger and not reported back yet.</summary>
readonly record struct InFlight(int Uploading, int Deleting)
{
    public static InFlight operator +(InFlight one, InFlight other) => new(one.Uploading + other.Uploading, one.Deleting + other.Deleting);
}
