using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
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

    /// <summary>Bytes free for this account on the volume of a directory; null where the system does not tell.</summary>
    public static long? FreeOf(string directory) =>
        OperatingSystem.IsWindows() ? Windows.Volume.FreeOf(directory)
        : OperatingSystem.IsLinux() ? Linux.Volume.FreeOf(directory)
        : null;

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
