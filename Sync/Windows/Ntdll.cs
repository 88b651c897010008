using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync.Windows;

/// <summary>
/// What Win32 asks for in several calls and Windows itself answers in one:
/// https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-ntqueryinformationfile.
/// </summary>
[SupportedOSPlatform("windows")]
static unsafe partial class Ntdll
{
    /// <summary>FILE_INFORMATION_CLASS of wdm.h. Every file system has both: GetFileInformationByHandle asks for the former, GetFileAttributesEx for the latter.</summary>
    const int AllInformation = 18, NetworkOpenInformation = 34;

    /// <summary>STATUS_BUFFER_OVERFLOW: a warning. All is there but the end of what has no fixed length.</summary>
    const int BufferOverflow = unchecked((int)0x8000_0005);

    /// <summary>0, or the Win32 code. A name that has no room is cut, and no error: its length is the whole one's.</summary>
    public static int Read(SafeFileHandle file, All* into, int bytes)
    {
        StatusBlock block;
        var status = QueryFile(file, &block, into, (uint)bytes, AllInformation);
        return status is >= 0 or BufferOverflow ? 0 : (int)ErrorOf(status);
    }

    /// <summary>0, or the Win32 code.</summary>
    public static int Read(SafeFileHandle file, NetworkOpen* into)
    {
        StatusBlock block;
        var status = QueryFile(file, &block, into, (uint)sizeof(NetworkOpen), NetworkOpenInformation);
        return status >= 0 ? 0 : (int)ErrorOf(status);
    }

    [LibraryImport("ntdll.dll", EntryPoint = "NtQueryInformationFile")]
    private static partial int QueryFile(SafeFileHandle file, StatusBlock* block, void* into, uint bytes, int kind);

    [LibraryImport("ntdll.dll", EntryPoint = "RtlNtStatusToDosError")]
    private static partial uint ErrorOf(int status);

    /// <summary>IO_STATUS_BLOCK.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct StatusBlock
    {
        public nint Status;
        public nuint Information;
    }

    /// <summary>FILE_ALL_INFORMATION up to its name, of which it has the length in bytes. Times as in <see cref="Kernel32.Basic"/>.</summary>
    [StructLayout(LayoutKind.Explicit, Size = NameOffset)]
    public struct All
    {
        /// <summary>Where the name begins.</summary>
        public const int NameOffset = 100;

        [FieldOffset(16)] public long Written;
        [FieldOffset(24)] public long Changed;
        [FieldOffset(32)] public uint Attributes;
        [FieldOffset(48)] public long Size;
        [FieldOffset(96)] public uint NameBytes;
    }

    /// <summary>FILE_NETWORK_OPEN_INFORMATION.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 56)]
    public struct NetworkOpen
    {
        [FieldOffset(16)] public long Written;
        [FieldOffset(24)] public long Changed;
        [FieldOffset(40)] public long Size;
    }
}
