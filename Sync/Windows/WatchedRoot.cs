using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Threading;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync.Windows;

/// <summary>
/// One watched directory tree: its handle, and the native memory the kernel writes to. One request is under way at a time; of the two buffers
/// one is the kernel's while the other is being read, so that the next request is made before the last answer is looked at.
/// Used under the gate of <see cref="DirectoryChangesWatch"/>, but for <see cref="Filled"/> and <see cref="Files"/>, which belong to the thread in Wait.
/// </summary>
[SupportedOSPlatform("windows")]
sealed unsafe class WatchedRoot
{
    /// <summary>FILE_NAME, DIR_NAME, SIZE, LAST_WRITE, CREATION.</summary>
    const uint Filter = 0x1 | 0x2 | 0x8 | 0x10 | 0x40;

    readonly SafeFileHandle directory;
    readonly uint bytes;
    NativeOverlapped* overlapped;
    byte* buffers;
    uint armed;

    WatchedRoot(int root, string path, SafeFileHandle directory, uint bytes)
    {
        Root = root;
        Path = path;
        LongName = LongNameOf(path);
        this.directory = directory;
        this.bytes = bytes;
        overlapped = (NativeOverlapped*)NativeMemory.AllocZeroed((nuint)sizeof(NativeOverlapped));
        // Aligned, or the kernel answers ERROR_NOACCESS: it asks for 4.
        buffers = (byte*)NativeMemory.AlignedAlloc(2 * bytes, 16);
    }

    /// <summary>As the watcher numbers them.</summary>
    public int Root { get; }

    /// <summary>In the long form, without a separator at its end.</summary>
    public string Path { get; }

    /// <summary>The same with every 8.3 name expanded.</summary>
    public string LongName { get; }

    /// <summary>Names of files, no directories, told of a while ago and not removed since: a bounded number, for <see cref="ChangesDecoder"/>.</summary>
    public HashSet<string> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>True once it was asked to stop: what the kernel still says is not for anybody.</summary>
    public bool Closing { get; private set; }

    /// <summary>Opens the directory, not yet watching. 0, or the Win32 code.</summary>
    public static int Open(int root, string path, uint bytes, out WatchedRoot? watched)
    {
        watched = null;
        const uint shareAll = Kernel32.ShareRead | Kernel32.ShareWrite | Kernel32.ShareDelete;
        var directory = Kernel32.CreateFile(path, Kernel32.ListDirectory, shareAll, 0, Kernel32.OpenExisting,
            Kernel32.BackupSemantics | Kernel32.OpenReparsePoint | Kernel32.Overlapped, 0);
        Kernel32.Basic basic;
        if (directory.IsInvalid || !Kernel32.GetInfo(directory, Kernel32.BasicInfo, &basic, (uint)sizeof(Kernel32.Basic)))
        {
            var error = Marshal.GetLastPInvokeError();
            directory.Dispose();
            return error;
        }
        if (((FileAttribute)basic.Attributes & (FileAttribute.Directory | FileAttribute.ReparsePoint)) != FileAttribute.Directory)
        {
            directory.Dispose();
            return Win32Error.NotADirectory;
        }
        watched = new(root, path.TrimEnd('\\'), directory, bytes);
        return 0;
    }

    /// <summary>True if the path is on another machine: only there FileRemoteProtocolInfo has something to say.</summary>
    public static bool IsRemote(string path)
    {
        using var directory = Kernel32.CreateFile(path, Kernel32.ReadAttributes, Kernel32.ShareRead | Kernel32.ShareWrite | Kernel32.ShareDelete, 0,
            Kernel32.OpenExisting, Kernel32.BackupSemantics | Kernel32.OpenReparsePoint, 0);
        // FILE_REMOTE_PROTOCOL_INFO has 116 bytes.
        var information = stackalloc byte[128];
        return !directory.IsInvalid && Kernel32.GetInfo(directory, Kernel32.RemoteProtocolInfo, information, 128);
    }

    /// <summary>Has every answer go to the port under that key, and makes the first request. 0, or the Win32 code; then it is not watching and wants <see cref="Free"/>.</summary>
    public int Start(SafeFileHandle port, nuint key) =>
        Kernel32.BindPort(directory, port, key, 0) == 0 ? Marshal.GetLastPInvokeError() : Arm();

    /// <summary>Makes the next request, into the buffer that is not <see cref="Filled"/> now. 0, or the Win32 code.</summary>
    public int Arm()
    {
        armed ^= 1;
        *overlapped = default;
        var asked = Kernel32.ReadDirectoryChanges(directory, buffers + (armed * bytes), bytes, true, Filter, null, overlapped, 0);
        return asked ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>What the last request brought, where the next one was made (or refused) already. Valid until the one after it is made.</summary>
    public ReadOnlySpan<byte> Filled(uint length) => new(buffers + ((armed ^ 1) * bytes), (int)Math.Min(length, bytes));

    /// <summary>Asks the kernel to end the request under way; its last answer comes to the port.</summary>
    public void Cancel()
    {
        Closing = true;
        Kernel32.CancelIo(directory, overlapped);
    }

    /// <summary>Gives everything back. Only while no request is under way: until its answer has come the kernel may write to the buffers.</summary>
    public void Free()
    {
        directory.Dispose();
        NativeMemory.Free(overlapped);
        NativeMemory.AlignedFree(buffers);
        overlapped = null;
        buffers = null;
    }

    static string LongNameOf(string path)
    {
        Span<char> name = stackalloc char[1024];
        fixed (char* start = path, into = name)
        {
            var length = Kernel32.GetLongPathName(start, into, (uint)name.Length);
            return length == 0 || length >= name.Length ? path : name[..(int)length].ToString();
        }
    }
}
