using System;
using System.Runtime.InteropServices;

namespace S3Sync.Sync.Windows;

/// <summary>
/// Reads FILE_FULL_DIR_INFO records (winbase.h): offset of the next record (4 bytes, 0 in the last), …, attributes at 56, length of the name in
/// bytes at 60, the name at 68. Never throws and never reads outside the buffer; a record that cannot be is the end, and <see cref="Broken"/>.
/// </summary>
ref struct DirectoryParser(ReadOnlySpan<byte> buffer)
{
    const int AttributesAt = 56, LengthAt = 60, NameAt = 68;

    ReadOnlySpan<byte> rest = buffer;
    bool ended = buffer.IsEmpty;

    /// <summary>True once something was met that the kernel does not write.</summary>
    public bool Broken { get; private set; }

    public bool TryNext(out ReadOnlySpan<char> name, out FileAttribute attributes)
    {
        name = default;
        attributes = default;
        if (ended) return false;
        var length = rest.Length >= NameAt ? MemoryMarshal.Read<uint>(rest[LengthAt..]) : uint.MaxValue;
        var next = rest.Length >= NameAt ? MemoryMarshal.Read<uint>(rest) : 0;
        Broken = length % 2 != 0 || length > (uint)Math.Max(0, rest.Length - NameAt) || (next != 0 && (next < NameAt + length || next > (uint)rest.Length));
        ended = Broken || next == 0;
        if (Broken) return false;
        name = MemoryMarshal.Cast<byte, char>(rest.Slice(NameAt, (int)length));
        attributes = (FileAttribute)MemoryMarshal.Read<uint>(rest[AttributesAt..]);
        rest = rest[(int)next..];
        return true;
    }
}
