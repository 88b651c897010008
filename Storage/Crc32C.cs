using System;

namespace S3Sync.Storage;

/// <summary>CRC-32C (Castagnoli). Parameters: RFC 3720, 12.1.</summary>
static class Crc32C
{
    /// <summary>The engine, for tests of its two ways.</summary>
    public static readonly Crc Engine = new(0x82F63B78, 32);

    /// <inheritdoc cref="Crc.Append"/>
    public static uint Append(uint crc, ReadOnlySpan<byte> data) => (uint)Engine.Append(crc, data);

    /// <inheritdoc cref="Crc.Combine"/>
    public static uint Combine(uint a, uint b, long lengthOfB) => (uint)Engine.Combine(a, b, lengthOfB);
}
