using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;

namespace S3Sync.Tests.Support.S3;

/// <summary>The additional checksums of S3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html</summary>
enum ChecksumAlgorithm { Crc32, Crc32C, Crc64Nvme, Sha1, Sha256 }

/// <summary>A checksum as S3 writes it: base64, followed by "-N" where it is <paramref name="Composite"/>, one of N parts' checksums.</summary>
readonly record struct Checksum(ChecksumAlgorithm Algorithm, string Value, bool Composite = false)
{
    static readonly ChecksumAlgorithm[] All = Enum.GetValues<ChecksumAlgorithm>();
    static readonly string[] Headers = [.. All.Select(algorithm => "x-amz-checksum-" + Name(algorithm).ToLowerInvariant())];

    /// <summary>The request and response header it travels in.</summary>
    public string Header => Headers[(int)Algorithm];

    /// <summary>The value of x-amz-checksum-type.</summary>
    public string Type => Composite ? "COMPOSITE" : "FULL_OBJECT";

    /// <summary>Its element in XML.</summary>
    public string Element => "Checksum" + Name(Algorithm);

    /// <summary>The name of an algorithm in x-amz-checksum-algorithm.</summary>
    public static string Name(ChecksumAlgorithm algorithm) => algorithm.ToString().ToUpperInvariant();

    /// <summary>True for the three that can be combined from those of the parts.</summary>
    public static bool IsCrc(ChecksumAlgorithm algorithm) => algorithm <= ChecksumAlgorithm.Crc64Nvme;

    public static ReflectedCrc Crc(ChecksumAlgorithm algorithm) => algorithm switch
    {
        ChecksumAlgorithm.Crc32 => ReflectedCrc.Crc32,
        ChecksumAlgorithm.Crc32C => ReflectedCrc.Crc32C,
        ChecksumAlgorithm.Crc64Nvme => ReflectedCrc.Crc64Nvme,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "not a CRC"),
    };

    /// <summary>The algorithm of a header name, null where it is none.</summary>
    public static ChecksumAlgorithm? OfHeader(string header)
    {
        var at = Array.FindIndex(Headers, other => other.Equals(header, StringComparison.OrdinalIgnoreCase));
        return at < 0 ? null : All[at];
    }

    /// <summary>The algorithm of a name as in x-amz-checksum-algorithm.</summary>
    public static ChecksumAlgorithm OfName(string name) =>
        OfHeader("x-amz-checksum-" + name) ?? throw S3Error.InvalidRequest($"Checksum algorithm provided is unsupported: {name}");

    /// <summary>The one checksum a request's headers carry, null without any.</summary>
    public static Checksum? In(Func<string, string?> header)
    {
        Checksum? found = null;
        foreach (var algorithm in All)
            if (header(Headers[(int)algorithm]) is { } value)
                found = found is null
                    ? new Checksum(algorithm, value)
                    : throw S3Error.InvalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
        return found;
    }

    /// <summary>Of the checksums of parts: the checksum of the whole, or the checksum of the checksums.</summary>
    public static Checksum Join(ChecksumAlgorithm algorithm, bool composite, IReadOnlyList<(byte[] Checksum, long Length)> parts)
    {
        if (composite)
        {
            using var joined = new RunningChecksum(algorithm);
            foreach (var part in parts)
                joined.Append(part.Checksum);
            return new(algorithm, $"{Convert.ToBase64String(joined.Finish())}-{parts.Count}", Composite: true);
        }
        var crc = Crc(algorithm);
        var whole = 0UL;
        foreach (var (checksum, length) in parts)
            whole = crc.Combine(whole, ReflectedCrc.FromBytes(checksum), length);
        return new(algorithm, Convert.ToBase64String(crc.ToBytes(whole)));
    }
}

/// <summary>A checksum in the making. Used by one request at a time.</summary>
sealed class RunningChecksum(ChecksumAlgorithm algorithm) : IDisposable
{
    readonly ReflectedCrc? crc = Checksum.IsCrc(algorithm) ? Checksum.Crc(algorithm) : null;
    readonly IncrementalHash? hash = algorithm switch
    {
        ChecksumAlgorithm.Sha1 => IncrementalHash.CreateHash(HashAlgorithmName.SHA1),
        ChecksumAlgorithm.Sha256 => IncrementalHash.CreateHash(HashAlgorithmName.SHA256),
        _ => null,
    };
    ulong value;

    public ChecksumAlgorithm Algorithm => algorithm;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (crc is not null)
            value = crc.Append(value, bytes);
        else
            hash!.AppendData(bytes);
    }

    public byte[] Finish() => crc is not null ? crc.ToBytes(value) : hash!.GetHashAndReset();

    public void Dispose() => hash?.Dispose();
}
