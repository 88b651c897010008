using System;

namespace S3Sync.Sync;

/// <summary>How the watch on one root stands. Belongs to the watcher's thread, except what may be set by any.</summary>
sealed class RootWatch
{
    public bool IsOpen, WasOpen;
    // Any thread.
    public volatile bool IsMissing;
    public int Failures;
    public long Overflows;
    /// <summary>Since the watcher began: when it is opened, or tried once more.</summary>
    public TimeSpan NextOpen;
    /// <summary>Zero where it is watched. Else that long until it is tried once more: a limit may be raised, or another program let go of what it has.</summary>
    public TimeSpan Pause;

    public bool IsScanOnly => IsOpen && Pause > TimeSpan.Zero;
}
