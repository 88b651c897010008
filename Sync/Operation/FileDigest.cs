using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary>Digests a file that is open, with little memory, to compare it with an object that is in the bucket already.</summary>
static class FileDigest
{
    const int BufferSize = 128 * 1024;

    /// <summary>
    /// The checksum an object of these bytes has, as a receipt has it; null if the file changed meanwhile or cannot be read.
    /// The ETag of an object sent in parts is a digest of theirs, also where there is only one of them: <paramref name="partSize"/> is their length
    /// in bytes, null for an object that was put in one request.
    /// </summary>
    public static string? Of(SourceFile file, ChecksumKind kind, long? partSize, CancellationToken stop)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            using var digest = new DigestInPieces(kind);
            List<Digest> parts = [];
            var inParts = partSize is not null && kind == ChecksumKind.Md5;
            var most = inParts ? partSize!.Value : long.MaxValue;
            var left = most;
            for (var offset = 0L; offset < file.Stamp.Size;)
            {
                stop.ThrowIfCancellationRequested();
                var piece = buffer.AsSpan(0, (int)Math.Min(Math.Min(BufferSize, left), file.Stamp.Size - offset));
                if (!FileReader.TryRead(file, piece, offset))
                {
                    return null;
                }
                digest.Append(piece);
                offset += piece.Length;
                if ((left -= piece.Length) == 0)
                {
                    parts.Add(digest.Finish());
                    left = most;
                }
            }
            if (inParts && (left != most || parts.Count == 0))
            {
                parts.Add(digest.Finish());
            }
            var whole = inParts ? DigestOfParts.Whole(CollectionsMarshal.AsSpan(parts)) : digest.Finish().Whole;
            return file.Unchanged() ? whole : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
