using System;
using System.Collections.Generic;
using System.IO;

namespace S3Sync.Tests.Support.S3;

/// <summary>One version of one object. Never changes.</summary>
sealed class StoredObject
{
    public required string Key { get; init; }

    /// <summary>"null" in a bucket without versions, as S3 calls it.</summary>
    public string VersionId { get; init; } = "null";

    public required Content Content { get; init; }

    /// <summary>Without quotes.</summary>
    public required string ETag { get; init; }

    /// <summary>The additional checksum of the whole object; null where the profile had none.</summary>
    public Checksum? Checksum { get; init; }

    /// <summary>The lengths of its parts, empty for an object put in one piece.</summary>
    public long[] PartSizes { get; init; } = [];

    /// <summary>Metadata and the other headers S3 keeps and gives back, names in lower case.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>x-amz-tagging as sent, null without tags.</summary>
    public string? Tagging { get; init; }

    public required DateTimeOffset Modified { get; init; }

    /// <summary>True for what a DELETE leaves in a bucket with versions.</summary>
    public bool IsDeleteMarker { get; init; }

    public long Size => Content.Length;

    /// <summary>The bytes, for a test to compare.</summary>
    public byte[] Bytes()
    {
        var all = new MemoryStream((int)Size);
        Content.Read(0, Size, bytes =>
        {
            all.Write(bytes.Span);
            return default;
        }).GetAwaiter().GetResult();
        return all.ToArray();
    }

    /// <summary>CRC64NVME of the bytes, in base64 as S3 writes it, computed now.</summary>
    public string Crc64()
    {
        using var crc = new RunningChecksum(ChecksumAlgorithm.Crc64Nvme);
        Content.Read(0, Size, bytes =>
        {
            crc.Append(bytes.Span);
            return default;
        }).GetAwaiter().GetResult();
        return Convert.ToBase64String(crc.Finish());
    }
}
