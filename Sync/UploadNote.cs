using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>How far a multipart upload got.</summary>
enum UploadStep : byte
{
    Begun,
    /// <summary>The server has one more part.</summary>
    Stored,
    /// <summary>The server answered, and yet not one part more is there.</summary>
    Fruitless,
    /// <summary>It is completed, or aborted: the server has nothing of it any more.</summary>
    Ended,
    /// <summary>Nobody will go on with it, and aborting it failed.</summary>
    Stale,
}

/// <summary>What the ledger is told of a multipart upload while its file is in flight.</summary>
/// <param name="Number">With Stored: the part's, from 1.</param>
/// <param name="Part">With Stored.</param>
sealed record UploadNote(UploadStep Step, PartialUpload Upload, int Number = 0, StoredPart Part = default);
