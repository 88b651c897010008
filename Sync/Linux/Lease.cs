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
    const string OrElse = "have producers rename files into place, or use --sentinel";

    /// <summary>CAP_LEASE counts only where the machine itself gave it: a user namespace's own does not. capabilities(7).</summary>
    public static readonly Doubt NotPermitted = new(
        "the kernel grants no lease on files of another user",
        $"give s3sync CAP_LEASE (setcap cap_lease+ep s3sync; AmbientCapabilities=CAP_LEASE in its unit; --cap-add LEASE for its container), {OrElse}");

    public static readonly Doubt NotSupported = new("this file system grants no lease", OrElse);

    /// <summary>
    /// A writer that comes while a lease is held makes the kernel signal us, by SIGIO, which kills who does not ignore it.
    /// To name another signal would be a call more a file.
    /// </summary>
    static readonly bool IsSafe = Libc.Signal(Libc.SIGIO, Libc.SIG_IGN) != Libc.SIG_ERR;

    /// <summary>
    /// Takes the lease. <see cref="Access.Busy"/> where somebody writes; Ok without it, and with a doubt, where the system cannot tell.
    /// </summary>
    public static AccessResult Take(SafeFileHandle file, out Doubt? doubt)
    {
        doubt = IsSafe ? null : NotSupported;
        if (!IsSafe || Libc.Control(file, Libc.F_SETLEASE, Libc.F_RDLCK) >= 0) return new(Access.Ok);
        var error = Marshal.GetLastPInvokeError();
        if (error == Errno.EAGAIN) return new(Access.Busy, error);
        doubt = error is Errno.EACCES or Errno.EPERM ? NotPermitted : NotSupported;
        return new(Access.Ok);
    }

    /// <summary>
    /// True if a writer waits for the lease that is held: then the kernel tells what it is to become, F_UNLCK. fcntl(2), F_GETLEASE.
    /// </summary>
    public static bool IsAwaited(SafeFileHandle file) => Libc.Control(file, Libc.F_GETLEASE, 0) != Libc.F_RDLCK;

    /// <summary>Gives it back; a writer that waits goes on. Closing the descriptor would do the same.</summary>
    public static void Release(SafeFileHandle file) => Libc.Control(file, Libc.F_SETLEASE, Libc.F_UNLCK);
}
