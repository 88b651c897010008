namespace S3Sync.Sync;

/// <summary>One directory that is to be listed.</summary>
/// <param name="Directory">Relative to the root; empty for the root itself.</param>
/// <param name="Counts">False if it was asked for too late to be a part of a run with --once.</param>
readonly record struct ScanStep(int Root, string Directory, FoundBy By, bool Counts)
{
    // What was lost while they went on is looked for after them.
    public bool IsFirst => Counts && By != FoundBy.OverflowScan;
}

/// <summary>What is under way of one root's scans, and what is asked for after that.</summary>
struct RootScan
{
    public int Steps;
    public FoundBy Again;
    public bool IsAgain, AgainCounts;
}
