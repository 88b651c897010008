using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

namespace S3Sync.Tests.Support;

/// <summary>
/// A shell without job control starts what is to run in the background with SIGINT ignored, and so do its children, the program among them
/// (POSIX, Shell Command Language 2.11). The tests and the demo stop the program by SIGINT, so they take that back first.
/// </summary>
static partial class InterruptSignal
{
    const int Interrupt = 2;
    // SIG_DFL of signal(2).
    const nint Default = 0;

    /// <summary>To be called before anything of .NET has looked at signals: it respects ignored ones for good.</summary>
    public static void Restore()
    {
        if (OperatingSystem.IsLinux() && IsIgnored())
            _ = Set(Interrupt, Default);
    }

    /// <summary>SigIgn of proc_pid_status(5): a mask in which the lowest bit is signal 1.</summary>
    static bool IsIgnored()
    {
        var mask = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("SigIgn:", StringComparison.Ordinal));
        return mask is not null && (ulong.Parse(mask.AsSpan("SigIgn:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (1UL << (Interrupt - 1))) != 0;
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Set(int signal, nint handler);
}
