using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>Reads exactly the bytes a file had when it was opened.</summary>
static class FileReader
{
    /// <summary>
    /// The same into memory, as a call of the job's disk. Throws <see cref="VolumeSilentException"/> as well.
    /// </summary>
    /// <param name="andUnchanged">True if the file must also be as it was opened.</param>
    public static async ValueTask<bool> TryReadAsync(Job? job, SourceFile file, Memory<byte> into, long offset, ReadShares? shares, bool andUnchanged, CancellationToken abandon)
    {
        if (job is null)
        {
            return TryRead(file, into.Span, offset) && (!andUnchanged || file.Unchanged());
        }
        var share = shares is null ? 0 : await shares.EnterAsync(job, into.Length, abandon);
        bool isRead;
        try
        {
            using var call = job.Call();
            isRead = TryRead(file, into.Span, offset) && (!andUnchanged || file.Unchanged());
        }
        finally
        {
            shares?.Leave(job, share);
        }
        await job.ReturnAsync(abandon);
        return isRead;
    }

    /// <summary>Fills the span from the offset; false if the file ends before. Throws <see cref="IOException"/> as the disk does.</summary>
    public static bool TryRead(SourceFile file, Span<byte> into, long offset)
    {
        while (into.Length > 0)
        {
            var read = file.Read(into, offset);
            if (read == 0)
            {
                return false;
            }
            into = into[read..];
            offset += read;
        }
        return true;
    }
}

/// <summary>
/// Walks a large file once, a part at a time, into buffers of the pool, digesting each as it is read. Belongs to one upload.
/// </summary>
sealed class PartReader(SourceFile file, ChecksumKind kind, Buffers buffers, int partSize)
{
    // More parts of one file side by side than this fill no line; they would only take buffers from other files.
    const int MostAtOnce = 16;

    public SourceFile File => file;

    /// <summary>Told of each part that was read.</summary>
    public Action? HasRead { get; init; }

    /// <summary>Whose file it is; null where nobody looks after the calls.</summary>
    public Job? Job { get; init; }

    /// <summary>Keeps one volume from holding all buffers; null where there is one volume.</summary>
    public ReadShares? Shares { get; init; }

    /// <summary>True if the file is still as it was opened.</summary>
    public bool Unchanged()
    {
        using var call = Job?.Call() ?? default;
        return file.Unchanged();
    }

    /// <summary>Bytes of each part but the last.</summary>
    public int PartSize => partSize;

    /// <summary>How many parts the file has; at least one.</summary>
    public int Parts { get; } = (int)Math.Max(1, (file.Stamp.Size + partSize - 1) / partSize);

    /// <summary>How many parts of one file may be in memory together.</summary>
    public int AtOnce { get; } = (int)Math.Clamp(buffers.ForLarge / partSize, 1, MostAtOnce);

    /// <summary>Bytes of part <paramref name="number"/> (from 1).</summary>
    public int LengthOf(int number) => (int)Math.Min(partSize, file.Stamp.Size - (long)(number - 1) * partSize);

    /// <summary>Reads part <paramref name="number"/> (from 1) into a rented buffer that the caller returns; no buffer if the file ended early.</summary>
    public async ValueTask<(BufferLease? Buffer, Digest Digest)> ReadAsync(int number, CancellationToken abandon)
    {
        var offset = (long)(number - 1) * partSize;
        var buffer = await buffers.RentAsync(LengthOf(number), abandon);
        try
        {
            if (await FileReader.TryReadAsync(Job, file, buffer.Memory, offset, Shares, andUnchanged: false, abandon))
            {
                HasRead?.Invoke();
                return (buffer, Digest.Of(kind, buffer.Memory.Span));
            }
        }
        catch
        {
            buffers.Return(buffer);
            throw;
        }
        buffers.Return(buffer);
        return default;
    }

    public void Return(in BufferLease buffer) => buffers.Return(buffer);

    /// <summary>The checksum its object must have, without sending it; null if the file ended early. A file of one part is put in one request, not as a multipart upload.</summary>
    public async Task<string?> DigestAsync(CancellationToken abandon)
    {
        var digests = new Digest[Parts];
        for (var number = 1; number <= Parts; number++)
        {
            var (read, digest) = await ReadAsync(number, abandon);
            if (read is not { } buffer)
            {
                return null;
            }
            Return(buffer);
            digests[number - 1] = digest;
        }
        return Parts == 1 ? digests[0].Whole : DigestOfParts.Whole(digests);
    }
}
