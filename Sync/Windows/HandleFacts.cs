using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Sync.Windows;

/// <summary>What an open handle says of its file. Directory entries show a stale size and time while somebody writes; the handle does not.</summary>
/// <param name="Attributes">As they are now.</param>
/// <param name="Stamp">As it is now.</param>
/// <param name="Volume">The serial number of the volume it is on.</param>
[SupportedOSPlatform("windows")]
readonly record struct HandleFacts(FileAttribute Attributes, Stamp Stamp, ulong Volume)
{
    /// <summary>1970-01-01 in FILETIME, 100 ns since 1601-01-01.</summary>
    const long UnixEpoch = 116_444_736_000_000_000;

    /// <summary>Whether it is ours to read: Ok, <see cref="Access.Elsewhere"/> or <see cref="Access.NotRegular"/>.</summary>
    public Access Access =>
        (Attributes & FileAttribute.AnyRecall) != 0 ? Access.Elsewhere
        : (Attributes & (FileAttribute.Directory | FileAttribute.ReparsePoint | FileAttribute.Device)) != 0 ? Access.NotRegular
        : Access.Ok;

    /// <summary>0, or the Win32 code.</summary>
    public static unsafe int Read(SafeFileHandle file, out HandleFacts facts)
    {
        facts = default;
        Kernel32.Basic basic;
        Kernel32.Standard standard;
        if (!Kernel32.GetInfo(file, Kernel32.BasicInfo, &basic, (uint)sizeof(Kernel32.Basic))
            || !Kernel32.GetInfo(file, Kernel32.StandardInfo, &standard, (uint)sizeof(Kernel32.Standard))
            || !TryId(file, out var id, out var volume))
            return Marshal.GetLastPInvokeError();
        facts = new((FileAttribute)basic.Attributes, new(id, standard.Size, Nanoseconds(basic.Written), Nanoseconds(basic.Changed)), volume);
        return 0;
    }

    static unsafe bool TryId(SafeFileHandle file, out ulong id, out ulong volume)
    {
        Kernel32.Id wide;
        if (Kernel32.GetInfo(file, Kernel32.IdInfo, &wide, (uint)sizeof(Kernel32.Id)))
        {
            (id, volume) = (wide.Low ^ wide.High, wide.Volume);
            return true;
        }
        // FAT and some shares have only this one. On NTFS both give the same number.
        var known = Kernel32.GetHandleInformation(file, out var information);
        (id, volume) = (((ulong)information.IndexHigh << 32) | information.IndexLow, information.Volume);
        return known;
    }

    /// <summary>A file system that does not keep a time says 0, which stays 0: not compared.</summary>
    static long Nanoseconds(long fileTime) => fileTime == 0 ? 0 : (fileTime - UnixEpoch) * 100;
}
