using System;

namespace S3Sync.Storage;

/// <summary>CRC-64/NVME, the checksum S3 adds to every object by itself. Parameters: NVM Express NVM Command Set Specification 1.0, 64b CRC.</summary>
static class Crc64Nvme
{
    /// <summary>The engine, for tests of its two ways.</summary>
    public static readonly Crc Engine = new(0x9A6C9329AC4BC9B5, 64);

    /// <inheritdoc cref="Crc.Append"/>
    public static ulong Append(ulong crc, ReadOnlySpan<byte> data) => Engine.Append(crc, data);

    /// <inheritdoc cref="Crc.Combine"/>
    public static ulong Combine(ulong a, ulong b, long lengthOfB) => Engine.Combine(a, b, lengthOfB);
}
