using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync.Linux;

/// <summary>A file open for reading. Nothing keeps writers out while it is read: <see cref="Unchanged"/> tells afterwards whether one came.</summary>
[SupportedOSPlatform("linux")]
sealed class LinuxSourceFile(SafeFileHandle handle, Stamp stamp) : SourceFile(handle, stamp)
{
    public override TimeSpan Tick => Stamp.Tick is var tick && tick < Stamp.LongestTick && MountedVolume.TellsEveryChange(Handle) ? TimeSpan.Zero : tick;

    public override bool Unchanged() => Statx.Read(Handle, fresh: true, out var now) == 0 && now.Stamp == Stamp;

    public override int Read(Span<byte> into, long offset)
    {
        while (true)
        {
            var read = Libc.ReadAt(Handle, ref MemoryMarshal.GetReference(into), into.Length, offset);
            if (read >= 0) return (int)read;
            var error = Marshal.GetLastPInvokeError();
            // A file of a server may be given up for a signal: signal(7).
            if (error != Errno.EINTR) throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
        }
    }

    public override bool HasVisibleWriter() => Writers.Lock(Handle) || Writers.Has(Volume, Stamp.FileId);
}
