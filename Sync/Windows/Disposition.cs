using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync.Windows;

/// <summary>Deletion of the file a handle stands for.</summary>
[SupportedOSPlatform("windows")]
static unsafe class Disposition
{
    /// <summary>FILE_DISPOSITION_DELETE, _POSIX_SEMANTICS and _IGNORE_READONLY_ATTRIBUTE of FILE_DISPOSITION_INFO_EX.</summary>
    const uint DeleteIt = 0x1, PosixSemantics = 0x2, IgnoreReadOnly = 0x10;

    /// <summary>
    /// Deletes; answers 0, or the Win32 code. With POSIX semantics (Windows 10 1607, NTFS) the name is free when the handle is closed, whoever
    /// else has the file open. Elsewhere it is pending, and goes when the last handle is closed, ours for reading among them.
    /// </summary>
    public static int Delete(SafeFileHandle handle, FileAttribute attributes, bool mayWriteAttributes)
    {
        // To ignore the read-only attribute takes the right to write attributes.
        var flags = DeleteIt | PosixSemantics | (mayWriteAttributes ? IgnoreReadOnly : 0);
        var error = Set(handle, Kernel32.DispositionInfoEx, &flags, sizeof(uint));
        if (!Win32Error.MeansUnsupported(error)) return error;
        var readOnly = mayWriteAttributes && (attributes & FileAttribute.ReadOnly) != 0;
        if (readOnly) SetAttributes(handle, attributes & ~FileAttribute.ReadOnly);
        byte delete = 1;
        error = Set(handle, Kernel32.DispositionInfo, &delete, sizeof(byte));
        if (error != 0 && readOnly) SetAttributes(handle, attributes);
        return error;
    }

    static void SetAttributes(SafeFileHandle handle, FileAttribute attributes)
    {
        // 0 would mean "leave them as they are".
        var basic = new Kernel32.Basic { Attributes = (uint)(attributes == 0 ? FileAttribute.Normal : attributes) };
        Set(handle, Kernel32.BasicInfo, &basic, (uint)sizeof(Kernel32.Basic));
    }

    static int Set(SafeFileHandle handle, int kind, void* from, uint bytes) =>
        Kernel32.SetInfo(handle, kind, from, bytes) ? 0 : Marshal.GetLastPInvokeError();
}
