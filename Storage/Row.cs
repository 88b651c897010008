using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>Which work an unfinished row waits for.</summary>
enum LedgerLane { Upload, Delete }

/// <summary>The part of a ledger row that decides what to do with the file. Times in milliseconds since 1970 UTC.</summary>
readonly record struct Row(
    string Path, long Found, long? Uploaded, long? Deleted, long? Again, long? Due, long? Parked, int Attempts, int Waits, Stamp Stamp, ChecksumKind Kind, string? Checksum)
{
    /// <summary>The ledger's number of bucket and prefix it was uploaded to; 0 before.</summary>
    public int Target { get; init; }

    /// <summary>The key that a template, or another program, made for it; null where it follows from prefix and path.</summary>
    public string? Key { get; init; }

    /// <summary>Since when the file is missing here, although s3sync did not delete it; null while it is here.</summary>
    public long? Missing { get; init; }

    /// <summary>Why the file is kept although it was uploaded, or why its latest attempt failed.</summary>
    public FailureCode Code { get; init; }

    /// <summary>As in <see cref="Receipt"/>; null before the upload.</summary>
    public string? ETag { get; init; }

    /// <summary>As in <see cref="Receipt"/>.</summary>
    public string? Version { get; init; }

    /// <summary>What the bucket acknowledged; meaningless before the upload.</summary>
    public Receipt Receipt => new(Kind, Checksum ?? "", ETag ?? "", Version);

    /// <summary>The stage, which follows from the dates.</summary>
    public Stage Stage => StageOf(Uploaded, Deleted, Again, Missing);

    /// <summary>The stage these four dates mean.</summary>
    public static Stage StageOf(long? uploaded, long? deleted, long? again, long? missing) => (uploaded, deleted, again, missing) switch
    {
        (null, null, _, _) => Stage.Pending,
        (null, _, _, _) => Stage.Vanished,
        (_, null, null, null) => Stage.Uploaded,
        (_, null, null, _) => Stage.Missing,
        (_, null, _, _) => Stage.Left,
        _ => Stage.Deleted,
    };
}

/// <summary>How many rows of one root stand where.</summary>
readonly record struct LedgerCounts(long Pending, long ToDelete, long Parked);

/// <summary>A run as the ledger remembers it. Times in milliseconds since 1970 UTC.</summary>
/// <param name="Process">Its process.</param>
/// <param name="Born">When that process started, in the system's own unit: tells it from a later one of the same id.</param>
/// <param name="Ended">When it ended in order; null while it runs, and after a crash.</param>
readonly record struct LedgerRun(int Process, long? Born, long Started, string Version, long? Ended = null);
