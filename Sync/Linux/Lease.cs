using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync.Linux;

/// <summary>
/// A read lease on an open file: fcntl(2), "Leases". The kernel grants it only where nobody has the file open for writing (a writable
/// mapping counts), and while it is held a writer's open or truncate waits. So it is the test for "the producer is done".
/// It is granted to the file's owner and to CAP_LEASE, on file systems that have it; elsewhere nothing can be told.
/// </summary>
[SupportedOSPlatform("linux")]
static class Lease
{
    /// <summary>A writer that comes while a lease is held makes the kernel signal us, by SIGIO, which kills who does not ignore it. To name another signal would be a call more a file.</summary>
    static readonly bool IsSafe = Libc.Signal(Libc.SIGIO, Libc.SIG_IGN) != Libc.SIG_ERR;

    /// <summary>Takes the lease. <see cref="Access.Busy"/> where somebody writes; Ok with <paramref name="taken"/> false where the system cannot tell.</summary>
    public static AccessResult Take(SafeFileHandle file, out bool taken)
    {
        taken = false;
        if (!IsSafe) return new(Access.Ok);
        taken = Libc.Control(file, Libc.F_SETLEASE, Libc.F_RDLCK) >= 0;
        var error = taken ? 0 : Marshal.GetLastPInvokeError();
        return error == Errno.EAGAIN ? new(Access.Busy, error) : new(Access.Ok);
    }

    /// <summary>Gives it back; a writer that waits goes on. Closing the descriptor would do the same.</summary>
    public static void Release(SafeFileHandle file) => Libc.Control(file, Libc.F_SETLEASE, Libc.F_UNLCK);
}
