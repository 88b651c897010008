namespace S3Sync.Sync;

/// <summary>Whether something has a name.</summary>
/// <param name="There">Null if the system does not tell (invariant 11).</param>
/// <param name="Why">Then why not, in the system's words.</param>
readonly record struct Presence(bool? There, string Why = "");

/// <summary>What tells a file from every other there is now: its number, and its device's.</summary>
readonly record struct FileNumber(ulong Id, ulong Device);
