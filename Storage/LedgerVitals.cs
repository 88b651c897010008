using System;
using S3Sync.Sync;
using SQLitePCL;

namespace S3Sync.Storage;

/// <summary>Writes what only the run that is under way knows: what is in flight, what was asked of the bucket, what is in force. Owned by the ledger and used by its thread only.</summary>
sealed class LedgerVitals(sqlite3 database) : IDisposable
{
    /// <summary>What the names of figures begin with that stay when another run begins.</summary>
    public const string PlaceNames = "place.";

    readonly Statement flight = new(database, "INSERT INTO latest (root, uploading, deleting) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET uploading = excluded.uploading, deleting = excluded.deleting");
    readonly Statement vital = new(database, "INSERT INTO vital (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value");
    readonly Statement value = new(database, "SELECT value FROM vital WHERE name = ?1");
    readonly Statement request = new(database, "INSERT INTO request (hour, kind, sent, failed) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET sent = sent + excluded.sent, failed = failed + excluded.failed");

    /// <summary>So many files of a root are with the uploaders and with the deleter now.</summary>
    public void SetInFlight(int root, in InFlight files) => flight.Bind(1, root).Bind(2, files.Uploading).Bind(3, files.Deleting).Run();

    /// <summary>A figure by its name.</summary>
    public void Set(string name, long value) => vital.Bind(1, name).Bind(2, value).Run();

    /// <summary>What a root was in the latest run that saw it, and since when; null if none did. The device is of that run and not known here.</summary>
    public (RootIdentity Identity, long Since)? PlaceOf(int root) =>
        Get(PlaceName(root, "volume")) is { } volume && Get(PlaceName(root, "directory")) is { } directory
            ? (new((ulong)volume, RootIdentity.NoDevice, (ulong)directory), Get(PlaceName(root, "since")) ?? 0) : null;

    /// <summary>A root is that, since then.</summary>
    public void SetPlace(int root, in RootIdentity identity, long since)
    {
        Set(PlaceName(root, "volume"), (long)identity.Volume);
        Set(PlaceName(root, "directory"), (long)identity.Directory);
        Set(PlaceName(root, "since"), since);
    }

    static string PlaceName(int root, string what) => $"{PlaceNames}{root}.{what}";

    long? Get(string name)
    {
        long? found = value.Bind(1, name).Step() ? value.Number(0) : null;
        value.Reset();
        return found;
    }

    /// <summary>So many more requests of a kind were sent, at that time.</summary>
    public void AddRequests(int kind, in RequestSum more, long time) =>
        request.Bind(1, Math.DivRem(time, LedgerCounters.HourInMilliseconds).Quotient).Bind(2, kind).Bind(3, more.Sent).Bind(4, more.Failed).Run();

    public void Dispose()
    {
        flight.Dispose();
        vital.Dispose();
        value.Dispose();
        request.Dispose();
    }
}

/// <summary>Files handed out by the ledger and not reported back yet.</summary>
readonly record struct InFlight(int Uploading, int Deleting)
{
    public static InFlight operator +(InFlight one, InFlight other) => new(one.Uploading + other.Uploading, one.Deleting + other.Deleting);
}
