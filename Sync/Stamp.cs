using System;

namespace S3Sync.Sync;

/// <summary>What tells one state of one file from every other: which file it is, how long it is and when it was last touched.</summary>
/// <param name="FileId">The file system's number for the file (inode; NTFS file id, a 128-bit id folded by exclusive or). Unique on its volume only while the file exists.</param>
/// <param name="Size">Length in bytes.</param>
/// <param name="Modified">Time of the last write, nanoseconds since 1970-01-01 UTC.</param>
/// <param name="Changed">Time of the last change of content or attributes, same unit (st_ctime; ChangeTime in FILE_BASIC_INFO). No program can set it back.</param>
readonly record struct Stamp(ulong FileId, long Size, long Modified, long Changed)
{
    /// <summary>How long ago, at a time in UTC, it was last written; negative if that lies ahead.</summary>
    public TimeSpan AgeAt(DateTime now) => now - DateTime.UnixEpoch - TimeSpan.FromTicks(Modified / 100);
}
