using System;
using System.IO;
using System.Threading;
using Microsoft.Win32.SafeHandles;

namespace S3Sync.Tests.Support.S3;

/// <summary>Takes in the bytes of one body. What is not finished leaves nothing behind. Used by one request.</summary>
abstract class ContentWriter : IDisposable
{
    static int files;

    /// <summary>The right one for a body of that many bytes.</summary>
    public static ContentWriter For(S3ServerOptions options, long length) =>
        options.DiscardBodies ? new DiscardingWriter()
        : options.Directory is null || length <= options.LargestInMemory ? new MemoryWriter(length)
        : new FileWriter(Path.Combine(options.Directory, $"{Environment.ProcessId}-{Interlocked.Increment(ref files)}.body"));

    public abstract void Append(ReadOnlySpan<byte> bytes);

    /// <summary>The bytes taken in; to be called once.</summary>
    public abstract Content Finish();

    public virtual void Dispose() { }

    sealed class DiscardingWriter : ContentWriter
    {
        long length;

        public override void Append(ReadOnlySpan<byte> bytes) => length += bytes.Length;

        public override Content Finish() => new DiscardedContent(length);
    }

    sealed class MemoryWriter(long expected) : ContentWriter
    {
        byte[] bytes = new byte[expected];
        int length;

        public override void Append(ReadOnlySpan<byte> more)
        {
            if (bytes.Length - length < more.Length)
                Array.Resize(ref bytes, Math.Max(bytes.Length * 2, length + more.Length));
            more.CopyTo(bytes.AsSpan(length));
            length += more.Length;
        }

        public override Content Finish() => new MemoryContent(bytes, length);
    }

    sealed class FileWriter(string path) : ContentWriter
    {
        readonly SafeFileHandle file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        long length;
        bool finished;

        public override void Append(ReadOnlySpan<byte> bytes)
        {
            RandomAccess.Write(file, bytes, length);
            length += bytes.Length;
        }

        public override Content Finish()
        {
            finished = true;
            file.Dispose();
            return new FileContent(path, length);
        }

        public override void Dispose()
        {
            if (finished)
                return;
            file.Dispose();
            File.Delete(path);
        }
    }
}
