using System;
using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync.Linux;

/// <summary>The file system of Linux, by system calls on bytes: no path is normalised, no link followed at any component. Has no state.</summary>
[SupportedOSPlatform("linux")]
sealed class LinuxDisk : IDisk
{
    /// <summary>About 800 names a call; what glibc's readdir uses.</summary>
    const int ListBytes = 32 * 1024;

    public AccessResult Open(string path, out SourceFile? file)
    {
        file = null;
        var opened = OpenAtOnce(path, out var handle, out var found) ?? OpenByParent(path, out handle, out found);
        if (!opened.Ok) return opened;
        var free = Lease.Take(handle!, out var doubt);
        // Released at once: while we read a large file its owner must be able to open it; Unchanged() tells us afterwards.
        if (free.Ok && doubt is null) Lease.Release(handle!);
        if (free.Ok) file = new LinuxSourceFile(handle!, found.Stamp) { Doubt = doubt, Volume = found.Device };
        else handle!.Dispose();
        return free;
    }

    public AccessResult Look(string path, out Stamp stamp)
    {
        stamp = default;
        using var place = new NativePath(path, stackalloc byte[NativePath.ScratchBytes], toParent: true);
        if (place.Error != 0) return Errno.Outcome(place.Error);
        var error = Statx.Read(place.Directory, ref place.Name, fresh: false, out var found);
        if (error != 0) return Errno.Outcome(error);
        if (found.Kind != EntryKind.File) return new(Access.NotRegular);
        stamp = found.Stamp;
        return new(Access.Ok);
    }

    public AccessResult Delete(string path, in Stamp expected, SourceFile? open, ulong volume = 0)
    {
        if (Rescue.Holds(path)) return new(Access.Busy);
        using var place = new NativePath(path, stackalloc byte[NativePath.ScratchBytes], toParent: true);
        if (place.Error != 0) return Errno.Outcome(place.Error);
        if (open is not null) return DeleteOpen(in place, path, expected, volume, open);
        var opened = OpenRegular(in place, out var handle, out var found);
        if (!opened.Ok) return opened.Access == Access.NotRegular ? new(Access.Different, opened.Error) : opened;
        using var own = new LinuxSourceFile(handle!, found.Stamp) { Volume = found.Device };
        return DeleteOpen(in place, path, expected, volume, own);
    }

    public AccessResult List(string directory, Action<Entry> each)
    {
        using var place = new NativePath(directory, stackalloc byte[NativePath.ScratchBytes], toParent: true);
        if (place.Error != 0) return Errno.Outcome(place.Error);
        var opened = OpenRaw(in place, Libc.O_DIRECTORY);
        if (opened < 0) return Errno.Outcome(Marshal.GetLastPInvokeError());
        var buffer = ArrayPool<byte>.Shared.Rent(ListBytes);
        try
        {
            while (true)
            {
                var read = Libc.GetDents64(opened, ref buffer[0], buffer.Length);
                if (read < 0) return Errno.Outcome(Marshal.GetLastPInvokeError());
                if (read == 0) return new(Access.Ok);
                if (!TellEntries(opened, buffer.AsSpan(0, (int)read), each)) return new(Access.Failed);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            Libc.Close(opened);
        }
    }

    public AccessResult Identify(string directory, out RootIdentity identity)
    {
        identity = default;
        using var place = new NativePath(directory, stackalloc byte[NativePath.ScratchBytes], toParent: true);
        if (place.Error != 0) return Errno.Outcome(place.Error);
        var opened = OpenRaw(in place, Libc.O_DIRECTORY);
        if (opened < 0) return Errno.Outcome(Marshal.GetLastPInvokeError());
        using var handle = new SafeFileHandle(opened, ownsHandle: true);
        var error = MountedVolume.Identify(handle, out identity);
        return error == 0 ? new(Access.Ok) : Errno.Outcome(error);
    }

    public AccessResult RemoveEmpty(string directory, TimeSpan untouched)
    {
        using var place = new NativePath(directory, stackalloc byte[NativePath.ScratchBytes], toParent: true);
        if (place.Error != 0) return Errno.Outcome(place.Error);
        var error = Statx.Read(place.Directory, ref place.Name, fresh: true, out var found);
        if (error != 0) return Errno.Outcome(error);
        if (found.Kind != EntryKind.Directory) return new(Access.NotRegular);
        if (found.Stamp.AgeAt(DateTime.UtcNow) < untouched) return new(Access.Different);
        error = Libc.UnlinkAt(place.Directory, ref place.Name, Libc.AT_REMOVEDIR) < 0 ? Marshal.GetLastPInvokeError() : 0;
        return error switch
        {
            0 => new(Access.Ok),
            // POSIX allows either.
            Errno.ENOTEMPTY or Errno.EEXIST => new(Access.Different, error),
            _ => Errno.Outcome(error),
        };
    }

    /// <summary>
    /// Compares and removes, under a lease where one is granted: then nobody can have it open for writing, or come to, between the two.
    /// That the open file is the one under the name is told by number and volume, which are no other's as long as it is open; all else is read anew.
    /// A writer that comes meanwhile waits for the lease and keeps the file from being removed; where it comes in the very instant,
    /// what it writes is put back: see <see cref="Rescue"/>.
    /// What remains: another file renamed over the name between the comparison and unlinkat(2) would be removed in its place,
    /// a few microseconds Linux gives no means to close; and where no lease is granted, a write in them would be lost.
    /// </summary>
    static AccessResult DeleteOpen(in NativePath place, string path, in Stamp expected, ulong volume, SourceFile file)
    {
        if (file.Stamp.FileId != expected.FileId) return new(Access.Different);
        var free = Lease.Take(file.Handle, out var doubt);
        if (!free.Ok) return free;
        var result = DeleteCompared(in place, expected, volume, file.Volume, doubt is null ? file.Handle : null);
        // Its open(2) found the file before the name was gone: it will be granted, and write what has no name any more.
        if (doubt is null && result.Ok && Lease.IsAwaited(file.Handle)) return Rescue.Begin(in place, path, file);
        // Of a file that is gone the lease goes with the handle, which its holder has no more use for.
        if (doubt is null && !result.Ok) Lease.Release(file.Handle);
        return result;
    }

    static AccessResult DeleteCompared(in NativePath place, in Stamp expected, ulong volume, ulong volumeOfOpen, SafeFileHandle? leased)
    {
        var error = Statx.Read(place.Directory, ref place.Name, fresh: true, out var named);
        if (error != 0) return Errno.Outcome(error);
        // Ids are a volume's own: what is mounted over the directory by now may have a file with the same ones.
        if (!Same(named, expected) || named.Device != volumeOfOpen || (volume != 0 && named.Device != volume)) return new(Access.Different);
        if (leased is not null && Lease.IsAwaited(leased)) return new(Access.Busy, Errno.EAGAIN);
        error = Libc.UnlinkAt(place.Directory, ref place.Name, 0) < 0 ? Marshal.GetLastPInvokeError() : 0;
        return error == 0 ? new(Access.Ok) : Errno.Outcome(error);
    }

    static bool Same(in Statx found, in Stamp expected) =>
        found.Kind == EntryKind.File
        && (expected.Changed != 0 ? found.Stamp : found.Stamp with { Changed = 0 }) == expected;

    /// <summary>
    /// In one call, where the kernel and the path's length allow that: three calls less a file than by way of the parent. Null where the walk must tell:
    /// a link in the middle of a path is something else than one at its end, and a sandbox may refuse this call only.
    /// </summary>
    static AccessResult? OpenAtOnce(string path, out SafeFileHandle? handle, out Statx found)
    {
        (handle, found) = (null, default);
        if (NativePath.Stepwise) return null;
        using var whole = new NativePath(path, stackalloc byte[NativePath.ScratchBytes]);
        if (whole.Error != 0 || whole.Directory != Libc.AT_FDCWD) return null;
        var opened = OpenRaw(in whole, Libc.O_NONBLOCK, followsNone: true);
        var error = opened < 0 ? Marshal.GetLastPInvokeError() : 0;
        if (opened >= 0) return Regular(opened, out handle, out found);
        return error is Errno.ELOOP or Errno.EPERM or Errno.ENOSYS ? null : Errno.Outcome(error);
    }

    static AccessResult OpenByParent(string path, out SafeFileHandle? handle, out Statx found)
    {
        (handle, found) = (null, default);
        using var place = new NativePath(path, stackalloc byte[NativePath.ScratchBytes], toParent: true);
        return place.Error != 0 ? Errno.Outcome(place.Error) : OpenRegular(in place, out handle, out found);
    }

    static AccessResult OpenRegular(in NativePath place, out SafeFileHandle? handle, out Statx found)
    {
        (handle, found) = (null, default);
        // Not blocking, or the open of a pipe would wait for its writer, and that of a leased file for its holder.
        var opened = OpenRaw(in place, Libc.O_NONBLOCK);
        return opened < 0 ? Errno.Outcome(Marshal.GetLastPInvokeError()) : Regular(opened, out handle, out found);
    }

    /// <summary>Keeps what was opened if it is a regular file, else closes it.</summary>
    static AccessResult Regular(int opened, out SafeFileHandle? handle, out Statx found)
    {
        handle = null;
        var file = new SafeFileHandle(opened, ownsHandle: true);
        var error = Statx.Read(file, fresh: false, out found);
        if (error == 0 && found.Kind == EntryKind.File)
        {
            handle = file;
            return new(Access.Ok);
        }
        file.Dispose();
        return error == 0 ? new(Access.NotRegular) : Errno.Outcome(error);
    }

    /// <summary>Opens what a path leads to, itself no link. Negative where the error is the system's last.</summary>
    /// <param name="followsNone">True where no component of it may be one.</param>
    static int OpenRaw(in NativePath place, int flags, bool followsNone = false)
    {
        for (flags |= Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_NOATIME; ; flags &= ~Libc.O_NOATIME)
        {
            var opened = followsNone ? Libc.OpenNoLinks(place.Directory, ref place.Name, flags) : Libc.OpenAt(place.Directory, ref place.Name, flags | Libc.O_NOFOLLOW, 0);
            // O_NOATIME is for the owner only: open(2).
            if (opened >= 0 || (flags & Libc.O_NOATIME) == 0 || Marshal.GetLastPInvokeError() != Errno.EPERM) return opened;
        }
    }

    static bool TellEntries(int directory, ReadOnlySpan<byte> records, Action<Entry> each)
    {
        var parser = new DirentParser(records);
        while (parser.TryNext(out var name, out var type))
        {
            if (name.SequenceEqual("."u8) || name.SequenceEqual(".."u8)) continue;
            var kind = type switch
            {
                DirentType.Regular => EntryKind.File,
                DirentType.Directory => EntryKind.Directory,
                // Some file systems do not tell: readdir(3).
                DirentType.Unknown => KindOf(directory, name),
                _ => EntryKind.Other,
            };
            each(ByteName.IsText(name)
                ? new(Encoding.UTF8.GetString(name), kind)
                : new(null, kind, ByteName.Shown(name)));
        }
        return !parser.Broken;
    }

    static EntryKind KindOf(int directory, ReadOnlySpan<byte> name)
    {
        // The zero behind it is in the buffer still: the parser only cut it off.
        ref var first = ref MemoryMarshal.GetReference(name);
        return Statx.Read(directory, ref first, fresh: false, out var found) == 0 ? found.Kind : EntryKind.Other;
    }
}
