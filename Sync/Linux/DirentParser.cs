using System;
using System.Runtime.InteropServices;

namespace S3Sync.Sync.Linux;

/// <summary>What a directory record says its name stands for: d_type of readdir(3).</summary>
enum DirentType : byte { Unknown = 0, Directory = 4, Regular = 8 }

/// <summary>
/// Reads the struct linux_dirent64 records that getdents64(2) wrote: inode (8 bytes), offset (8), record length (2), type (1), name, zero.
/// Never throws and never reads outside the buffer; a record that cannot be is the end, and <see cref="Broken"/>.
/// </summary>
ref struct DirentParser(ReadOnlySpan<byte> buffer)
{
    const int LengthAt = 16, TypeAt = 18, NameAt = 19;

    ReadOnlySpan<byte> rest = buffer;

    /// <summary>True once something was met that the kernel does not write.</summary>
    public bool Broken { get; private set; }

    /// <summary>The next record's name, without the zero, and its type. False at the end.</summary>
    public bool TryNext(out ReadOnlySpan<byte> name, out DirentType type)
    {
        name = default;
        type = default;
        if (rest.IsEmpty || Broken) return false;
        var length = rest.Length > NameAt ? (int)MemoryMarshal.Read<ushort>(rest[LengthAt..]) : 0;
        Broken = length <= NameAt || length > rest.Length;
        if (Broken) return false;
        var padded = rest[NameAt..length];
        var end = padded.IndexOf((byte)0);
        Broken = end <= 0;
        if (Broken) return false;
        name = padded[..end];
        type = (DirentType)rest[TypeAt];
        rest = rest[length..];
        return true;
    }
}
