using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using SQLitePCL;

namespace S3Sync.Tests.Faults;

/// <summary>What the disk below SQLite does.</summary>
enum DiskFault { WriteFails, WriteIsTorn, SyncFails, IsFull }

/// <summary>
/// SQLite's own disk layer with a fault in it: the n-th write or sync of the files below one directory fails, once or from then on.
/// It is a copy of the default VFS (https://sqlite.org/vfs.html) whose files of that directory have two of their functions replaced;
/// every other file in this process is served as before. Installed once, never taken away; one test at a time may arm it.
/// </summary>
static unsafe partial class FaultyVfs
{
    // Offsets of sqlite3_vfs and sqlite3_io_methods on 64 bits, version 3 of both: sqlite3.h.
    const int VfsBytes = 168, VfsName = 24, VfsOpen = 40;
    const int MethodsBytes = 152, MethodsWrite = 24, MethodsSync = 40;

    static readonly Dictionary<nint, nint> patched = [];
    static readonly object gate = new();
    static delegate* unmanaged[Cdecl]<nint, byte*, nint, int, int*, int> open;
    static delegate* unmanaged[Cdecl]<nint, byte*, int, long, int> write;
    static delegate* unmanaged[Cdecl]<nint, int, int> sync;
    static string? below;
    static DiskFault fault;
    static bool forGood;
    static long strikeAt, seen, struck;

    /// <summary>Writes and syncs seen since it was armed.</summary>
    public static long Seen
    {
        get
        {
            lock (gate)
                return seen;
        }
    }

    /// <summary>How many of them failed.</summary>
    public static long Struck
    {
        get
        {
            lock (gate)
                return struck;
        }
    }

    /// <summary>From now on the n-th write or sync (from 1) of what is opened below the directory fails; n of 0: none, they are only counted.</summary>
    public static void Arm(string directory, DiskFault kind, long n, bool always)
    {
        lock (gate)
        {
            Install();
            (below, fault, strikeAt, forGood, seen, struck) = (directory, kind, n, always, 0, 0);
        }
    }

    /// <summary>Nothing fails any more.</summary>
    public static void Disarm()
    {
        lock (gate)
            (below, strikeAt) = (null, 0);
    }

    static void Install()
    {
        if (open is not null)
            return;
        Batteries_V2.Init();
        var original = Find(0);
        var copy = (byte*)NativeMemory.AllocZeroed(VfsBytes);
        Buffer.MemoryCopy((void*)original, copy, VfsBytes, VfsBytes);
        open = (delegate* unmanaged[Cdecl]<nint, byte*, nint, int, int*, int>)*(nint*)(copy + VfsOpen);
        *(nint*)(copy + VfsName) = Marshal.StringToCoTaskMemUTF8("faulty");
        *(nint*)(copy + VfsOpen) = (nint)(delegate* unmanaged[Cdecl]<nint, byte*, nint, int, int*, int>)&Open;
        if (Register((nint)copy, makeDefault: 1) != raw.SQLITE_OK)
            throw new InvalidOperationException("the VFS was not taken");
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int Open(nint vfs, byte* name, nint file, int flags, int* outFlags)
    {
        var code = open(vfs, name, file, flags, outFlags);
        if (code == raw.SQLITE_OK && name is not null)
            lock (gate)
                if (below is not null && Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name)).StartsWith(below + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                    // struct sqlite3_file begins with the pointer to its methods.
                    *(nint*)file = Patch(*(nint*)file);
        return code;
    }

    static nint Patch(nint methods)
    {
        if (patched.TryGetValue(methods, out var known))
            return known;
        var copy = (byte*)NativeMemory.AllocZeroed(MethodsBytes);
        Buffer.MemoryCopy((void*)methods, copy, MethodsBytes, MethodsBytes);
        write = (delegate* unmanaged[Cdecl]<nint, byte*, int, long, int>)*(nint*)(copy + MethodsWrite);
        sync = (delegate* unmanaged[Cdecl]<nint, int, int>)*(nint*)(copy + MethodsSync);
        *(nint*)(copy + MethodsWrite) = (nint)(delegate* unmanaged[Cdecl]<nint, byte*, int, long, int>)&Write;
        *(nint*)(copy + MethodsSync) = (nint)(delegate* unmanaged[Cdecl]<nint, int, int>)&Sync;
        patched.Add(methods, (nint)copy);
        return (nint)copy;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int Write(nint file, byte* bytes, int count, long offset)
    {
        if (!Strikes(isSync: false))
            return write(file, bytes, count, offset);
        if (fault == DiskFault.WriteIsTorn)
            _ = write(file, bytes, count / 2, offset);
        return fault == DiskFault.IsFull ? raw.SQLITE_FULL : raw.SQLITE_IOERR_WRITE;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int Sync(nint file, int flags) => Strikes(isSync: true) ? raw.SQLITE_IOERR_FSYNC : sync(file, flags);

    static bool Strikes(bool isSync)
    {
        lock (gate)
        {
            // A full disk still syncs; a fault of syncs concerns them only.
            if (below is null || isSync != (fault == DiskFault.SyncFails))
                return false;
            seen++;
            if (strikeAt == 0 || (forGood ? seen < strikeAt : seen != strikeAt))
                return false;
            struck++;
            return true;
        }
    }

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_find")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial nint Find(nint name);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_register")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int Register(nint vfs, int makeDefault);
}
