using System;
using System.Runtime.InteropServices;

namespace S3Sync.Sync.Windows;

/// <summary>The action of a FILE_NOTIFY_INFORMATION record.</summary>
enum ChangeAction : uint { Added = 1, Removed = 2, Modified = 3, RenamedOld = 4, RenamedNew = 5 }

/// <summary>
/// Reads the FILE_NOTIFY_INFORMATION records that ReadDirectoryChangesW wrote: offset of the next record (4 bytes, 0 in the last), action (4),
/// length of the name in bytes (4), the name, relative to the root. Windows aligns records to 4 bytes, Wine does not.
/// Never throws and never reads outside the buffer; a record that cannot be is the end, and <see cref="Broken"/>.
/// </summary>
ref struct ChangesParser(ReadOnlySpan<byte> buffer)
{
    const int ActionAt = 4, LengthAt = 8, NameAt = 12;

    ReadOnlySpan<byte> rest = buffer;
    bool ended = buffer.IsEmpty;

    /// <summary>True once something was met that the kernel does not write.</summary>
    public bool Broken { get; private set; }

    public bool TryNext(out ChangeAction action, out ReadOnlySpan<char> name)
    {
        action = default;
        name = default;
        if (ended) return false;
        var length = rest.Length >= NameAt ? MemoryMarshal.Read<uint>(rest[LengthAt..]) : uint.MaxValue;
        var next = rest.Length >= NameAt ? MemoryMarshal.Read<uint>(rest) : 0;
        Broken = length % 2 != 0 || length > (uint)Math.Max(0, rest.Length - NameAt) || (next != 0 && (next < NameAt + length || next > (uint)rest.Length));
        ended = Broken || next == 0;
        if (Broken) return false;
        action = (ChangeAction)MemoryMarshal.Read<uint>(rest[ActionAt..]);
        name = MemoryMarshal.Cast<byte, char>(rest.Slice(NameAt, (int)length));
        rest = rest[(int)next..];
        return true;
    }
}
