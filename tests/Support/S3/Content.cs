using System;
using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;

namespace S3Sync.Tests.Support.S3;

/// <summary>The bytes of an object or a part, once all of them are there. Never changes; read by any number of requests at once.</summary>
abstract class Content(long length) : IDisposable
{
    public static readonly Content Empty = new MemoryContent([], 0);

    public long Length => length;

    /// <summary>Hands <paramref name="count"/> bytes from <paramref name="offset"/> on to the taker, piece by piece.</summary>
    public abstract Task Read(long offset, long count, Func<ReadOnlyMemory<byte>, ValueTask> take);

    /// <summary>Deletes what it occupies on disk, if anything.</summary>
    public virtual void Dispose() { }
}

/// <summary>Bytes in memory.</summary>
sealed class MemoryContent(byte[] bytes, int length) : Content(length)
{
    public override Task Read(long offset, long count, Func<ReadOnlyMemory<byte>, ValueTask> take) =>
        take(bytes.AsMemory((int)offset, (int)count)).AsTask();
}

/// <summary>Bytes nobody kept; reads as zeros.</summary>
sealed class DiscardedContent(long length) : Content(length)
{
    static readonly byte[] Zeros = new byte[64 << 10];

    public override async Task Read(long offset, long count, Func<ReadOnlyMemory<byte>, ValueTask> take)
    {
        for (; count > 0; count -= Zeros.Length)
            await take(Zeros.AsMemory(0, (int)Math.Min(count, Zeros.Length)));
    }
}

/// <summary>Bytes in a file of the server's own.</summary>
sealed class FileContent(string path, long length) : Content(length)
{
    public override async Task Read(long offset, long count, Func<ReadOnlyMemory<byte>, ValueTask> take)
    {
        using var file = File.OpenHandle(path);
        var buffer = new byte[64 << 10];
        while (count > 0)
        {
            var read = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(count, buffer.Length)), offset);
            if (read == 0)
                throw new IOException($"{path} is shorter than the {Length} bytes written to it.");
            await take(buffer.AsMemory(0, read));
            offset += read;
            count -= read;
        }
    }

    public override void Dispose() => File.Delete(path);
}

/// <summary>The parts of a completed multipart upload, one after the other.</summary>
sealed class JoinedContent(IReadOnlyList<Content> parts, long length) : Content(length)
{
    public override async Task Read(long offset, long count, Func<ReadOnlyMemory<byte>, ValueTask> take)
    {
        foreach (var part in parts)
        {
            var here = Math.Min(count, part.Length - offset);
            if (here > 0)
            {
                await part.Read(offset, here, take);
                count -= here;
            }
            offset = Math.Max(0, offset - part.Length);
        }
    }

    public override void Dispose()
    {
        foreach (var part in parts)
            part.Dispose();
    }
}
