using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Threading;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync.Windows;

/// <summary>A file open for reading in a way that keeps every writer out while it is open. Only a view mapped before can still change it.</summary>
[SupportedOSPlatform("windows")]
sealed class WindowsSourceFile(SafeFileHandle handle, Stamp stamp) : SourceFile(handle, stamp)
{
    public override bool Unchanged() => HandleFacts.IsStill(Handle, Stamp);

    public override unsafe int Read(Span<byte> into, long offset)
    {
        NativeOverlapped at = new() { OffsetLow = (int)offset, OffsetHigh = (int)(offset >> 32) };
        fixed (byte* start = into)
            if (Kernel32.Read(Handle, start, (uint)into.Length, out var read, &at)) return (int)read;
        var error = Marshal.GetLastPInvokeError();
        // HRESULT_FROM_WIN32.
        return error == Win32Error.HandleEnd ? 0 : throw new IOException(Marshal.GetPInvokeErrorMessage(error), unchecked((int)0x8007_0000) | error);
    }
}
