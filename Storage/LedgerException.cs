using System;

namespace S3Sync.Storage;

/// <summary>The ledger cannot be used: what is wrong, and what a person can do. Nothing goes on without a ledger.</summary>
sealed class LedgerException(string what, string hint) : Exception(what)
{
    /// <summary>The hint for a ledger that holds what SQLite or s3sync did not write.</summary>
    public const string Damaged = "the ledger is damaged: keep a copy, then move it away; s3sync starts a new one and recognises what is in the bucket already";

    public string Hint { get; } = hint;

    /// <summary>True if another process holds the ledger.</summary>
    public bool IsHeld { get; init; }
}
