using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Threading;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync.Windows;

/// <summary>
/// The Win32 functions in use, as https://learn.microsoft.com/windows/win32/api/fileapi/ and its neighbours describe them.
/// A failed call means that <see cref="Marshal.GetLastPInvokeError"/> holds the Win32 code. A path must hold no zero: it would be cut there.
/// </summary>
[SupportedOSPlatform("windows")]
static unsafe partial class Kernel32
{
    public const uint GenericRead = 0x8000_0000, DeleteAccess = 0x1_0000, ReadAttributes = 0x80, WriteAttributes = 0x100, ListDirectory = 0x1;
    public const uint ShareRead = 1, ShareWrite = 2, ShareDelete = 4;
    public const uint OpenExisting = 3;
    /// <summary>Opens a link itself, not what it leads to.</summary>
    public const uint OpenReparsePoint = 0x0020_0000;
    /// <summary>Without it a directory cannot be opened.</summary>
    public const uint BackupSemantics = 0x0200_0000;
    /// <summary>A name that begins with the volume's device, which has one whether or not it has a drive letter.</summary>
    public const uint VolumeNameNt = 0x2;
    public const uint SequentialScan = 0x0800_0000, Overlapped = 0x4000_0000;

    /// <summary>FILE_INFO_BY_HANDLE_CLASS of minwinbase.h.</summary>
    public const int BasicInfo = 0, DispositionInfo = 4, RemoteProtocolInfo = 13, FullDirectoryInfo = 14, IdInfo = 18, DispositionInfoEx = 21;

    [LibraryImport("kernel32.dll", EntryPoint = "CreateFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    public static partial SafeFileHandle CreateFile(string path, uint access, uint share, nint security, uint creation, uint flags, nint template);

    [LibraryImport("kernel32.dll", EntryPoint = "GetDiskFreeSpaceExW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetDiskFreeSpace(string directory, out ulong freeForCaller, out ulong total, out ulong free);

    [LibraryImport("kernel32.dll", EntryPoint = "GetFileInformationByHandleEx", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetInfo(SafeFileHandle file, int kind, void* into, uint bytes);

    /// <summary>From the offset that <paramref name="at"/> holds, also where the handle was not opened for overlapped calls, and then waits for the bytes.</summary>
    [LibraryImport("kernel32.dll", EntryPoint = "ReadFile", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Read(SafeFileHandle file, byte* into, uint bytes, out uint read, NativeOverlapped* at);

    [LibraryImport("kernel32.dll", EntryPoint = "SetFileInformationByHandle", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetInfo(SafeFileHandle file, int kind, void* from, uint bytes);

    [LibraryImport("kernel32.dll", EntryPoint = "GetFileInformationByHandle", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetHandleInformation(SafeFileHandle file, out HandleInformation information);

    /// <summary>Of a zero-terminated path; 0xFFFFFFFF where it fails.</summary>
    [LibraryImport("kernel32.dll", EntryPoint = "GetFileAttributesW", SetLastError = true)]
    public static partial uint GetAttributes(char* path);

    /// <summary>Of a zero-terminated path: the length without the zero, or the needed one with it where it does not fit, or 0 where it fails.</summary>
    [LibraryImport("kernel32.dll", EntryPoint = "GetLongPathNameW", SetLastError = true)]
    public static partial uint GetLongPathName(char* path, char* into, uint characters);

    /// <summary>Of an open file, normalised: the length without the zero, or the needed one with it where it does not fit, or 0 where it fails.</summary>
    [LibraryImport("kernel32.dll", EntryPoint = "GetFinalPathNameByHandleW", SetLastError = true)]
    public static partial uint GetFinalPathName(SafeFileHandle file, char* into, uint characters, uint flags);

    [LibraryImport("kernel32.dll", EntryPoint = "ReadDirectoryChangesW", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool ReadDirectoryChanges(SafeFileHandle directory, byte* buffer, uint bytes,
        [MarshalAs(UnmanagedType.Bool)] bool tree, uint filter, uint* returned, NativeOverlapped* overlapped, nint routine);

    [LibraryImport("kernel32.dll", EntryPoint = "CancelIoEx", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool CancelIo(SafeFileHandle file, NativeOverlapped* overlapped);

    /// <summary>Makes a port (<paramref name="file"/> -1, <paramref name="port"/> 0).</summary>
    [LibraryImport("kernel32.dll", EntryPoint = "CreateIoCompletionPort", SetLastError = true)]
    public static partial SafeFileHandle CreatePort(nint file, nint port, nuint key, uint threads);

    /// <summary>Binds a file to a port; 0 where it fails.</summary>
    [LibraryImport("kernel32.dll", EntryPoint = "CreateIoCompletionPort", SetLastError = true)]
    public static partial nint BindPort(SafeFileHandle file, SafeFileHandle port, nuint key, uint threads);

    [LibraryImport("kernel32.dll", EntryPoint = "GetQueuedCompletionStatus", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetCompletion(SafeFileHandle port, out uint bytes, out nuint key, out nint overlapped, uint milliseconds);

    [LibraryImport("kernel32.dll", EntryPoint = "PostQueuedCompletionStatus", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool PostCompletion(SafeFileHandle port, uint bytes, nuint key, nint overlapped);

    /// <summary>FILE_BASIC_INFO. Times are 100 ns since 1601; setting one to 0 leaves it as it is.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Basic
    {
        public long Created, Accessed, Written, Changed;
        public uint Attributes;
    }

    /// <summary>FILE_ID_INFO: the volume and the 128-bit id.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Id
    {
        public ulong Volume, Low, High;
    }

    /// <summary>BY_HANDLE_FILE_INFORMATION, of which only the volume's serial number and the 64-bit index are used.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 52)]
    public struct HandleInformation
    {
        [FieldOffset(28)] public uint Volume;
        [FieldOffset(44)] public uint IndexHigh;
        [FieldOffset(48)] public uint IndexLow;
    }
}
