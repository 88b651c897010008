using System;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Linq;
using System.Numerics;
using System.Security.Cryptography;

namespace S3Sync.Tests.Conformance;

/// <summary>
/// The checksums of S3 from other sources than the server's: the framework, the processor's own instruction, and for CRC64NVME the definition, bit by bit.
/// (Amazon's client computes CRC32, SHA1 and SHA256 only, unless a native package is added.)
/// </summary>
static class ReferenceChecksum
{
    /// <summary>In base64, as S3 writes it.</summary>
    public static string Of(byte[] bytes, string algorithm) => Convert.ToBase64String(algorithm switch
    {
        "CRC32" => BigEndian(Crc32.HashToUInt32(bytes)),
        "CRC32C" => BigEndian(~bytes.Aggregate(uint.MaxValue, BitOperations.Crc32C)),
        "CRC64NVME" => Crc64Nvme(bytes),
        "SHA1" => SHA1.HashData(bytes),
        "SHA256" => SHA256.HashData(bytes),
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "not one of S3's"),
    });

    static byte[] BigEndian(uint crc)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, crc);
        return bytes;
    }

    static byte[] Crc64Nvme(byte[] bytes)
    {
        var crc = ulong.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = crc >> 1 ^ ((crc & 1) == 0 ? 0 : 0x9A6C9329AC4BC9B5);
        }
        var result = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(result, ~crc);
        return result;
    }
}
