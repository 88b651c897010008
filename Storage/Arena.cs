using System;
using System.Buffers;
using System.IO;
using System.Runtime.InteropServices;

namespace S3Sync.Storage;

/// <summary>
/// Memory of the system's own, outside the collector's heap, in one piece: the machine gives a page of it when that is
/// first written to. Lent as <see cref="Memory{T}"/>, which keeps it alive: it goes back to the system with the last of
/// these. Any thread.
/// </summary>
sealed unsafe class Arena : MemoryManager<byte>
{
    /// <summary>The system's unit, in bytes.</summary>
    public const int Page = 4096;

    readonly Block block;
    readonly byte* start;
    readonly long length;

    /// <summary>Throws <see cref="OutOfMemoryException"/> where the system does not even promise so much.</summary>
    /// <param name="length">In bytes.</param>
    public Arena(long length) : this(new(length), 0, length)
    {
    }

    Arena(Block block, long from, long length)
    {
        (this.block, this.length) = (block, length);
        start = block.Start + from;
    }

    /// <summary>Some of it. Nothing is allocated for what ends in its first 2 GiB.</summary>
    public Memory<byte> Slice(long from, int count) => from + count <= int.MaxValue
        ? CreateMemory((int)from, count)
        : new Arena(block, from, count).CreateMemory(count);

    /// <summary>Where a slice of this one begins; negative for what is none.</summary>
    public long OffsetOf(Memory<byte> slice) =>
        MemoryMarshal.TryGetMemoryManager<byte, Arena>(slice, out var of, out var at, out _) && of.block == block
            ? of.start - start + at
            : -1;

    /// <summary>Reads memory of any kind. It must stay the caller's until the stream is read.</summary>
    public static Stream StreamOf(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
        : MemoryMarshal.TryGetMemoryManager<byte, Arena>(bytes, out var arena, out var at, out var count)
            ? new UnmanagedMemoryStream(arena.start + at, count)
        : throw new NotSupportedException();

    public override Span<byte> GetSpan() => new(start, (int)Math.Min(length, int.MaxValue));

    public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex, default, this);

    public override void Unpin()
    {
        // It never moves.
    }

    protected override void Dispose(bool disposing)
    {
        // Not before the last slice is gone.
    }

    /// <summary>What is the system's. Who uses a slice holds it, and with it the arena and this.</summary>
    sealed class Block(long length)
    {
        public byte* Start { get; } = (byte*)NativeMemory.AlignedAlloc((nuint)length, Page);

        ~Block() => NativeMemory.AlignedFree(Start);
    }
}
