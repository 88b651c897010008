using System;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;

namespace S3Sync.Storage;

/// <summary>What we know of one body's bytes: a small file, or one part of a large one. It says what to send and what to expect back.</summary>
/// <param name="Kind">Which checksum this is.</param>
/// <param name="Crc">The CRC; 0 for other kinds.</param>
/// <param name="Md5">The MD5, its first byte the most significant; 0 for other kinds.</param>
/// <param name="Length">Bytes in the body.</param>
readonly record struct Digest(ChecksumKind Kind, ulong Crc, UInt128 Md5, long Length)
{
    /// <summary>The digest of a body that is in memory. Any thread; allocates nothing.</summary>
    public static Digest Of(ChecksumKind kind, ReadOnlySpan<byte> data) => kind switch
    {
        ChecksumKind.None => new(kind, 0, 0, data.Length),
        ChecksumKind.Md5 => new(kind, 0, Md5Of(data), data.Length),
        _ => new(kind, Engine(kind).Append(0, data), 0, data.Length),
    };

    /// <summary>
    /// As the header of the request has it: base64 of the big-endian CRC for x-amz-checksum-crc64nvme, -crc32c, -crc32; base64 of the MD5 for
    /// Content-MD5; empty for <see cref="ChecksumKind.None"/>.
    /// </summary>
    public string Base64
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            return Convert.ToBase64String(bytes[..Write(bytes)]);
        }
    }

    /// <summary>The <see cref="Receipt.Checksum"/> to expect of an object that was put as this one body: <see cref="Base64"/>, but for MD5 the ETag, in hex.</summary>
    public string Whole
    {
        get
        {
            if (Kind != ChecksumKind.Md5)
                return Base64;
            Span<byte> bytes = stackalloc byte[16];
            return Convert.ToHexStringLower(bytes[..Write(bytes)]);
        }
    }

    /// <summary>
    /// The text if it can be a CRC of that kind, as a server states it; else null: nonsense, or the checksum of
    /// checksums of parts, proves nothing and contradicts nothing.
    /// </summary>
    public static string? SumIn(ChecksumKind kind, string? text)
    {
        var length = kind == ChecksumKind.Crc64Nvme ? sizeof(ulong) : sizeof(uint);
        Span<byte> bytes = stackalloc byte[sizeof(ulong) + 1];
        return text?.Length == (length + 2) / 3 * 4
            && Convert.TryFromBase64String(text, bytes, out var written) && written == length ? text : null;
    }

    /// <summary>Writes the checksum's bytes, most significant first, and returns how many: 8, 4, 16, or 0 for <see cref="ChecksumKind.None"/>.</summary>
    public int Write(Span<byte> destination)
    {
        switch (Kind)
        {
            case ChecksumKind.None:
                return 0;
            case ChecksumKind.Crc64Nvme:
                BinaryPrimitives.WriteUInt64BigEndian(destination, Crc);
                return sizeof(ulong);
            case ChecksumKind.Crc32C or ChecksumKind.Crc32:
                BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)Crc);
                return sizeof(uint);
            case ChecksumKind.Md5:
                BinaryPrimitives.WriteUInt128BigEndian(destination, Md5);
                return MD5.HashSizeInBytes;
            default:
                throw new UnreachableException($"checksum kind {Kind}");
        }
    }

    /// <summary>The engine of a CRC kind.</summary>
    public static Crc Engine(ChecksumKind kind) => kind switch
    {
        ChecksumKind.Crc64Nvme => Crc64Nvme.Engine,
        ChecksumKind.Crc32C => Crc32C.Engine,
        ChecksumKind.Crc32 => Crc32Ieee.Engine,
        _ => throw new UnreachableException($"checksum kind {kind} is not a CRC"),
    };

    static UInt128 Md5Of(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
        MD5.HashData(data, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
