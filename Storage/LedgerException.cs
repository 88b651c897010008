using System;

namespace S3Sync.Storage;

/// <summary>The ledger cannot be used: what is wrong, and what a person can do. Nothing goes on without a ledger.</summary>
sealed class LedgerException(string what, string hint) : Exception(what)
{
    public string Hint { get; } = hint;

    /// <summary>True if another process holds the ledger.</summary>
    public bool IsHeld { get; init; }
}
