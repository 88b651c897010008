using System;
using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text.Unicode;

namespace S3Sync.Sync.Linux;

/// <summary>
/// A path as the kernel takes it: zero-terminated UTF-8, below a directory descriptor. The kernel takes at most 4,096 bytes in
/// one call (PATH_MAX), but trees may be deeper: a longer path is walked down, and <see cref="Directory"/> is where the walk ended.
/// Lives on the stack of one call; <see cref="Dispose"/> gives back what it borrowed.
/// </summary>
[SupportedOSPlatform("linux")]
ref struct NativePath
{
    /// <summary>Bytes of stack a caller offers: enough for nearly every path, so that nothing is rented.</summary>
    public const int ScratchBytes = 1024;

    /// <summary>PATH_MAX of linux/limits.h, with the terminating zero.</summary>
    const int KernelLimit = 4096;

    byte[]? rented;
    Span<byte> rest;

    /// <summary>Converts the path and walks it as far as needed.</summary>
    /// <param name="path">Absolute or relative to the current directory.</param>
    /// <param name="scratch">Stack to write it to.</param>
    /// <param name="toParent">True to walk to the parent always, so that <see cref="Name"/> is the last component alone.</param>
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
            var next = Libc.OpenAt(Directory, ref MemoryMarshal.GetReference(step), Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0);
            var error = next < 0 ? Marshal.GetLastPInvokeError() : 0;
            CloseDirectory();
            if (error != 0) return error;
            Directory = next;
            rest = rest[(cut + 1)..];
        }
        return 0;
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
