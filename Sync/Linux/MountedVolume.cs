using System;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync.Linux;

/// <summary>
/// Which volume a directory is on. st_dev is not enough: it is given out anew at each mount and start, and two sticks put in one after the other
/// may get the same. Has no state.
/// </summary>
[SupportedOSPlatform("linux")]
static class MountedVolume
{
    /// <summary>Where f_fsid stands in struct statfs of the 64-bit architectures: statfs(2), asm-generic/statfs.h.</summary>
    const int FsidOffset = 56;

    /// <summary>OVERLAYFS_SUPER_MAGIC of linux/magic.h; f_type is the first word.</summary>
    const long Overlay = 0x794C_7630;

    const string Links = "/dev/disk/by-uuid";

    /// <summary>
    /// File systems with timestamps that tell every change which follows a look (FS_MGTIME), since Linux 6.13: tmpfs, ext4, btrfs, xfs.
    /// Their numbers are those of linux/magic.h. https://docs.kernel.org/filesystems/multigrain-ts.html
    /// </summary>
    static readonly long[] Multigrain = [0x0102_1994, 0xEF53, 0x9123_683E, 0x5846_5342];

    static readonly bool IsMultigrain = Environment.OSVersion.Version >= new Version(6, 13);

    /// <summary>
    /// True if each change of a file that follows a look at its times gives it others, as far as these are kept to the nanosecond.
    /// </summary>
    public static bool TellsEveryChange(SafeFileHandle file)
    {
        Span<byte> facts = stackalloc byte[256];
        return IsMultigrain && Libc.StatFileSystem(file, ref facts[0]) >= 0 && Multigrain.Contains(MemoryMarshal.Read<long>(facts));
    }

    /// <summary>0 with the identity of an open directory; else the errno.</summary>
    public static int Identify(SafeFileHandle directory, out RootIdentity identity)
    {
        identity = default;
        var error = Statx.Read(directory, fresh: true, out var found, withBirth: true);
        if (error != 0) return error;
        Span<byte> file = stackalloc byte[256];
        if (Libc.StatFileSystem(directory, ref file[0]) < 0) return Marshal.GetLastPInvokeError();
        var fsid = MemoryMarshal.Read<ulong>(file[FsidOffset..]);
        // A directory that was removed and made anew often gets the same inode; when it was made tells the two apart. Not on the file system of containers, where
        // both become others when something is first written to a directory of the image: there the volume must do.
        // https://docs.kernel.org/filesystems/overlayfs.html#inode-properties
        var id = MemoryMarshal.Read<long>(file) == Overlay ? 0 : found.Stamp.FileId ^ ((ulong)found.Born * 0x9E37_79B9_7F4A_7C15);
        identity = new(VolumeOf(fsid, found), found.Device, id);
        return 0;
    }

    /// <summary>
    /// Most file systems (ext4, btrfs, tmpfs) make f_fsid of their UUID. Some (xfs, vfat, exfat) have only the device's number in it: their UUID, or
    /// serial number, is asked of udev's links. Where neither is to be had (a share, say) the device must do.
    /// </summary>
    static ulong VolumeOf(ulong fsid, in Statx found)
    {
        var (major, minor) = found.Numbers;
        // new_encode_dev of linux/kdev_t.h.
        var encoded = (minor & 0xFF) | ((ulong)major << 8) | ((ulong)(minor & ~0xFFu) << 12);
        if (fsid != 0 && fsid != encoded) return fsid;
        return UuidOf(major, minor) is { } uuid ? Hash(uuid) : found.Device;
    }

    static string? UuidOf(uint major, uint minor)
    {
        try
        {
            if (Path.GetFileName(new FileInfo($"/sys/dev/block/{major}:{minor}").LinkTarget) is not { Length: > 0 } device) return null;
            foreach (var link in new DirectoryInfo(Links).EnumerateFileSystemInfos())
                if (Path.GetFileName(link.LinkTarget) == device) return link.Name;
        }
        // No udev here, or none that this account may ask.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
        return null;
    }

    /// <summary>FNV-1a: the same in every run, unlike .NET's own. http://www.isthe.com/chongo/tech/comp/fnv/</summary>
    static ulong Hash(string text)
    {
        var hash = 0xCBF2_9CE4_8422_2325;
        foreach (var one in Encoding.UTF8.GetBytes(text))
            hash = (hash ^ one) * 0x100_0000_01B3;
        return hash;
    }
}
