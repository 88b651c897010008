namespace S3Sync.Sync;

/// <summary>Why the system cannot tell whether somebody has a file open for writing, and what would help.</summary>
/// <param name="Why">The cause, as the rest of "whether it is still being written cannot be told: ...".</param>
/// <param name="Help">What a person can do.</param>
sealed record Doubt(string Why, string Help)
{
    /// <summary>What a file waits for, as its row in the ledger begins to say.</summary>
    public const string Start = "whether it is still being written cannot be told";
}
