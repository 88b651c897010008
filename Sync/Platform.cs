using System;
using System.Runtime.InteropServices;
using S3Sync.Sync.Linux;
using S3Sync.Sync.Windows;

namespace S3Sync.Sync;

/// <summary>Chooses what talks to the operating system we run on.</summary>
static class Platform
{
    public static IDisk OpenDisk() =>
        OperatingSystem.IsWindows() ? new WindowsDisk()
        : OperatingSystem.IsLinux() ? new LinuxDisk()
        : throw Unsupported();

    /// <summary>Throws <see cref="System.IO.IOException"/> where the system is out of handles.</summary>
    /// <param name="buffer">Bytes for the notifications of one root, on Windows.</param>
    public static IWatch OpenWatch(int buffer) =>
        OperatingSystem.IsWindows() ? DirectoryChangesWatch.Start(buffer)
        : OperatingSystem.IsLinux() ? InotifyWatch.Start()
        : throw Unsupported();

    static PlatformNotSupportedException Unsupported() =>
        new($"s3sync runs on Windows and Linux, not on {RuntimeInformation.OSDescription}.");
}
