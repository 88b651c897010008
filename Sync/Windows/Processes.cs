using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync.Windows;

/// <summary>What Windows tells of other processes. Has no state. https://learn.microsoft.com/windows/win32/api/processthreadsapi/</summary>
[SupportedOSPlatform("windows")]
static partial class Processes
{
    const uint QueryLimitedInformation = 0x1000, DeleteChild = 0x40;
    const int StillActive = 259, AccessDenied = 5;

    /// <summary>When a process started, as a FILETIME: no other process of that id has the same. Null where there is none, 0 where it is not ours to ask.</summary>
    public static long? BornOf(int process)
    {
        using var handle = OpenProcess(QueryLimitedInformation, false, process);
        if (handle.IsInvalid && Marshal.GetLastPInvokeError() == AccessDenied)
        {
            return 0;
        }
        return !handle.IsInvalid && GetExitCodeProcess(handle, out var code) && code == StillActive && GetProcessTimes(handle, out var born, out _, out _, out _) ? born : null;
    }

    /// <summary>True if this account may remove names from the directory, whatever the files themselves say.</summary>
    public static bool MayDeleteIn(string directory)
    {
        using var handle = Kernel32.CreateFile(LongPath.Of(directory), DeleteChild, Kernel32.ShareRead | Kernel32.ShareWrite | Kernel32.ShareDelete, 0, Kernel32.OpenExisting, Kernel32.BackupSemantics, 0);
        return !handle.IsInvalid;
    }

    [LibraryImport("kernel32.dll", SetLastError = true)]
    private static partial SafeFileHandle OpenProcess(uint access, [MarshalAs(UnmanagedType.Bool)] bool inherit, int process);

    [LibraryImport("kernel32.dll")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetExitCodeProcess(SafeFileHandle process, out int code);

    [LibraryImport("kernel32.dll")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetProcessTimes(SafeFileHandle process, out long born, out long ended, out long kernel, out long user);
}
