using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync.Linux;

/// <summary>struct statx of statx(2): the same on every architecture, unlike struct stat. Only what is used has a name.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
struct Statx
{
    /// <summary>STATX_MODE, STATX_UID, STATX_GID: costs nothing where an inode is read anyway, but a server may be asked.</summary>
    const uint Ownership = 0x002 | 0x008 | 0x010;

    /// <summary>STATX_TYPE, STATX_MTIME, STATX_CTIME, STATX_INO, STATX_SIZE.</summary>
    const uint Wanted = 0x001 | 0x040 | 0x080 | 0x100 | 0x200;

    /// <summary>STATX_BTIME.</summary>
    const uint Birth = 0x800;

    const ushort TypeMask = 0xF000, RegularFile = 0x8000, Directory = 0x4000;

    [FieldOffset(20)] uint owner;
    [FieldOffset(24)] uint group;
    [FieldOffset(28)] ushort mode;
    [FieldOffset(32)] ulong inode;
    [FieldOffset(40)] ulong size;
    [FieldOffset(80)] long bornSeconds;
    [FieldOffset(88)] uint bornNanoseconds;
    [FieldOffset(96)] long changedSeconds;
    [FieldOffset(104)] uint changedNanoseconds;
    [FieldOffset(112)] long modifiedSeconds;
    [FieldOffset(120)] uint modifiedNanoseconds;
    [FieldOffset(136)] uint deviceMajor;
    [FieldOffset(140)] uint deviceMinor;

    /// <summary>Whose it is. Filled in by every local file system, asked for or not.</summary>
    public readonly uint Owner => owner;

    /// <inheritdoc cref="Owner"/>
    public readonly uint Group => group;

    /// <summary>The twelve bits of chmod(2).</summary>
    public readonly uint Mode => mode & 0xFFFu;

    public readonly EntryKind Kind => (mode & TypeMask) switch
    {
        RegularFile => EntryKind.File,
        Directory => EntryKind.Directory,
        _ => EntryKind.Other,
    };

    /// <summary>Times past the year 2262 wrap round, which still compares equal to itself.</summary>
    public readonly Stamp Stamp => new(inode, (long)size,
        (modifiedSeconds * 1_000_000_000) + modifiedNanoseconds,
        (changedSeconds * 1_000_000_000) + changedNanoseconds);

    /// <summary>S_IWUSR.</summary>
    public readonly bool OwnerMayWrite => (mode & 0x80) != 0;

    /// <summary>st_dev as its two numbers; the kernel always fills them in.</summary>
    public readonly (uint Major, uint Minor) Numbers => (deviceMajor, deviceMinor);

    /// <summary>The same as one; not 0, which no device has.</summary>
    public readonly ulong Device => ((ulong)deviceMajor << 32) | deviceMinor;

    /// <summary>When it was made, nanoseconds since 1970; 0 where the file system does not keep that.</summary>
    public readonly long Born => (bornSeconds * 1_000_000_000) + bornNanoseconds;

    /// <summary>Reads what is under a name, following no link. 0, or the errno.</summary>
    [SupportedOSPlatform("linux")]
    public static int Read(int directory, ref byte name, bool fresh, out Statx result)
    {
        var flags = Libc.AT_SYMLINK_NOFOLLOW | Libc.AT_NO_AUTOMOUNT | (fresh ? Libc.AT_STATX_FORCE_SYNC : 0);
        return Libc.StatxAt(directory, ref name, flags, Wanted, out result) < 0 ? Marshal.GetLastPInvokeError() : 0;
    }

    /// <summary>Reads what an absolute path leads to, by links as well: for /proc only. 0, or the errno.</summary>
    [SupportedOSPlatform("linux")]
    public static int Follow(ref byte path, out Statx result) =>
        Libc.StatxAt(Libc.AT_FDCWD, ref path, Libc.AT_NO_AUTOMOUNT, Wanted, out result) < 0 ? Marshal.GetLastPInvokeError() : 0;

    /// <summary>Reads what a descriptor stands for. 0, or the errno.</summary>
    /// <param name="withBirth">True to ask when it was made as well, which a server may have to be asked for.</param>
    [SupportedOSPlatform("linux")]
    public static int Read(SafeFileHandle file, bool fresh, out Statx result, bool withBirth = false)
    {
        byte empty = 0;
        var flags = Libc.AT_EMPTY_PATH | (fresh ? Libc.AT_STATX_FORCE_SYNC : 0);
        return Libc.StatxOf(file, ref empty, flags, withBirth ? Wanted | Birth : Wanted, out result) < 0 ? Marshal.GetLastPInvokeError() : 0;
    }

    /// <summary>Reads what a name leads to, links followed. 0, or the errno.</summary>
    [SupportedOSPlatform("linux")]
    public static int ReadTarget(int directory, ref byte name, out Statx result) =>
        Libc.StatxAt(directory, ref name, Libc.AT_NO_AUTOMOUNT | Libc.AT_STATX_FORCE_SYNC, Wanted, out result) < 0 ? Marshal.GetLastPInvokeError() : 0;

    /// <summary>Reads what a name stands for, with its owner and mode, following no link at its end. 0, or the errno.</summary>
    [SupportedOSPlatform("linux")]
    public static int ReadOwned(int directory, ref byte name, out Statx result) =>
        Libc.StatxAt(directory, ref name, Libc.AT_SYMLINK_NOFOLLOW | Libc.AT_NO_AUTOMOUNT, Wanted | Ownership, out result) < 0 ? Marshal.GetLastPInvokeError() : 0;

    /// <summary>Reads what a descriptor stands for, with its owner and mode. 0, or the errno.</summary>
    [SupportedOSPlatform("linux")]
    public static int ReadOwned(SafeFileHandle file, out Statx result)
    {
        byte empty = 0;
        return Libc.StatxOf(file, ref empty, Libc.AT_EMPTY_PATH, Wanted | Ownership, out result) < 0 ? Marshal.GetLastPInvokeError() : 0;
    }
}
