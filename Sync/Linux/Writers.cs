using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using System.Threading;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync.Linux;

/// <summary>
/// Which files processes have open for writing or have locked, as far as this account may look: proc(5). What is not seen here proves
/// nothing: other users' processes, those outside a container, the kernel's own servers. All processes are looked at together, once a second
/// at most. Any thread.
/// </summary>
[SupportedOSPlatform("linux")]
static class Writers
{
    const int MostFiles = 100_000;

    /// <summary>A look at every process may take as much of the time as a twentieth.</summary>
    const int RestsFor = 20;

    static readonly TimeSpan LeastRest = TimeSpan.FromSeconds(1);

    static readonly Lock Gate = new();
    // Under the gate.
    static readonly HashSet<(ulong Device, ulong Inode)> Files = [];
    static long looked;
    static TimeSpan rest = TimeSpan.Zero;

    /// <summary>True if a process was seen, within the last second or so, to have the file open for writing or locked against others.</summary>
    public static bool Has(ulong device, ulong inode)
    {
        lock (Gate)
        {
            if (looked == 0 || Stopwatch.GetElapsedTime(looked) >= rest)
            {
                var begun = Stopwatch.GetTimestamp();
                Look();
                looked = Stopwatch.GetTimestamp();
                var took = Stopwatch.GetElapsedTime(begun, looked) * RestsFor;
                rest = took > LeastRest ? took : LeastRest;
            }
            return Files.Contains((device, inode));
        }
    }

    /// <summary>True if somebody holds a write lock on any of it (fcntl(2), F_OFD_GETLK), in another container too.</summary>
    public static bool Lock(SafeFileHandle file)
    {
        // What a lock for reading would have to wait for.
        Libc.FileLock wanted = new() { Type = Libc.F_RDLCK };
        return Libc.Control(file, Libc.F_OFD_GETLK, ref wanted) >= 0 && wanted.Type != Libc.F_UNLCK;
    }

    static void Look()
    {
        Files.Clear();
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out _)) LookAt(process);
        }
        LookAtLocks();
    }

    static void LookAt(string process)
    {
        try
        {
            foreach (var descriptor in Directory.EnumerateFileSystemEntries($"{process}/fd"))
            {
                var path = Encoding.UTF8.GetBytes(descriptor + '\0');
                // The mode of the link is that of the descriptor: proc(5).
                if (Statx.Read(Libc.AT_FDCWD, ref path[0], fresh: false, out var link) == 0 && link.OwnerMayWrite
                    && Statx.Follow(ref path[0], out var found) == 0 && found.Kind == EntryKind.File && Files.Count < MostFiles)
                    Files.Add((found.Device, found.Stamp.FileId));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile, or is another user's.
        }
    }

    /// <summary>flock(2) locks, which cannot be asked for without taking one: "1: FLOCK ADVISORY WRITE 123 08:01:4567 0 EOF".</summary>
    static void LookAtLocks()
    {
        try
        {
            foreach (var line in File.ReadLines("/proc/locks"))
            {
                var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words is [_, "FLOCK", _, "WRITE", _, var place, ..] && place.Split(':') is [var major, var minor, var inode]
                    && uint.TryParse(major, NumberStyles.HexNumber, null, out var one) && uint.TryParse(minor, NumberStyles.HexNumber, null, out var other)
                    && ulong.TryParse(inode, CultureInfo.InvariantCulture, out var number) && Files.Count < MostFiles)
                    Files.Add((((ulong)one << 32) | other, number));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A sandbox may hide it.
        }
    }
}
