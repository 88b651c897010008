using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace S3Sync.Storage;

/// <summary>
/// Computes one kind of CRC: reflected, starting from all ones, inverted at the end, at most 64 bits wide.
/// Immutable once made, so any thread may use it. How to fold with carry-less multiplication: Gopal et al.,
/// "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009.
/// </summary>
sealed class Crc
{
    // Folding pays from here: it needs four blocks to start, and its end costs two steps of the table.
    const int LeastToFold = 64;

    readonly CrcPolynomial _polynomial;
    readonly ulong _ones;

    // Eight tables of 256 in one array: entry 256 * k + b is byte b followed by k zero bytes.
    readonly ulong[] _table;

    // What moves a block of 128 bits on by four blocks, and by one.
    readonly Vector128<ulong> _byFour;
    readonly Vector128<ulong> _byOne;

    /// <param name="polynomial">The divisor, bit-reversed, without its highest power.</param>
    /// <param name="width">Bits of the checksum: 32 or 64.</param>
    public Crc(ulong polynomial, int width)
    {
        _polynomial = new(polynomial, width);
        _ones = ulong.MaxValue >> (64 - width);
        _table = Table(polynomial);
        _byFour = Distance(4 * 128);
        _byOne = Distance(128);
    }

    /// <summary>True where this processor can fold; else tables are used throughout.</summary>
    public static bool CanFold => Pclmulqdq.IsSupported && BitConverter.IsLittleEndian;

    /// <summary>The checksum of what <paramref name="crc"/> is the checksum of, followed by <paramref name="data"/>. Of nothing it is 0.</summary>
    public ulong Append(ulong crc, ReadOnlySpan<byte> data)
    {
        var state = crc ^ _ones;
        if (CanFold && data.Length >= LeastToFold)
        {
            var blocks = MemoryMarshal.Cast<byte, Vector128<ulong>>(data);
            state = Fold(state, blocks);
            data = data[(blocks.Length * Vector128<byte>.Count)..];
        }
        return ByTable(state, data) ^ _ones;
    }

    /// <summary>As <see cref="Append"/>, by tables only: what every processor can do.</summary>
    public ulong AppendByTable(ulong crc, ReadOnlySpan<byte> data) => ByTable(crc ^ _ones, data) ^ _ones;

    /// <summary>The checksum of A followed by B from those of A and of B.</summary>
    /// <param name="a">The checksum of A.</param>
    /// <param name="b">The checksum of B.</param>
    /// <param name="lengthOfB">Bytes in B, not negative.</param>
    public ulong Combine(ulong a, ulong b, long lengthOfB)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lengthOfB);
        // All ones at the start and at the end cancel out, so A's checksum is moved on as if zeros followed.
        return _polynomial.Multiply(a, _polynomial.Shift(lengthOfB)) ^ b;
    }

    ulong Fold(ulong state, ReadOnlySpan<Vector128<ulong>> blocks)
    {
        // Four independent chains hide the latency of the multiplication.
        var (a, b, c, d) = (blocks[0] ^ Vector128.CreateScalar(state), blocks[1], blocks[2], blocks[3]);
        blocks = blocks[4..];
        while (blocks.Length >= 4)
        {
            a = Move(a, _byFour) ^ blocks[0];
            b = Move(b, _byFour) ^ blocks[1];
            c = Move(c, _byFour) ^ blocks[2];
            d = Move(d, _byFour) ^ blocks[3];
            blocks = blocks[4..];
        }

        a = Move(Move(Move(a, _byOne) ^ b, _byOne) ^ c, _byOne) ^ d;
        foreach (var block in blocks)
            a = Move(a, _byOne) ^ block;

        // What is left is 16 bytes that have the same remainder as all that was read.
        return Step(Step(0, a[0]), a[1]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<ulong> Move(Vector128<ulong> block, Vector128<ulong> distance) =>
        Pclmulqdq.CarrylessMultiply(block, distance, 0x00) ^ Pclmulqdq.CarrylessMultiply(block, distance, 0x11);

    ulong ByTable(ulong state, ReadOnlySpan<byte> data)
    {
        for (; data.Length >= sizeof(ulong); data = data[sizeof(ulong)..])
            state = Step(state, BinaryPrimitives.ReadUInt64LittleEndian(data));
        foreach (var value in data)
            state = (state >> 8) ^ _table[(byte)(state ^ value)];
        return state;
    }

    ulong Step(ulong state, ulong eightBytes)
    {
        var table = _table;
        var x = state ^ eightBytes;
        return table[7 * 256 + (byte)x] ^ table[6 * 256 + (byte)(x >> 8)] ^ table[5 * 256 + (byte)(x >> 16)] ^ table[4 * 256 + (byte)(x >> 24)]
            ^ table[3 * 256 + (byte)(x >> 32)] ^ table[2 * 256 + (byte)(x >> 40)] ^ table[256 + (byte)(x >> 48)] ^ table[(byte)(x >> 56)];
    }

    // The low half of a block stands 64 powers above the high half. Multiplying bit-reversed numbers adds one power: hence the minus one.
    Vector128<ulong> Distance(int bits) => Vector128.Create(_polynomial.PowerIn64(bits + 64 - 1), _polynomial.PowerIn64(bits - 1));

    static ulong[] Table(ulong polynomial)
    {
        var table = new ulong[8 * 256];
        for (var value = 0; value < 256; value++)
        {
            var state = (ulong)value;
            for (var bit = 0; bit < 8; bit++)
                state = (state & 1) != 0 ? (state >> 1) ^ polynomial : state >> 1;
            table[value] = state;
        }
        for (var i = 256; i < table.Length; i++)
            table[i] = (table[i - 256] >> 8) ^ table[(byte)table[i - 256]];
        return table;
    }
}
