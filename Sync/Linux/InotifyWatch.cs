using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Threading;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync.Linux;

/// <summary>
/// The kernel's notifications by inotify(7): one watch a directory, placed by <see cref="Cover"/> before the directory is listed.
/// <para>
/// CLOSE_WRITE and MOVED_TO tell that a file is complete. CREATE is needed for link(2), which closes nothing. MODIFY is not asked for:
/// a file written slowly makes a storm of them, and the lease and the stamps tell as well that it is not done.
/// A directory renamed or moved away loses its watches with all below it, whose paths are wrong now; where it was moved within the tree
/// MOVED_TO makes it a new directory, to be covered and scanned again.
/// </para>
/// inotify tells nothing of an ancestor of a root being moved, nor of what other machines do on a network file system: only the scan finds that.
/// </summary>
[SupportedOSPlatform("linux")]
sealed class InotifyWatch : IWatch
{
    /// <summary>At least 227 events with the longest of names, about 2,000 with common ones.</summary>
    const int BufferBytes = 64 * 1024;

    const InotifyMask Below = InotifyMask.CloseWrite | InotifyMask.MovedFrom | InotifyMask.MovedTo | InotifyMask.Create
        | InotifyMask.OnlyDirectory | InotifyMask.DoNotFollow | InotifyMask.ExcludeUnlinked;

    const InotifyMask AtRoot = Below | InotifyMask.DeleteSelf | InotifyMask.MoveSelf;

    // Owned by the thread in Wait.
    readonly byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true);
    readonly InotifyDecoder decoder;

    // Shared: everything below only under the gate. It is held for one system call or the decoding of one buffer; a call may take as long as the disk does.
    readonly Lock gate = new();
    readonly WatchTree tree = new();
    readonly List<int> orphans = [];
    SafeFileHandle? inotify;

    /// <summary>An eventfd(2): readable from <see cref="Wake"/> until <see cref="Wait"/> has seen it. Closed and written to under a lock on it.</summary>
    readonly SafeFileHandle bell;

    InotifyWatch(SafeFileHandle bell)
    {
        this.bell = bell;
        decoder = new(tree, orphans);
    }

    /// <summary>Opens what <see cref="Wake"/> rings. Throws <see cref="IOException"/> where not even that can be had.</summary>
    public static InotifyWatch Start()
    {
        var bell = Libc.EventDescriptor(0, Libc.O_CLOEXEC | Libc.O_NONBLOCK);
        if (bell < 0) throw new IOException($"no eventfd is to be had: {ErrnoWords.Explain(Marshal.GetLastPInvokeError())}");
        var watch = new InotifyWatch(new SafeFileHandle(bell, ownsHandle: true));
        // Where it fails (128 instances a user by default) every Open tries again and says so: the scan finds files all the same.
        lock (watch.gate) watch.StartInotify();
        return watch;
    }

    public WatchState Open(int root, string path, out int error)
    {
        using var place = new NativePath(path, stackalloc byte[NativePath.ScratchBytes]);
        lock (gate)
        {
            Drop(root);
            error = place.Error;
            if (error == 0 && inotify is null && (error = StartInotify()) == 0)
                // A Wait that began without it must begin again.
                Wake();
            var watch = error == 0 ? Add(in place, AtRoot, out error) : -1;
            if (watch >= 0) tree.AddRoot(root, path, watch, orphans);
            RemoveOrphans();
        }
        return error switch
        {
            0 => WatchState.Watching,
            // Of watches, instances, descriptors or memory there are no more: the files are there all the same.
            Errno.ENOSPC or Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM => WatchState.ScanOnly,
            _ => WatchState.Unreachable,
        };
    }

    public int Cover(int root, string directory)
    {
        WatchTree.Branch? branch;
        lock (gate)
            if (!tree.TryRoot(root, out branch)) return 0;
        // Open has covered it, with another mask, which a second call would replace.
        if (directory.Length == 0) return 0;
        using var place = new NativePath(Path.Join(branch.Name, directory), stackalloc byte[NativePath.ScratchBytes]);
        if (place.Error != 0) return IsGone(place.Error) ? 0 : place.Error;
        lock (gate)
        {
            // Closed meanwhile, or opened again, which is followed by a scan that comes here again.
            if (!tree.TryRoot(root, out var now) || now != branch) return 0;
            var watch = Add(in place, Below, out var error);
            if (watch < 0) return IsGone(error) ? 0 : error;
            tree.Add(branch, directory, watch, orphans);
            RemoveOrphans();
            return 0;
        }
    }

    /// <summary>https://man7.org/linux/man-pages/man2/inotify_add_watch.2.html and inotify_init1.2.html</summary>
    public SystemError Explain(int error) => error switch
    {
        Errno.ENOSPC => new("the limit of watches is reached", "ENOSPC, 28", "raise fs.inotify.max_user_watches (sysctl; in a container on its host): each directory takes one, of 1 KB"),
        Errno.EMFILE => new("the limit of inotify instances, or of open files, is reached", "EMFILE, 24", "raise fs.inotify.max_user_instances (sysctl; in a container on its host), or LimitNOFILE= of the systemd unit"),
        _ => ErrnoWords.Explain(error),
    };

    public void Close(int root)
    {
        lock (gate)
        {
            Drop(root);
            RemoveOrphans();
        }
    }

    public void Wait(TimeSpan limit, List<Notification> into)
    {
        SafeFileHandle? source;
        lock (gate) source = inotify;
        if (!PollBoth(source, limit, out var rung)) return;
        // One read takes all that was rung.
        if (rung) Libc.Read(bell, ref buffer[0], sizeof(ulong));
        var read = source is null ? 0 : Libc.Read(source, ref buffer[0], BufferBytes);
        // Negative: nothing there after all (EAGAIN). A buffer this large is never refused.
        if (read <= 0) return;
        lock (gate)
        {
            decoder.Decode(buffer.AsSpan(0, (int)read), into);
            RemoveOrphans();
        }
    }

    public void Wake()
    {
        Span<byte> one = stackalloc byte[sizeof(ulong)];
        MemoryMarshal.Write(one, 1UL);
        // Fails only where 2^64 - 1 wakes are waiting already. Not under the gate: that may be held by a call of a disk that does not answer.
        lock (bell)
            if (!bell.IsClosed) Libc.Write(bell, ref one[0], one.Length);
    }

    /// <summary>Only after the last <see cref="Wait"/> has returned; a <see cref="Wake"/> that comes later does nothing.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            inotify?.Dispose();
            lock (bell) bell.Dispose();
        }
    }

    int StartInotify()
    {
        var descriptor = Libc.InotifyInit(Libc.O_NONBLOCK | Libc.O_CLOEXEC);
        if (descriptor < 0) return Marshal.GetLastPInvokeError();
        inotify = new SafeFileHandle(descriptor, ownsHandle: true);
        return 0;
    }

    int Add(in NativePath place, InotifyMask mask, out int error)
    {
        int watch;
        if (place.Directory == Libc.AT_FDCWD)
        {
            watch = Libc.InotifyAdd(inotify!, ref place.Name, (uint)mask);
            error = watch < 0 ? Marshal.GetLastPInvokeError() : 0;
            return watch;
        }
        // There is no inotify_add_watch relative to a descriptor; /proc/self/fd makes a short path of one.
        var flags = Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_NOFOLLOW | Libc.O_CLOEXEC;
        var directory = Libc.OpenAt(place.Directory, ref place.Name, flags, 0);
        if (directory < 0)
        {
            error = Marshal.GetLastPInvokeError();
            return -1;
        }
        using var link = new NativePath($"/proc/self/fd/{directory}", stackalloc byte[64]);
        watch = Libc.InotifyAdd(inotify!, ref link.Name, (uint)(mask & ~InotifyMask.DoNotFollow));
        error = watch < 0 ? Marshal.GetLastPInvokeError() : 0;
        Libc.Close(directory);
        return watch;
    }

    /// <summary>No directory of that name by now, which whoever lists it meets as well. ELOOP: a link has its place.</summary>
    static bool IsGone(int error) => error is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP;

    void Drop(int root)
    {
        if (tree.TryRoot(root, out var branch)) tree.Remove(branch, orphans);
    }

    void RemoveOrphans()
    {
        // An error means that the kernel was faster: the directory is gone.
        foreach (var watch in orphans) Libc.InotifyRemove(inotify!, watch);
        orphans.Clear();
    }

    /// <summary>False where the time is over before anything came.</summary>
    bool PollBoth(SafeFileHandle? source, TimeSpan limit, out bool rung)
    {
        var start = Environment.TickCount64;
        while (true)
        {
            var left = limit < TimeSpan.Zero ? -1 : Math.Max(0, Math.Ceiling(limit.TotalMilliseconds) - (Environment.TickCount64 - start));
            Span<Libc.PollEntry> entries =
            [
                new() { Descriptor = (int)bell.DangerousGetHandle(), Events = Libc.POLLIN },
                new() { Descriptor = (int?)source?.DangerousGetHandle() ?? -1, Events = Libc.POLLIN },
            ];
            var ready = Libc.Poll(ref entries[0], (nuint)entries.Length, (int)Math.Min(left, int.MaxValue));
            rung = entries[0].Happened != 0;
            if (ready >= 0 || Marshal.GetLastPInvokeError() != Errno.EINTR) return ready > 0;
        }
    }
}
