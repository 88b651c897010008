using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync.Linux;

/// <summary>A directory of mode 0700 that belongs to this user or to root, used by its descriptor alone.</summary>
[SupportedOSPlatform("linux")]
sealed class LinuxPrivateDirectory : IPrivateDirectory
{
    const uint OwnerOnly = 0x1C0, Others = 0x3F; // 0700, 0077
    /// <summary>rw-r--r--: the directory decides who may reach it; the run's account must be able to read a request of root.</summary>
    const int Readable = 0x1A4;
    const int ListBytes = 32 * 1024;

    static readonly byte[] Dot = [(byte)'.', 0];

    readonly SafeFileHandle directory;
    readonly string path;

    LinuxPrivateDirectory(SafeFileHandle directory, string path) => (this.directory, this.path) = (directory, path);

    /// <summary>Opens it, made before where it is not there and <paramref name="make"/> says so. Throws where another could use it.</summary>
    public static LinuxPrivateDirectory Open(string path, bool make)
    {
        if (make) Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var place = new NativePath(path, stackalloc byte[NativePath.ScratchBytes]);
        if (place.Error != 0) throw PlainFile.Fault(path, place.Error);
        var opened = Libc.OpenAt(place.Directory, ref place.Name, Libc.O_DIRECTORY | Libc.O_NOFOLLOW | Libc.O_CLOEXEC, 0);
        if (opened < 0)
        {
            // A link is ENOTDIR here: the kernel looks for a directory first.
            var error = Marshal.GetLastPInvokeError();
            throw error is Errno.ENOTDIR or Errno.ELOOP ? new IOException($"'{path}' is a link or no directory, and is not used") : PlainFile.Fault(path, error);
        }
        var handle = new SafeFileHandle(opened, ownsHandle: true);
        if (WhyShared(handle) is { } why)
        {
            handle.Dispose();
            throw new IOException($"'{path}' {why}, and is not used");
        }
        return new(handle, path);
    }

    public List<string> Names(int most)
    {
        // Each listing has an offset of its own.
        var opened = Libc.OpenAt((int)directory.DangerousGetHandle(), ref Dot[0], Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0);
        if (opened < 0) throw PlainFile.Fault(path, Marshal.GetLastPInvokeError());
        var buffer = ArrayPool<byte>.Shared.Rent(ListBytes);
        List<string> names = [];
        try
        {
            while (Libc.GetDents64(opened, ref buffer[0], buffer.Length) is var read && read != 0)
            {
                if (read < 0) throw PlainFile.Fault(path, Marshal.GetLastPInvokeError());
                var parser = new DirentParser(buffer.AsSpan(0, (int)read));
                while (parser.TryNext(out var name, out _))
                {
                    if (names.Count == most) return names;
                    if (ByteName.IsText(name)) names.Add(Encoding.UTF8.GetString(name));
                }
            }
            return names;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            Libc.Close(opened);
        }
    }

    public byte[]? Read(string name, int most, out string? why)
    {
        using var handle = OpenFile(name, Libc.O_RDONLY | Libc.O_NONBLOCK, 0, out var error);
        why = error switch
        {
            0 => WhyNotRead(handle, most),
            Errno.ENOENT => null,
            Errno.ELOOP => "it is a link",
            _ => Marshal.GetPInvokeErrorMessage(error),
        };
        if (error != 0 || why is not null) return null;
        var bytes = new byte[most];
        var length = 0;
        while (length < most && Libc.Read(handle, ref bytes[length], most - length) is > 0 and var read) length += (int)read;
        return bytes[..length];
    }

    public void Remove(string name)
    {
        var file = Zeroed(name);
        if (Libc.UnlinkAt((int)directory.DangerousGetHandle(), ref file[0], 0) >= 0) return;
        var error = Marshal.GetLastPInvokeError();
        if (error != Errno.ENOENT) throw PlainFile.Fault(Path.Join(path, name), error);
    }

    public void Write(string first, string second, ReadOnlySpan<byte> bytes)
    {
        using (var handle = OpenFile(first, Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL, Readable, out var error))
        {
            if (error != 0) throw PlainFile.Fault(Path.Join(path, first), error);
            // Whatever the umask says.
            Libc.ChangeMode(handle, Readable);
            RandomAccess.Write(handle, bytes, 0);
        }
        var (from, to) = (Zeroed(first), Zeroed(second));
        var at = (int)directory.DangerousGetHandle();
        if (Libc.RenameAt(at, ref from[0], at, ref to[0]) < 0) throw PlainFile.Fault(Path.Join(path, second), Marshal.GetLastPInvokeError());
    }

    public void Dispose() => directory.Dispose();

    /// <summary>Null if only this user and root can use the directory. One of this user that others could look into is closed to them.</summary>
    static string? WhyShared(SafeFileHandle handle)
    {
        var error = Statx.ReadOwned(handle, out var found);
        if (error != 0) return $"cannot be looked at ({Marshal.GetPInvokeErrorMessage(error)})";
        if (!IsTrusted(found.Owner)) return $"belongs to another user ({found.Owner})";
        if ((found.Mode & Others) != 0 && found.Owner == Libc.EffectiveUser())
        {
            Libc.ChangeMode(handle, OwnerOnly);
            if (Statx.ReadOwned(handle, out found) != 0) return "cannot be looked at";
        }
        return (found.Mode & Others) == 0 ? null : $"is open to others (mode {Convert.ToString(found.Mode, 8)}, not 700)";
    }

    static bool IsTrusted(uint owner) => owner == 0 || owner == Libc.EffectiveUser();

    static string? WhyNotRead(SafeFileHandle handle, int most)
    {
        var error = Statx.ReadOwned(handle, out var found);
        return error != 0 ? Marshal.GetPInvokeErrorMessage(error)
            : found.Kind != EntryKind.File ? "it is no regular file"
            : !IsTrusted(found.Owner) ? $"it belongs to another user ({found.Owner})"
            : found.Stamp.Size > most ? $"it is longer than {most} bytes"
            : null;
    }

    SafeFileHandle OpenFile(string name, int flags, int mode, out int error)
    {
        var file = Zeroed(name);
        var opened = Libc.OpenAt((int)directory.DangerousGetHandle(), ref file[0], flags | Libc.O_NOFOLLOW | Libc.O_CLOEXEC, mode);
        error = opened < 0 ? Marshal.GetLastPInvokeError() : 0;
        return new(opened, ownsHandle: true);
    }

    static byte[] Zeroed(string name) => [.. Encoding.UTF8.GetBytes(name), 0];
}
