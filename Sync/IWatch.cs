using System;
using System.Collections.Generic;

namespace S3Sync.Sync;

/// <summary>What a notification says.</summary>
enum Sign : byte
{
    /// <summary>Something happened to the file, which says nothing of it being complete.</summary>
    Touched,
    /// <summary>A writer closed the file: it may be complete, unless another handle is still open for writing.</summary>
    Complete,
    /// <summary>It was renamed into place: its producer says that it is complete.</summary>
    Moved,
    /// <summary>A directory was made or moved in: it must be scanned.</summary>
    Directory,
    /// <summary>Notifications were lost: the root must be scanned.</summary>
    Overflow,
    /// <summary>The root can no longer be watched (deleted, moved, its share gone): open it again later, then scan.</summary>
    Lost,
    /// <summary>A name that cannot be expressed in UTF-8 was seen; <see cref="Notification.Path"/> shows it, escaped.</summary>
    Unnameable,
}

/// <summary>One thing the kernel said. <paramref name="Path"/> is relative to the root, in the system's own separators, empty for the root itself.</summary>
readonly record struct Notification(Sign Sign, int Root, string Path);

/// <summary>How the opening of a watch on a root ended.</summary>
enum WatchState : byte
{
    /// <summary>The kernel notifies of everything below the root.</summary>
    Watching,
    /// <summary>This file system cannot notify, or a limit is reached: only the scan finds files here.</summary>
    ScanOnly,
    /// <summary>The root is not there or may not be read.</summary>
    Unreachable,
}

/// <summary>
/// The kernel's notifications for all roots. One implementation a system.
/// <see cref="Wait"/> belongs to the watcher's thread; <see cref="Open"/>, <see cref="Cover"/>, <see cref="Close"/> and <see cref="Wake"/> may be called from any thread.
/// </summary>
interface IWatch : IDisposable
{
    /// <summary>Starts (or starts again) to watch a root. <paramref name="error"/> is the system's code where the state is not Watching. A root already open is closed first.</summary>
    WatchState Open(int root, string path, out int error);

    /// <summary>
    /// To be called for the root and every directory below it before it is listed, so that nothing falls between listing and watching.
    /// <paramref name="directory"/> is relative to the root. The system's code where the kernel does not watch it: then only the scan finds files there.
    /// 0 where it does, where the directory is gone, or where nothing of the root is watched, which <see cref="Open"/> has told.
    /// Does nothing where the system watches whole trees.
    /// </summary>
    int Cover(int root, string directory);

    /// <summary>A code of <see cref="Open"/> or <see cref="Cover"/> in words: some mean a limit of watches here, and no full disk.</summary>
    SystemError Explain(int error);

    /// <summary>Stops watching a root.</summary>
    void Close(int root);

    /// <summary>Blocks until there are notifications, <see cref="Wake"/> was called, or the time is over (negative: no limit); adds at most one kernel buffer's worth to <paramref name="into"/>.</summary>
    void Wait(TimeSpan limit, List<Notification> into);

    /// <summary>Makes the current or next <see cref="Wait"/> return.</summary>
    void Wake();
}
