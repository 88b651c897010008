using System;
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
    public static int Read(SafeFileHandle file, out HandleFacts facts) => Read(file, stackalloc byte[Ntdll.All.NameOffset + sizeof(uint)], out facts, out _);

    /// <summary>
    /// The same with the name by which it was opened once all links were followed, from the volume's root, or with server and share in front; in the one call
    /// that asks for the rest. What GetFinalPathNameByHandleW asks for as well (FILE_NAME_OPENED), before it looks up the volume's name.
    /// </summary>
    /// <param name="room">For the name, after <see cref="Ntdll.All.NameOffset"/> bytes for the rest. Longer ones cost the system more.</param>
    /// <param name="name">In the room; empty where it has not enough, as no name is.</param>
    public static unsafe int Read(SafeFileHandle file, Span<byte> room, out HandleFacts facts, out ReadOnlySpan<char> name)
    {
        facts = default;
        name = default;
        Ntdll.All all;
        fixed (byte* start = room)
        {
            var error = Ntdll.Read(file, (Ntdll.All*)start, room.Length);
            if (error != 0) return error;
            all = *(Ntdll.All*)start;
        }
        if (!TryId(file, out var id, out var volume)) return Marshal.GetLastPInvokeError();
        facts = new((FileAttribute)all.Attributes, new(id, all.Size, Nanoseconds(all.Written), Nanoseconds(all.Changed)), volume);
        if (all.NameBytes <= room.Length - Ntdll.All.NameOffset) name = MemoryMarshal.Cast<byte, char>(room.Slice(Ntdll.All.NameOffset, (int)all.NameBytes));
        return 0;
    }

    /// <summary>
    /// True if an open file still has this stamp. Which file it is needs no asking: a handle stands for one.
    /// </summary>
    public static unsafe bool IsStill(SafeFileHandle file, in Stamp stamp)
    {
        Ntdll.NetworkOpen now;
        return Ntdll.Read(file, &now) == 0 && (now.Size, Nanoseconds(now.Written), Nanoseconds(now.Changed)) == (stamp.Size, stamp.Modified, stamp.Changed);
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
