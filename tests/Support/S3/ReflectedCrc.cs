using System;
using System.Buffers.Binary;

namespace S3Sync.Tests.Support.S3;

/// <summary>
/// Any reflected CRC of 32 or 64 bits that starts and ends inverted, eight bytes at a time by tables ("slicing by 8").
/// Written for the tests alone, so that the program's own checksums are held against something that is not theirs.
/// </summary>
sealed class ReflectedCrc
{
    /// <summary>CRC-32 of zlib, ISO-HDLC.</summary>
    public static readonly ReflectedCrc Crc32 = new(0xEDB88320, 32);

    /// <summary>CRC-32C, Castagnoli (RFC 3720).</summary>
    public static readonly ReflectedCrc Crc32C = new(0x82F63B78, 32);

    /// <summary>CRC-64/NVME (NVM Express command set specification); the check value of "123456789" is AE8B14860A799888.</summary>
    public static readonly ReflectedCrc Crc64Nvme = new(0x9A6C9329AC4BC9B5, 64);

    readonly ulong polynomial;
    readonly int width;
    readonly ulong ones;
    readonly ulong[] tables = new ulong[8 * 256];

    ReflectedCrc(ulong polynomial, int width)
    {
        this.polynomial = polynomial;
        this.width = width;
        ones = ulong.MaxValue >> (64 - width);
        for (var value = 0; value < 256; value++)
        {
            var crc = (ulong)value;
            for (var bit = 0; bit < 8; bit++)
                crc = Halve(crc);
            tables[value] = crc;
        }
        for (var at = 256; at < tables.Length; at++)
            tables[at] = tables[tables[at - 256] & 0xFF] ^ (tables[at - 256] >> 8);
    }

    /// <summary>Bytes a checksum takes: 4 or 8.</summary>
    public int Size => width / 8;

    /// <summary>The checksum of some bytes, or of earlier bytes and these. Zero is the checksum of nothing.</summary>
    public ulong Append(ulong before, ReadOnlySpan<byte> bytes)
    {
        var crc = before ^ ones;
        var table = tables;
        while (bytes.Length >= 8)
        {
            var next = crc ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            crc = table[0x700 | (int)(next & 0xFF)] ^ table[0x600 | (int)(next >> 8 & 0xFF)]
                ^ table[0x500 | (int)(next >> 16 & 0xFF)] ^ table[0x400 | (int)(next >> 24 & 0xFF)]
                ^ table[0x300 | (int)(next >> 32 & 0xFF)] ^ table[0x200 | (int)(next >> 40 & 0xFF)]
                ^ table[0x100 | (int)(next >> 48 & 0xFF)] ^ table[(int)(next >> 56)];
            bytes = bytes[8..];
        }
        foreach (var value in bytes)
            crc = table[(int)((crc ^ value) & 0xFF)] ^ (crc >> 8);
        return crc ^ ones;
    }

    /// <summary>The checksum of two pieces in a row from their checksums and the second one's length in bytes.</summary>
    public ulong Combine(ulong first, ulong second, long secondLength)
    {
        // first times x^(8n) modulo the polynomial: what n zero bytes would make of it. x^1 is the second highest bit here.
        var square = 1UL << (width - 2);
        for (var doublings = 0; doublings < 3; doublings++)
            square = Multiply(square, square);
        for (var length = secondLength; length > 0; length >>= 1)
        {
            if ((length & 1) != 0)
                first = Multiply(square, first);
            square = Multiply(square, square);
        }
        return first ^ second;
    }

    /// <summary>As S3 writes it: base64 of the bytes, highest first.</summary>
    public byte[] ToBytes(ulong crc)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, crc);
        return bytes[(8 - Size)..];
    }

    /// <summary>The reverse of <see cref="ToBytes"/>.</summary>
    public static ulong FromBytes(ReadOnlySpan<byte> bytes)
    {
        var crc = 0UL;
        foreach (var value in bytes)
            crc = crc << 8 | value;
        return crc;
    }

    ulong Halve(ulong crc) => (crc & 1) != 0 ? crc >> 1 ^ polynomial : crc >> 1;

    ulong Multiply(ulong a, ulong b)
    {
        var product = 0UL;
        for (var bit = 1UL << (width - 1); bit != 0; bit >>= 1)
        {
            if ((a & bit) != 0)
                product ^= b;
            b = Halve(b);
        }
        return product;
    }
}
