using System;
using System.Runtime.InteropServices;

namespace S3Sync.Sync.Linux;

/// <summary>The bits of an inotify event's mask that we ask for or are told without asking: inotify(7).</summary>
[Flags]
enum InotifyMask : uint
{
    CloseWrite = 0x8,
    MovedFrom = 0x40,
    MovedTo = 0x80,
    Create = 0x100,
    DeleteSelf = 0x400,
    MoveSelf = 0x800,
    Unmount = 0x2000,
    QueueOverflow = 0x4000,
    Ignored = 0x8000,
    OnlyDirectory = 0x0100_0000,
    DoNotFollow = 0x0200_0000,
    ExcludeUnlinked = 0x0400_0000,
    IsDirectory = 0x4000_0000,
}

/// <summary>
/// Reads the struct inotify_event records that read(2) wrote: watch (4 bytes), mask (4), cookie (4), length of the name (4), the name padded with zeros.
/// Never throws and never reads outside the buffer; a record that cannot be is the end, and <see cref="Broken"/>.
/// </summary>
ref struct InotifyParser(ReadOnlySpan<byte> buffer)
{
    const int MaskAt = 4, LengthAt = 12, NameAt = 16;

    ReadOnlySpan<byte> rest = buffer;

    /// <summary>True once something was met that the kernel does not write.</summary>
    public bool Broken { get; private set; }

    /// <summary>The next event; <paramref name="name"/> is without its zeros, and empty where the event concerns the watched directory itself.</summary>
    public bool TryNext(out int watch, out InotifyMask mask, out ReadOnlySpan<byte> name)
    {
        watch = 0;
        mask = 0;
        name = default;
        if (rest.IsEmpty || Broken) return false;
        Broken = rest.Length < NameAt || MemoryMarshal.Read<uint>(rest[LengthAt..]) > (uint)(rest.Length - NameAt);
        if (Broken) return false;
        watch = MemoryMarshal.Read<int>(rest);
        mask = (InotifyMask)MemoryMarshal.Read<uint>(rest[MaskAt..]);
        var length = MemoryMarshal.Read<int>(rest[LengthAt..]);
        name = rest.Slice(NameAt, length);
        var end = name.IndexOf((byte)0);
        if (end >= 0) name = name[..end];
        rest = rest[(NameAt + length)..];
        return true;
    }
}
