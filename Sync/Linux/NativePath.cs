using System;
using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text.Unicode;

namespace S3Sync.Sync.Linux;

/// <summary>
/// A path as the kernel takes it: zero-terminated UTF-8, below a directory descriptor. The kernel takes at most 4,096 bytes in
/// one call (PATH_MAX), but trees may be deeper: a longer path is walked down, and <see cref="Directory"/> is where the walk ended.
/// No step of a walk follows a link: whoever may write in a watched directory could put a link in the place of a directory between
/// our finding of a file and our opening of it, and have any file of this machine uploaded and deleted. Such a path leads nowhere (ENOENT).
/// Lives on the stack of one call; <see cref="Dispose"/> gives back what it borrowed.
/// </summary>
[SupportedOSPlatform("linux")]
ref struct NativePath
{
    /// <summary>Bytes of stack a caller offers: enough for nearly every path, so that nothing is rented.</summary>
    public const int ScratchBytes = 1024;

    /// <summary>PATH_MAX of linux/limits.h, with the terminating zero.</summary>
    const int KernelLimit = 4096;

    static readonly byte[] Root = [(byte)'/', 0];

    /// <summary>True to walk by single components always: set where the kernel does not know openat2(2), and by a test.</summary>
    public static bool Stepwise { get; set; }

    byte[]? rented;
    Span<byte> rest;

    /// <summary>Converts the path and walks it as far as needed.</summary>
    /// <param name="path">Absolute or relative to the current directory.</param>
    /// <param name="scratch">Stack to write it to.</param>
    /// <param name="toParent">True to walk to the parent always, so that <see cref="Name"/> is the last component alone and no link is followed.</param>
    public NativePath(string path, Span<byte> scratch, bool toParent = false)
    {
        var most = (path.Length * 3) + 1;
        if (most > scratch.Length)
        {
            rented = ArrayPool<byte>.Shared.Rent(most);
            scratch = rented;
        }
        var status = Utf8.FromUtf16(path, scratch, out _, out var written, replaceInvalidSequences: false);
        scratch[written] = 0;
        rest = scratch[..(written + 1)];
        // A zero inside would silently cut the path: another file would be meant.
        Error = status != OperationStatus.Done ? Errno.EILSEQ : rest[..written].Contains((byte)0) ? Errno.EINVAL : 0;
        if (Error == 0) Error = Walk(toParent);
    }

    /// <summary>0, or why the path cannot be used; then nothing else here may be.</summary>
    public int Error { get; }

    /// <summary>What <see cref="Name"/> is relative to; AT_FDCWD where there was nothing to walk.</summary>
    public int Directory { get; private set; } = Libc.AT_FDCWD;

    /// <summary>The path below <see cref="Directory"/>.</summary>
    public readonly ref byte Name => ref MemoryMarshal.GetReference(rest);

    int Walk(bool toParent)
    {
        while (rest.Length > KernelLimit || (toParent && rest.Contains((byte)'/')))
        {
            var cut = rest[..Math.Min(rest.Length, KernelLimit)].LastIndexOf((byte)'/');
            if (cut < 0) return Errno.ENAMETOOLONG;
            var step = cut == 0 ? [(byte)'/', 0] : rest[..(cut + 1)];
            step[^1] = 0;
            var next = OpenStep(step, out var error);
            CloseDirectory();
            if (error != 0) return error;
            Directory = next;
            rest = rest[(cut + 1)..];
        }
        return 0;
    }

    /// <summary>Opens a directory of one or more components without following a link. Negative with the errno.</summary>
    readonly int OpenStep(Span<byte> step, out int error)
    {
        if (!Stepwise)
        {
            var next = Libc.OpenNoLinks(Directory, ref MemoryMarshal.GetReference(step), Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_CLOEXEC);
            error = next < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (error == Errno.ELOOP) error = Errno.ENOENT;
            // Older than Linux 5.6, or a sandbox that does not know the call (EPERM, which the walk then meets again if it is meant).
            if (error is not (Errno.ENOSYS or Errno.EPERM)) return next;
            Stepwise |= error == Errno.ENOSYS;
        }
        return OpenStepwise(step, out error);
    }

    /// <summary>The same one component at a time, as every kernel can.</summary>
    readonly int OpenStepwise(Span<byte> step, out int error)
    {
        error = 0;
        var at = Directory;
        while (true)
        {
            var isAbsolute = step[0] == (byte)'/';
            var cut = isAbsolute ? 0 : step.IndexOf((byte)'/');
            if (cut > 0) step[cut] = 0;
            var next = isAbsolute
                ? Libc.OpenAt(at, ref Root[0], Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0)
                : Libc.OpenAt(at, ref step[0], Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_NOFOLLOW | Libc.O_CLOEXEC, 0);
            error = next < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (at != Directory) Libc.Close(at);
            if (error != 0) return -1;
            at = next;
            if (cut < 0) return at;
            step = step[(cut + 1)..].TrimStart((byte)'/');
            if (step.Length <= 1) return at;
        }
    }

    void CloseDirectory()
    {
        if (Directory >= 0) Libc.Close(Directory);
        Directory = Libc.AT_FDCWD;
    }

    public void Dispose()
    {
        CloseDirectory();
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        rented = null;
    }
}
