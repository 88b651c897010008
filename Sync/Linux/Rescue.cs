using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using System.Threading;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync.Linux;

/// <summary>
/// Files whose writer came back in the instant of their deletion: what it opened has no name any more. They are held until it has closed
/// them; what it has changed is put back under the name, where it is another file than the one that was uploaded, and so stays.
/// To rename each file aside first, and back where a writer waits, would be safe against a crash as well, and costs 7 % of the CPU of a
/// small file; this costs 0.4 %. Any thread; one of its own looks after what is held.
/// </summary>
[SupportedOSPlatform("linux")]
static class Rescue
{
    /// <summary>Each holds two descriptors. Who meets more loses what the writer writes, as a program that comes a moment later does.</summary>
    const int Most = 256;

    const int CopyBytes = 64 * 1024, NamesToTry = 100;

    static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(5), LongestLook = TimeSpan.FromSeconds(1);

    static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(10);

    static readonly object Gate = new(), Looking = new();
    // Under the gate.
    static readonly List<Held> Files = [];
    static bool isRunning;
    static volatile int count;

    /// <summary>True while the file that had this name is held.</summary>
    public static bool Holds(string path)
    {
        if (count == 0) return false;
        lock (Gate) return Files.Exists(held => held.Path == path);
    }

    /// <summary>Holds a file whose name was just removed, and gives the lease back. Busy, or Ok where it cannot be held.</summary>
    public static AccessResult Begin(in NativePath place, string path, SourceFile file)
    {
        var error = Statx.Read(file.Handle, fresh: true, out var found);
        var handle = Libc.Duplicate((int)file.Handle.DangerousGetHandle(), Libc.F_DUPFD_CLOEXEC, 0);
        var directory = Libc.Duplicate(place.Directory, Libc.F_DUPFD_CLOEXEC, 0);
        if (error != 0 || handle < 0 || directory < 0 || count >= Most)
        {
            if (handle >= 0) Libc.Close(handle);
            if (directory >= 0) Libc.Close(directory);
            return new(Access.Ok);
        }
        Held held = new(path, directory, new SafeFileHandle(handle, ownsHandle: true), found.Stamp);
        lock (Gate)
        {
            Files.Add(held);
            count = Files.Count;
            if (!isRunning) Start();
            Monitor.Pulse(Gate);
        }
        Lease.Release(held.File);
        return new(Access.Busy, Errno.EAGAIN);
    }

    static void Start()
    {
        isRunning = true;
        new Thread(Run) { Name = "rescue", IsBackground = true }.Start();
        // A writer that goes on after the end of this process loses what it writes from then on.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => _ = count > 0 && Limited.TryAsk("rescue", () =>
        {
            Look(isEnd: true);
            return true;
        }, LongestEnd, out _);
    }

    /// <summary>Nothing tells when the last writer of a file without a name has closed it, so that is looked for; for as long as there is one.</summary>
    static void Run()
    {
        for (var pause = FirstLook; ; Look(isEnd: false))
        {
            lock (Gate)
            {
                pause = Files.Count == 0 ? FirstLook : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestLook.Ticks));
                // A file that comes meanwhile ends the pause.
                Monitor.Wait(Gate, Files.Count == 0 ? Timeout.InfiniteTimeSpan : pause);
            }
        }
    }

    static void Look(bool isEnd)
    {
        // Not under the gate, where those wait who delete: a disk may not answer.
        lock (Looking)
        {
            Held[] held;
            lock (Gate) held = [.. Files];
            foreach (var one in held)
            {
                if (!TryEnd(one, isEnd)) continue;
                lock (Gate)
                {
                    Files.Remove(one);
                    count = Files.Count;
                }
                one.Dispose();
            }
        }
    }

    /// <summary>True if nobody writes it any more and what was written is safe.</summary>
    static bool TryEnd(Held held, bool isEnd)
    {
        var isClosed = Lease.Take(held.File, out _).Ok;
        if (!isClosed && !isEnd) return false;
        return (Statx.Read(held.File, fresh: true, out var now) == 0 && now.Stamp == held.Stamp) || TryPutBack(held, now);
    }

    static bool TryPutBack(Held held, in Statx facts)
    {
        for (var number = 0; number < NamesToTry; number++)
        {
            // Its name may be another file's by now.
            var name = Encoding.UTF8.GetBytes($"{Path.GetFileName(held.Path)}{(number == 0 ? "" : $".put-back-{number}")}\0");
            var opened = Libc.OpenAt(held.Directory, ref name[0], Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW | Libc.O_CLOEXEC, 0x180);
            if (opened < 0 && Marshal.GetLastPInvokeError() == Errno.EEXIST) continue;
            if (opened < 0) return false;
            using var file = new SafeFileHandle(opened, ownsHandle: true);
            if (TryCopy(held.File, file, facts)) return true;
            Libc.UnlinkAt(held.Directory, ref name[0], 0);
            return false;
        }
        return false;
    }

    static bool TryCopy(SafeFileHandle from, SafeFileHandle to, in Statx facts)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            long at = 0;
            for (int read; (read = RandomAccess.Read(from, buffer, at)) > 0; at += read) RandomAccess.Write(to, buffer.AsSpan(0, read), at);
            RandomAccess.FlushToDisk(to);
        }
        catch (IOException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        // Only root may give a file away; to others it then is ours.
        Libc.ChangeOwner(to, facts.Owner, facts.Group);
        Libc.ChangeMode(to, facts.Mode);
        return true;
    }

    sealed class Held(string path, int directory, SafeFileHandle file, Stamp stamp) : IDisposable
    {
        public string Path => path;

        /// <summary>Where its name was.</summary>
        public int Directory => directory;

        public SafeFileHandle File => file;

        /// <summary>As it was when its name had gone, which changes a file.</summary>
        public Stamp Stamp => stamp;

        public void Dispose()
        {
            file.Dispose();
            Libc.Close(directory);
        }
    }
}
