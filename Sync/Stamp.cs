using System;

namespace S3Sync.Sync;

/// <summary>What tells one state of one file from every other: which file it is, how long it is and when it was last touched.</summary>
/// <param name="FileId">The file system's number for the file (inode; NTFS file id, a 128-bit id folded by exclusive or). Unique on its volume only while the file exists.</param>
/// <param name="Size">Length in bytes.</param>
/// <param name="Modified">Time of the last write, nanoseconds since 1970-01-01 UTC.</param>
/// <param name="Changed">Time of the last change of content or attributes, same unit (st_ctime; ChangeTime in FILE_BASIC_INFO). No program can set it back.</param>
readonly record struct Stamp(ulong FileId, long Size, long Modified, long Changed)
{
    /// <summary>Of the file systems there are: FAT.</summary>
    public static readonly TimeSpan LongestTick = TimeSpan.FromSeconds(2);

    static readonly TimeSpan SystemTick = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// The longest time within which the file system may give two changes the same stamp. One that keeps whole seconds shows that: FAT
    /// keeps every second of them, ext2, ext3 and ext4 with inodes of 128 bytes each. Others take their time of the system's tick, of at most
    /// 10 ms on Linux (CONFIG_HZ) and 16 ms on Windows (https://learn.microsoft.com/windows/win32/sysinfo/acquiring-high-resolution-time-stamps).
    /// </summary>
    public TimeSpan Tick => (Changed != 0 ? Changed : Modified) % 1_000_000_000 == 0 ? LongestTick : SystemTick;

    /// <summary>How long ago, at a time in UTC, it was last written; negative if that lies ahead.</summary>
    public TimeSpan AgeAt(DateTime now) => now - DateTime.UnixEpoch - TimeSpan.FromTicks(Modified / 100);
}
