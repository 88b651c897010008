using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync.Linux;

/// <summary>
/// Files of our own under names that others can guess (lock, log): no link at the end of the path is followed, no pipe or device is taken for one.
/// Has no state.
/// </summary>
[SupportedOSPlatform("linux")]
static class PlainFile
{
    const int OwnerOnly = 0x180; // rw for the owner

    /// <summary>Opens or makes it, for reading and writing. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="alone">True to lock it as .NET does for FileShare.None: where another has, HResult is EWOULDBLOCK.</param>
    public static FileStream Open(string path, bool alone)
    {
        using var place = new NativePath(path, stackalloc byte[NativePath.ScratchBytes]);
        if (place.Error != 0) throw Fault(path, place.Error);
        // O_NONBLOCK: to open a pipe would wait for its other end.
        const int flags = Libc.O_RDWR | Libc.O_CREAT | Libc.O_NONBLOCK | Libc.O_CLOEXEC;
        var opened = Libc.OpenAt(place.Directory, ref place.Name, flags | Libc.O_NOFOLLOW, OwnerOnly);
        if (opened < 0) throw Fault(path, Marshal.GetLastPInvokeError());
        var handle = new SafeFileHandle(opened, ownsHandle: true);
        try
        {
            var error = Statx.Read(handle, fresh: false, out var found);
            if (error != 0) throw Fault(path, error);
            if (found.Kind != EntryKind.File) throw new IOException($"'{path}' is no regular file");
            // Where a file system knows no locks there is none, as .NET has it.
            if (alone && Libc.Lock(handle, Libc.LOCK_EX | Libc.LOCK_NB) < 0 && Marshal.GetLastPInvokeError() == Errno.EAGAIN) throw Fault(path, Errno.EAGAIN);
            return new(handle, FileAccess.ReadWrite, bufferSize: 0);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>True if the name, with no link followed, stands for the open file; null where that cannot be told.</summary>
    public static bool? IsAt(SafeFileHandle file, string path)
    {
        using var place = new NativePath(path, stackalloc byte[NativePath.ScratchBytes]);
        if (place.Error is Errno.ENOENT or Errno.ENOTDIR) return false;
        if (place.Error != 0 || Statx.Read(file, fresh: false, out var open) != 0) return null;
        return Statx.Read(place.Directory, ref place.Name, fresh: true, out var found) switch
        {
            0 => (found.Stamp.FileId, found.Device) == (open.Stamp.FileId, open.Device),
            Errno.ENOENT or Errno.ENOTDIR => false,
            _ => null,
        };
    }

    /// <summary>The number of what a name leads to, links followed; null where it is <paramref name="gone"/>, or that cannot be told.</summary>
    public static FileNumber? NumberOf(string path, out bool gone)
    {
        using var place = new NativePath(path, stackalloc byte[NativePath.ScratchBytes]);
        var found = default(Statx);
        var error = place.Error != 0 ? place.Error : Statx.ReadTarget(place.Directory, ref place.Name, out found);
        gone = error is Errno.ENOENT or Errno.ENOTDIR;
        return error == 0 ? new(found.Stamp.FileId, found.Device) : null;
    }

    /// <summary>
    /// Whether anything has the name. That nothing has it is certain only where the directory can be looked into: one that is away (a share, a
    /// stick) may hold it.
    /// </summary>
    public static Presence Look(string path)
    {
        var error = Stat(path);
        if (error == Errno.ENOENT)
        {
            error = Path.GetDirectoryName(path) is { } parent ? Stat(parent) : 0;
            if (error == 0) return new(There: false);
        }
        return error == 0 ? new(There: true) : new(null, Marshal.GetPInvokeErrorMessage(error));
    }

    /// <summary>
    /// Why others than this user and root could replace what is in the directory; null where they cannot. The sticky bit keeps them from
    /// replacing, but not from being the first to use a name; a group that is this process's own is taken for a user's private one.
    /// </summary>
    public static Problem? WhyShared(string directory)
    {
        using var place = new NativePath(directory + "/.", stackalloc byte[NativePath.ScratchBytes]);
        if (place.Error != 0 || Statx.ReadOwned(place.Directory, ref place.Name, out var found) != 0) return null;
        var user = Libc.EffectiveUser();
        if (found.Owner != 0 && found.Owner != user) return new($"{Shown.Name(directory)} belongs to another user ({found.Owner}), who can replace what is in it", $"chown {user} {Shown.Name(directory)}, or run s3sync as that user");
        var byOthers = (found.Mode & 0x2) != 0 || ((found.Mode & 0x10) != 0 && found.Group != Libc.EffectiveGroup());
        return byOthers ? new($"{Shown.Name(directory)} may be written by others (mode {Convert.ToString(found.Mode, 8)}), who can replace what is in it", $"chmod go-w {Shown.Name(directory)}") : null;
    }

    static int Stat(string path)
    {
        using var place = new NativePath(path, stackalloc byte[NativePath.ScratchBytes]);
        return place.Error != 0 ? place.Error : Statx.Read(place.Directory, ref place.Name, fresh: false, out _);
    }

    public static Exception Fault(string path, int error) => error switch
    {
        Errno.ELOOP => new IOException($"'{path}' is a link, which is not followed", error),
        Errno.EACCES or Errno.EPERM => new UnauthorizedAccessException($"Access to the path '{path}' is denied."),
        _ => new IOException($"'{path}': {ErrnoWords.Explain(error)}", error),
    };
}
