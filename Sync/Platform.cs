using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using S3Sync.Sync.Linux;
using S3Sync.Sync.Windows;

namespace S3Sync.Sync;

/// <summary>Chooses what talks to the operating system we run on.</summary>
static class Platform
{
    /// <param name="roots">The watched directories, below which no link is followed; Linux follows none anywhere.</param>
    public static IDisk OpenDisk(IEnumerable<string> roots) =>
        OperatingSystem.IsWindows() ? new WindowsDisk(roots)
        : OperatingSystem.IsLinux() ? new LinuxDisk()
        : throw Unsupported();

    /// <summary>The system's time, whose monotonic clock goes on while the machine sleeps. That of Windows does by itself (QueryPerformanceCounter).</summary>
    public static TimeProvider OpenClock() => OperatingSystem.IsLinux() ? BootClock.Open() : TimeProvider.System;

    /// <summary>Throws <see cref="System.IO.IOException"/> where the system is out of handles.</summary>
    /// <param name="buffer">Bytes for the notifications of one root, on Windows.</param>
    public static IWatch OpenWatch(int buffer) =>
        OperatingSystem.IsWindows() ? DirectoryChangesWatch.Start(buffer)
        : OperatingSystem.IsLinux() ? InotifyWatch.Start()
        : throw Unsupported();

    /// <summary>A number that tells a process from every other that had its id; null where there is none, 0 where it may not be asked.</summary>
    public static long? BornOf(int process) =>
        OperatingSystem.IsWindows() ? Windows.Processes.BornOf(process)
        : OperatingSystem.IsLinux() ? Linux.Processes.BornOf(process)
        : null;

    /// <summary>True if this account may delete files of the directory.</summary>
    public static bool MayDeleteIn(string directory) =>
        OperatingSystem.IsWindows() ? Windows.Processes.MayDeleteIn(directory)
        : !OperatingSystem.IsLinux() || Linux.Processes.MayDeleteIn(directory);

    /// <summary>Why it may not be told of files of a directory whether they are still being written; null where nothing is known against it.</summary>
    public static Doubt? DoubtIn(string directory) => OperatingSystem.IsLinux() ? LeaseRight.DoubtIn(directory) : null;

    /// <summary>An error of this system in words.</summary>
    /// <param name="error">errno, or the Win32 code.</param>
    public static SystemError Explain(int error) => OperatingSystem.IsWindows() ? Win32Words.Explain(error) : ErrnoWords.Explain(error);

    /// <summary>Whose fault an error is that a call on a file met.</summary>
    /// <param name="error">errno, or the Win32 code.</param>
    /// <param name="deleting">True where the file was to be deleted; else it was to be opened, looked at or read.</param>
    public static Culprit CulpritOf(int error, bool deleting) =>
        OperatingSystem.IsWindows() ? Win32Words.CulpritOf(error, deleting) : ErrnoWords.CulpritOf(error, deleting);

    /// <summary>Bytes free for this account on the volume of a directory; null where the system does not tell.</summary>
    public static long? FreeOf(string directory) =>
        OperatingSystem.IsWindows() ? Windows.Volume.FreeOf(directory)
        : OperatingSystem.IsLinux() ? Linux.Volume.FreeOf(directory)
        : null;

    /// <summary>
    /// Standard input, output and error are open from here on. By the module's initializer, before Main: what is opened before could get one of
    /// their numbers, and the runtime itself keeps a file of random bytes open from the first text it hashes.
    /// </summary>
    [ModuleInitializer]
    public static void FillStreams()
    {
        if (OperatingSystem.IsLinux())
        {
            StandardStreams.Fill();
        }
    }

    /// <summary>How many files this process may have open, once it was raised as far as this account may; null where nothing limits them.</summary>
    public static long? RaiseOpenFiles() => OperatingSystem.IsLinux() ? OpenFiles.Raise() : null;

    /// <summary>What of the system a run cannot do without is not there; null where nothing is missing.</summary>
    public static Problem? MissingLibrary() => OperatingSystem.IsLinux() && !OpenSsl.IsThere()
        ? new("libssl.so.3 is not on this machine: without it nothing can be signed, compared or encrypted", "install the package libssl3 (Debian, Ubuntu: also libssl3t64), openssl-libs (Fedora, RHEL), libopenssl3 (SUSE) or openssl (Arch)")
        : null;

    /// <summary>Whether anything has the name, a link that leads nowhere among it.</summary>
    public static Presence Look(string path) =>
        OperatingSystem.IsWindows() ? Windows.PlainFile.Look(path)
        : OperatingSystem.IsLinux() ? Linux.PlainFile.Look(path)
        : throw Unsupported();

    /// <summary>Opens or makes a file of our own to write to, its owner's alone; a link in its place is not followed. Throws IOException or UnauthorizedAccessException.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="alone">True to keep every other process from doing the same.</param>
    public static FileStream OpenPlain(string path, bool alone) =>
        OperatingSystem.IsWindows() ? Windows.PlainFile.Open(path, alone)
        : OperatingSystem.IsLinux() ? Linux.PlainFile.Open(path, alone)
        : throw Unsupported();

    /// <summary>Ends what <see cref="OpenPlain"/> keeps others from even if another process has the descriptor.</summary>
    public static void Unlock(SafeFileHandle file)
    {
        if (OperatingSystem.IsLinux() && !file.IsClosed)
        {
            Libc.Lock(file, Libc.LOCK_UN);
        }
    }

    /// <summary>False if the name stands for another file than the open one, or for none; null where that cannot be told. True on Windows, where an open file keeps its name.</summary>
    public static bool? IsAt(SafeFileHandle file, string path) => OperatingSystem.IsLinux() ? Linux.PlainFile.IsAt(file, path) : true;

    /// <summary>The number of what a name leads to; null where it is <paramref name="gone"/>, or nothing tells.</summary>
    public static FileNumber? NumberOf(string path, out bool gone)
    {
        gone = false;
        return OperatingSystem.IsLinux() ? Linux.PlainFile.NumberOf(path, out gone) : null;
    }

    /// <summary>Makes a directory, and those above it, for this account and administrators alone; one that is there stays as it is.</summary>
    public static void MakePrivate(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Protection.Make(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Why others could replace what is in a directory, and what would keep them from it; null where they cannot, or nothing tells.</summary>
    public static Problem? WhyShared(string directory) =>
        OperatingSystem.IsWindows() ? Windows.PlainFile.WhyShared(directory)
        : OperatingSystem.IsLinux() ? Linux.PlainFile.WhyShared(directory)
        : null;

    /// <summary>Opens a directory that nobody else may use. Throws IOException or UnauthorizedAccessException where another may, or it cannot be opened.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="make">True to make it where it is not there.</param>
    public static IPrivateDirectory OpenPrivate(string path, bool make) =>
        OperatingSystem.IsWindows() ? WindowsPrivateDirectory.Open(path, make)
        : OperatingSystem.IsLinux() ? LinuxPrivateDirectory.Open(path, make)
        : throw Unsupported();

    /// <summary>Who has the file open; null where the system cannot tell.</summary>
    public static List<Holder>? HoldersOf(string path) =>
        OperatingSystem.IsWindows() ? Openers.HoldersOf(path)
        : OperatingSystem.IsLinux() ? Linux.Processes.HoldersOf(path)
        : null;

    static PlatformNotSupportedException Unsupported() =>
        new($"s3sync runs on Windows and Linux, not on {RuntimeInformation.OSDescription}.");
}

/// <summary>A process that has a file open.</summary>
/// <param name="Writes">Whether for writing; null where the system does not tell.</param>
sealed record Holder(int Id, string Name, bool? Writes);
