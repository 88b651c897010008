using System.Runtime.Versioning;

namespace S3Sync.Sync.Windows;

/// <summary>The volume of a directory, wherever it is mounted; also that of a share.</summary>
[SupportedOSPlatform("windows")]
static class Volume
{
    /// <summary>Bytes free for this account; null where they cannot be told.</summary>
    public static long? FreeOf(string directory) =>
        // The name of a share must end in a separator: https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getdiskfreespaceexw.
        Kernel32.GetDiskFreeSpace(LongPath.Of(directory) + '\\', out var free, out _, out _) ? (long)free : null;
}
