using System;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace S3Sync.Storage;

/// <summary>
/// Digests bodies that come in pieces, one body after the other; made once and used again, so a body costs no allocation.
/// Belongs to one loop at a time.
/// </summary>
sealed class DigestInPieces(ChecksumKind kind) : IDisposable
{
    readonly IncrementalHash? _md5 = kind == ChecksumKind.Md5 ? IncrementalHash.CreateHash(HashAlgorithmName.MD5) : null;
    ulong _crc;
    long _length;

    /// <summary>Goes on with the body.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        _length += data.Length;
        if (_md5 is not null)
            _md5.AppendData(data);
        else if (kind != ChecksumKind.None)
            _crc = Digest.Engine(kind).Append(_crc, data);
    }

    /// <summary>The digest of all that was appended; the next piece begins another body.</summary>
    public Digest Finish()
    {
        UInt128 md5 = 0;
        if (_md5 is not null)
        {
            Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
            _md5.GetHashAndReset(hash);
            md5 = BinaryPrimitives.ReadUInt128BigEndian(hash);
        }
        Digest digest = new(kind, _crc, md5, _length);
        (_crc, _length) = (0, 0);
        return digest;
    }

    public void Dispose() => _md5?.Dispose();
}
