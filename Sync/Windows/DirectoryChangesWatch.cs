using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Threading;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync.Windows;

/// <summary>
/// The kernel's notifications by ReadDirectoryChangesW, which watches whole trees; the answers of all roots come to one I/O completion port.
/// <para>
/// Windows does not tell when a writer closes a file: what is added or modified is Touched, what is renamed into place is Complete.
/// An overflow has two forms, success with zero bytes and ERROR_NOTIFY_ENUM_DIR; both mean that everything in the buffer is lost.
/// </para>
/// Nothing tells that the root itself was renamed: the handle goes with it, and only the scan, which finds no root, sees it.
/// https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-readdirectorychangesw
/// </summary>
[SupportedOSPlatform("windows")]
sealed class DirectoryChangesWatch : IWatch
{
    /// <summary>1 MB holds about 10,000 changes, some seconds of the worst storm.</summary>
    public const int DefaultBuffer = 1024 * 1024;

    /// <summary>On a share more is refused.</summary>
    const int ShareBuffer = 64 * 1024;

    /// <summary>Where what was asked for is refused.</summary>
    const int LastResort = 8 * 1024;

    /// <summary>The key of what <see cref="Wake"/> posts; roots count from 1.</summary>
    const nuint WakeKey = 0;

    const uint Infinite = uint.MaxValue;

    // Owned by the thread in Wait.
    readonly ChangesDecoder decoder = new();

    // Shared: only under the gate. Each key is used once, so that a late answer of a closed root is never taken for one of its successor.
    readonly Lock gate = new();
    readonly Dictionary<nuint, WatchedRoot> watched = [];
    nuint lastKey = WakeKey;

    readonly SafeFileHandle port;
    readonly int buffer;

    DirectoryChangesWatch(SafeFileHandle port, int buffer) => (this.port, this.buffer) = (port, buffer);

    /// <summary>Makes the port. Throws <see cref="IOException"/> where there is none to be had.</summary>
    /// <param name="buffer">Bytes the kernel gathers a root's notifications in; it needs twice as much here.</param>
    public static DirectoryChangesWatch Start(int buffer = DefaultBuffer)
    {
        // One thread at a time: there is one in Wait.
        var port = Kernel32.CreatePort(-1, 0, 0, 1);
        return port.IsInvalid
            ? throw new IOException($"CreateIoCompletionPort failed with error {Marshal.GetLastPInvokeError()}.")
            : new(port, buffer);
    }

    public WatchState Open(int root, string path, out int error)
    {
        Close(root);
        error = Win32Error.InvalidName;
        if (path.Contains('\0')) return WatchState.Unreachable;
        var full = LongPath.Of(path);
        foreach (var bytes in (ReadOnlySpan<int>)[WatchedRoot.IsRemote(full) ? Math.Min(buffer, ShareBuffer) : buffer, Math.Min(buffer, ShareBuffer), Math.Min(buffer, LastResort)])
        {
            error = OpenWith(root, full, (uint)bytes);
            if (error == 0) return WatchState.Watching;
            if (!IsAboutTheBuffer(error)) break;
        }
        return IsAboutTheBuffer(error) || Win32Error.MeansUnsupported(error) ? WatchState.ScanOnly : WatchState.Unreachable;
    }

    public bool Cover(int root, string directory)
    {
        lock (gate) return Find(root) is not null;
    }

    public void Close(int root)
    {
        lock (gate) Find(root)?.Cancel();
    }

    public void Wait(TimeSpan limit, List<Notification> into)
    {
        var milliseconds = limit < TimeSpan.Zero ? Infinite : (uint)Math.Min(Math.Ceiling(limit.TotalMilliseconds), int.MaxValue);
        var done = Kernel32.GetCompletion(port, out var bytes, out var key, out var overlapped, milliseconds);
        var error = done ? 0 : Marshal.GetLastPInvokeError();
        // Nothing was dequeued, or a wake.
        if (overlapped == 0) return;
        var goesOn = error is 0 or Win32Error.NotifyEnumDir or Win32Error.OperationAborted;
        WatchedRoot? root;
        lock (gate)
        {
            if (!watched.TryGetValue(key, out root)) return;
            // First the next request, then the reading: what happens meanwhile is gathered by the kernel, but in its own buffer only.
            goesOn = goesOn && !root.Closing && root.Arm() == 0;
            if (!goesOn) watched.Remove(key);
            if (root.Closing)
            {
                root.Free();
                return;
            }
        }
        if (error == 0 && bytes > 0) decoder.Decode(root, root.Filled(bytes), into);
        else if (goesOn) into.Add(new(Sign.Overflow, root.Root, ""));
        if (goesOn) return;
        into.Add(new(Sign.Lost, root.Root, ""));
        root.Free();
    }

    public void Wake()
    {
        // Not under the gate: that may be held by a call of a share that does not answer.
        lock (port)
            if (!port.IsClosed) Kernel32.PostCompletion(port, 0, WakeKey, 0);
    }

    /// <summary>Only after the last <see cref="Wait"/> has returned; a <see cref="Wake"/> that comes later does nothing.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            foreach (var root in watched.Values) root.Cancel();
            // The last answers come at once. Should one not, its memory is left to the kernel: better leaked than written to by somebody else.
            while (watched.Count > 0)
            {
                var done = Kernel32.GetCompletion(port, out _, out var key, out var overlapped, milliseconds: 5_000);
                if (overlapped == 0 && !done) break;
                if (overlapped != 0 && watched.Remove(key, out var root)) root.Free();
            }
            lock (port) port.Dispose();
        }
    }

    int OpenWith(int root, string path, uint bytes)
    {
        // Outside the gate: a share that does not answer takes its time. The size is fixed by the first request on a handle, so each try has its own.
        var error = WatchedRoot.Open(root, path, bytes, out var opened);
        if (error != 0) return error;
        lock (gate)
        {
            error = opened!.Start(port, ++lastKey);
            if (error == 0) watched.Add(lastKey, opened);
            else opened.Free();
        }
        return error;
    }

    /// <summary>Too large for a share, or for what memory the kernel will spend.</summary>
    static bool IsAboutTheBuffer(int error) => error
        is Win32Error.InvalidParameter or Win32Error.NotEnoughQuota or Win32Error.NoSystemResources or Win32Error.NotEnoughMemory;

    WatchedRoot? Find(int root)
    {
        foreach (var candidate in watched.Values)
            if (candidate.Root == root && !candidate.Closing) return candidate;
        return null;
    }
}
