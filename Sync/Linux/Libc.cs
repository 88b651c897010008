using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync.Linux;

/// <summary>
/// The system calls in use, as section 2 of the Linux manual pages describes them. A negative result means that
/// <see cref="Marshal.GetLastPInvokeError"/> holds the errno. A <c>ref byte</c> path is zero-terminated.
/// </summary>
[SupportedOSPlatform("linux")]
static partial class Libc
{
    // The two flags that differ between the architectures .NET runs on (asm/fcntl.h): arm64 has its own.
    static readonly bool Arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
    public static readonly int O_DIRECTORY = Arm ? 0x4000 : 0x10000;
    public static readonly int O_NOFOLLOW = Arm ? 0x8000 : 0x20000;
    public const int O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0x40, O_EXCL = 0x80, O_NONBLOCK = 0x800, O_NOATIME = 0x40000, O_CLOEXEC = 0x80000, O_PATH = 0x200000;

    public const int AT_FDCWD = -100, AT_SYMLINK_NOFOLLOW = 0x100, AT_REMOVEDIR = 0x200, AT_NO_AUTOMOUNT = 0x800, AT_EMPTY_PATH = 0x1000;
    /// <summary>Ask the server of a network file system instead of trusting what is cached; no cost on a local one.</summary>
    public const int AT_STATX_FORCE_SYNC = 0x2000;

    public const int F_GETFD = 1, FD_CLOEXEC = 1;

    public const int F_SETLEASE = 1024, F_GETLEASE = 1025, F_RDLCK = 0, F_UNLCK = 2;

    /// <summary>Open file description locks: asm-generic/fcntl.h.</summary>
    public const int F_OFD_GETLK = 36, F_DUPFD_CLOEXEC = 1030;

    /// <summary>flock(2).</summary>
    public const int LOCK_EX = 2, LOCK_NB = 4, LOCK_UN = 8;

    /// <summary>asm-generic/resource.h.</summary>
    public const int RLIMIT_NOFILE = 7;

    /// <summary>The same number on x64 and arm64: signal(7).</summary>
    public const int SIGIO = 29;
    public const nint SIG_IGN = 1, SIG_ERR = -1;

    public const short POLLIN = 1;

    public const int CLOCK_BOOTTIME = 7;

    // glibc has a wrapper for getdents64 only since 2.30; the numbers are those of asm/unistd.h.
    static readonly nint Getdents64Number = Arm ? 61 : 217;

    // The same number on every architecture (asm-generic/unistd.h); glibc has no wrapper. RESOLVE_NO_SYMLINKS of linux/openat2.h.
    const nint Openat2Number = 437;
    const ulong ResolveNoSymlinks = 0x04;

    /// <summary>struct open_how of openat2(2).</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct OpenHow
    {
        public ulong Flags, Mode, Resolve;
    }

    /// <summary>struct rlimit of getrlimit(2), on the 64-bit architectures.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Limit
    {
        public ulong Soft, Hard;
    }

    /// <summary>struct pollfd of poll(2); a negative <see cref="Descriptor"/> is ignored by the kernel.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Events, Happened;
    }

    /// <summary>struct flock of the 64-bit architectures, where glibc's is the kernel's: fcntl(2). All zero is the whole file.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct FileLock
    {
        public short Type, Whence;
        public long Start, Length;
        public int Process;
    }

    /// <summary>struct timespec of 64-bit systems: clock_gettime(2).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct TimeSpec
    {
        public long Seconds, Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    public static partial int ClockGetTime(int clock, out TimeSpec time);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    public static partial int OpenAt(int directory, ref byte path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    public static partial int StatxAt(int directory, ref byte path, int flags, uint mask, out Statx result);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    public static partial int StatxOf(SafeFileHandle file, ref byte empty, int flags, uint mask, out Statx result);

    /// <summary>Fills struct statfs, of at most 120 bytes on the 64-bit architectures: statfs(2).</summary>
    [LibraryImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    public static partial int StatFileSystem(SafeFileHandle file, ref byte into);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    public static partial int UnlinkAt(int directory, ref byte path, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(SafeFileHandle file, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(SafeFileHandle file, int command, ref FileLock argument);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Duplicate(int descriptor, int command, nint least);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    public static partial int ChangeOwner(SafeFileHandle file, uint owner, uint group);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(int descriptor, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    public static partial int Duplicate(int descriptor, int number);

    /// <summary>Starts a program in the place of this one, with its environment; returns only where it fails.</summary>
    /// <param name="path">Zero-terminated.</param>
    /// <param name="arguments">Addresses of zero-terminated texts, the last of them 0.</param>
    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true)]
    public static partial int Execute(ref byte path, ref nint arguments);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    public static partial int ChangeMode(SafeFileHandle file, uint mode);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true)]
    public static partial int RenameAt(int from, ref byte name, int to, ref byte newName);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    public static partial uint EffectiveGroup();

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    public static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    public static partial int SetLimit(int resource, in Limit limit);

    [LibraryImport("libc", EntryPoint = "signal", SetLastError = true)]
    public static partial nint Signal(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(SafeFileHandle file, ref byte buffer, nint length);

    /// <summary>An off_t has 64 bits on every architecture there is a build for.</summary>
    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    public static partial nint ReadAt(SafeFileHandle file, ref byte buffer, nint length, long offset);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(SafeFileHandle file, ref byte buffer, nint length);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint descriptor, ref byte buffer, nint length);

    /// <summary>Fills the buffer with struct linux_dirent64 records; 0 at the end of the directory.</summary>
    public static nint GetDents64(int directory, ref byte buffer, nint length) =>
        SystemCall(Getdents64Number, directory, ref buffer, length);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint directory, ref byte path, ref OpenHow how, nint size);

    /// <summary>Opens a path no component of which may be a link (ELOOP). ENOSYS before Linux 5.6.</summary>
    public static int OpenNoLinks(int directory, ref byte path, int flags)
    {
        OpenHow how = new() { Flags = (ulong)flags, Resolve = ResolveNoSymlinks };
        return (int)SystemCall(Openat2Number, directory, ref path, ref how, 3 * sizeof(ulong));
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(ref PollEntry entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    public static partial int InotifyInit(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true)]
    public static partial int InotifyAdd(SafeFileHandle inotify, ref byte path, uint mask);

    [LibraryImport("libc", EntryPoint = "inotify_rm_watch", SetLastError = true)]
    public static partial int InotifyRemove(SafeFileHandle inotify, int watch);
}
