using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;

namespace S3Sync.Benchmarks;

/// <summary>
/// Runs one command to its end and writes what it cost to a file. In a small process of its own, because Linux counts a process's peak memory
/// from the fork, and with it the parent's: getrusage(2), ru_maxrss.
/// </summary>
static partial class Measure
{
    /// <summary>Of children that were waited for, with theirs.</summary>
    const int RUSAGE_CHILDREN = -1;

    /// <summary>Writes "start wall user system rss exit": Unix time in us, us, us, us, KiB, the exit code, which is also the result.</summary>
    public static int Run(string result, string command, string[] arguments)
    {
        // The command's output is of no interest, and a pipe would have to be emptied; the caller redirects this process's.
        var start = new ProcessStartInfo(command, arguments) { UseShellExecute = false };
        var began = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / 10;
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        process.WaitForExit();
        var wall = watch.Elapsed.Ticks / 10;
        _ = GetResourceUsage(RUSAGE_CHILDREN, out var usage);
        File.WriteAllText(result, string.Create(CultureInfo.InvariantCulture, $"{began} {wall} {usage.UserSeconds * 1_000_000 + usage.UserMicroseconds} {usage.SystemSeconds * 1_000_000 + usage.SystemMicroseconds} {usage.MaxRss} {process.ExitCode}"));
        return process.ExitCode;
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetResourceUsage(int who, out Usage usage);

    /// <summary>struct rusage of 64-bit Linux: two timevals, then fourteen longs of which the first is ru_maxrss.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 144)]
    struct Usage
    {
        public long UserSeconds, UserMicroseconds, SystemSeconds, SystemMicroseconds, MaxRss;
    }
}
