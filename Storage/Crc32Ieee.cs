using System;

namespace S3Sync.Storage;

/// <summary>The CRC-32 of Ethernet and zip, which S3 calls CRC32. Parameters: IEEE 802.3, 3.2.9. Unlike System.IO.Hashing's it can be continued from a number.</summary>
static class Crc32Ieee
{
    /// <summary>The engine, for tests of its two ways.</summary>
    public static readonly Crc Engine = new(0xEDB88320, 32);

    /// <inheritdoc cref="Crc.Append"/>
    public static uint Append(uint crc, ReadOnlySpan<byte> data) => (uint)Engine.Append(crc, data);

    /// <inheritdoc cref="Crc.Combine"/>
    public static uint Combine(uint a, uint b, long lengthOfB) => (uint)Engine.Combine(a, b, lengthOfB);
}
