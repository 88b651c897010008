using System;

namespace S3Sync.Sync;

/// <summary>What the ledger loop must know of the settings.</summary>
/// <param name="Keep">Upload and record, delete nothing.</param>
readonly record struct LedgerRules(bool Keep)
{
    /// <summary>Today's object store: see <see cref="Storage.Bucket.Endpoint"/>.</summary>
    public string Endpoint { get; init; } = "";

    /// <summary>What becomes of files that are in the bucket.</summary>
    public Keeping Keeping => Keep ? Keeping.Always : KeepsForAWhile ? Keeping.ForAWhile : Keeping.None;

    /// <summary>Which of the waiting files goes first.</summary>
    public Order Order { get; init; }

    /// <summary>How long a file is kept after its upload; null for no time.</summary>
    public TimeSpan? KeepFor { get; init; }

    /// <summary>Files are kept until their room is needed.</summary>
    public bool KeepsWhileRoom { get; init; }

    /// <summary>True if files stay for a while after their upload.</summary>
    public bool KeepsForAWhile => KeepFor > TimeSpan.Zero || KeepsWhileRoom;

    /// <summary>How many uploads of a root may be in flight now; null for as many as there is room for.</summary>
    public Func<int, int>? MostUploads { get; init; }

    /// <summary>Knows which buckets take nothing now; null where nobody asks.</summary>
    public BucketRests? Rests { get; init; }

    /// <summary>How long a name is remembered after its file was deleted here; null for ever.</summary>
    public TimeSpan? ForgetAfter { get; init; }
}
