namespace S3Sync.Sync;

/// <summary>What the ledger holds of one root beyond the windows: whether due rows, and when the next comes due.</summary>
struct Backlog()
{
    public bool Uploads, Deletes;
    public long NextUpload = long.MaxValue, NextDelete = long.MaxValue;
}
