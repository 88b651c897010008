using System;
using System.Security.Cryptography;

namespace S3Sync.Storage;

/// <summary>The digest of a multipart object from those of its parts, which may have been read in any order, and at the same time.</summary>
static class DigestOfParts
{
    /// <summary>
    /// The <see cref="Receipt.Checksum"/> to expect of the object: base64 of the CRC of all its bytes (ChecksumType FULL_OBJECT, also what
    /// CompleteMultipartUpload takes); for MD5 the ETag, which is the hex MD5 of the parts' MD5s with "-N"; empty for <see cref="ChecksumKind.None"/>.
    /// </summary>
    /// <param name="parts">The parts in the order of their numbers, at least one, all of one kind.</param>
    public static string Whole(ReadOnlySpan<Digest> parts)
    {
        if (parts.IsEmpty)
            throw new ArgumentException("an object has at least one part", nameof(parts));
        foreach (ref readonly var part in parts)
        {
            if (part.Kind != parts[0].Kind)
                throw new ArgumentException($"parts of kinds {parts[0].Kind} and {part.Kind}", nameof(parts));
        }
        return parts[0].Kind switch
        {
            ChecksumKind.None => "",
            ChecksumKind.Md5 => ETag(parts),
            _ => Combine(parts).Base64,
        };
    }

    static Digest Combine(ReadOnlySpan<Digest> parts)
    {
        var whole = parts[0];
        var engine = Digest.Engine(whole.Kind);
        foreach (ref readonly var part in parts[1..])
            whole = whole with { Crc = engine.Combine(whole.Crc, part.Crc, part.Length), Length = whole.Length + part.Length };
        return whole;
    }

    static string ETag(ReadOnlySpan<Digest> parts)
    {
        // At most 10,000 parts (S3's limit): 160,000 bytes, once per large object.
        var hashes = new byte[parts.Length * MD5.HashSizeInBytes];
        for (var i = 0; i < parts.Length; i++)
            parts[i].Write(hashes.AsSpan(i * MD5.HashSizeInBytes));
        return $"{Convert.ToHexStringLower(MD5.HashData(hashes))}-{parts.Length}";
    }
}
