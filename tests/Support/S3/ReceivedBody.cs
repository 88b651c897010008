using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Threading.Tasks;

namespace S3Sync.Tests.Support.S3;

/// <summary>A body that arrived whole and is what its sender said it is.</summary>
/// <param name="Content">The decoded bytes; the receiver's to dispose.</param>
/// <param name="Md5">Their MD5, for the ETag.</param>
/// <param name="Additional">The additional checksum: the sender's, or CRC64NVME where it sent none. Null where the profile has none.</param>
readonly record struct ReceivedBody(Content Content, byte[] Md5, Checksum? Additional)
{
    const long LargestPut = 5L << 30;

    /// <summary>
    /// Reads a body and verifies all that was said of it: length, payload hash or chunk signatures, Content-MD5, additional checksum in header or trailer.
    /// Throws <see cref="S3Error"/>, and whatever Kestrel throws where the client goes away; then nothing is left of it.
    /// </summary>
    public static async Task<ReceivedBody> Receive(S3Request request, S3ServerOptions options, Profile profile)
    {
        var signature = request.Signature!;
        var chunked = signature.PayloadHash.StartsWith("STREAMING-", StringComparison.Ordinal);
        var length = DeclaredLength(request, chunked);
        var claimed = profile.Checksums ? Checksum.In(request.Header) : null;
        var trailer = TrailerOf(request, signature, profile);
        if (profile.Checksums && claimed is null && trailer is null && request.Header("x-amz-sdk-checksum-algorithm") is not null)
            throw S3Error.InvalidRequest("x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.");
        var claimedMd5 = ClaimedMd5(request);

        using var writer = ContentWriter.For(options, length);
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        using var sha256 = signature.PayloadHash.Length == 64 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        using var checksum = profile.Checksums ? new RunningChecksum(claimed?.Algorithm ?? trailer ?? ChecksumAlgorithm.Crc64Nvme) : null;
        var received = 0L;
        void Take(ReadOnlySpan<byte> bytes)
        {
            received += bytes.Length;
            md5.AppendData(bytes);
            sha256?.AppendData(bytes);
            checksum?.Append(bytes);
            writer.Append(bytes);
        }

        var source = new BodySource(request, options.Patience);
        if (chunked)
        {
            var trailing = await new ChunkedBody(source, signature).Read(Take);
            if (trailer is not null)
                claimed = Checksum.In(trailing.GetValueOrDefault) ?? throw new S3Error(400, "MalformedTrailerError", "The trailer announced by x-amz-trailer is not there.");
        }
        else
            await source.ReadToEnd(Take);

        if (received != length)
            throw BodySource.Incomplete();
        if (sha256 is not null && !SignatureV4.Matches(Convert.ToHexStringLower(sha256.GetHashAndReset()), signature.PayloadHash))
            throw new S3Error(400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.");
        var digest = md5.GetHashAndReset();
        if (claimedMd5 is not null && !digest.AsSpan().SequenceEqual(claimedMd5))
            throw S3Error.BadDigest("Content-MD5");
        Checksum? computed = checksum is null ? null : new(checksum.Algorithm, Convert.ToBase64String(checksum.Finish()));
        if (claimed is not null && claimed != computed)
            throw S3Error.BadDigest(Checksum.Name(claimed.Value.Algorithm));
        return new(writer.Finish(), digest, computed);
    }

    static long DeclaredLength(S3Request request, bool chunked)
    {
        var text = chunked ? request.Header("x-amz-decoded-content-length") : null;
        var length = chunked
            ? long.TryParse(text, out var decoded) && decoded >= 0 ? decoded : throw MissingLength()
            : request.Length ?? (request.Header("Transfer-Encoding") is null ? throw MissingLength() : throw S3Error.NotImplemented("Transfer-Encoding"));
        return length <= LargestPut ? length : throw new S3Error(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size.");
    }

    static S3Error MissingLength() => new(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");

    static byte[]? ClaimedMd5(S3Request request)
    {
        if (request.Header("Content-MD5") is not { } text)
            return null;
        var bytes = new byte[16];
        return Convert.TryFromBase64String(text, bytes, out var length) && length == 16
            ? bytes
            : throw new S3Error(400, "InvalidDigest", "The Content-MD5 you specified was invalid.");
    }

    static ChecksumAlgorithm? TrailerOf(S3Request request, Signature signature, Profile profile)
    {
        var announced = request.Header("x-amz-trailer");
        var has = signature.PayloadHash is ChunkedBody.SignedWithTrailer or ChunkedBody.UnsignedWithTrailer;
        if ((has || announced is not null) && !profile.Trailers)
            throw S3Error.InvalidRequest("Trailing checksums are not supported.");
        if (signature.PayloadHash.Length != 64 && !has && signature.PayloadHash is not ("UNSIGNED-PAYLOAD" or ChunkedBody.Signed))
            throw S3Error.InvalidRequest($"x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a STREAMING- mode or a valid sha256 value: {signature.PayloadHash}");
        if (!has || announced is null || !profile.Checksums)
            return null;
        return Checksum.OfHeader(announced) ?? throw S3Error.InvalidRequest("The value specified in the x-amz-trailer header is not supported");
    }
}
