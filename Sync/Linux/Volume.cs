using System;
using System.IO;
using System.Runtime.Versioning;

namespace S3Sync.Sync.Linux;

/// <summary>The file system of a directory.</summary>
[SupportedOSPlatform("linux")]
static class Volume
{
    /// <summary>Bytes free for this account (statvfs(3), f_bavail); null where they cannot be told.</summary>
    public static long? FreeOf(string directory)
    {
        try
        {
            return new DriveInfo(directory).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
