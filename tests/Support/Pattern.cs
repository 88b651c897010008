using System;
using System.Buffers.Binary;
using System.IO;

namespace S3Sync.Tests.Support;

/// <summary>
/// The content of generated files: for each seed an endless sequence of bytes any part of which can be made again,
/// so that every byte can be compared without keeping it. Pure.
/// </summary>
static class Pattern
{
    /// <summary>The bytes of that seed from that offset on.</summary>
    public static void Fill(int seed, long offset, Span<byte> bytes)
    {
        Span<byte> word = stackalloc byte[8];
        while (bytes.Length > 0)
        {
            var skip = (int)(offset & 7);
            if (skip == 0 && bytes.Length >= 8)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(bytes, Word(seed, offset >> 3));
                offset += 8;
                bytes = bytes[8..];
                continue;
            }
            BinaryPrimitives.WriteUInt64LittleEndian(word, Word(seed, offset >> 3));
            var count = Math.Min(8 - skip, bytes.Length);
            word.Slice(skip, count).CopyTo(bytes);
            offset += count;
            bytes = bytes[count..];
        }
    }

    public static byte[] Bytes(int seed, int count)
    {
        var bytes = new byte[count];
        Fill(seed, 0, bytes);
        return bytes;
    }

    /// <summary>True if these are the bytes of that seed from that offset on.</summary>
    public static bool Matches(int seed, long offset, ReadOnlySpan<byte> bytes)
    {
        Span<byte> expected = stackalloc byte[4096];
        while (bytes.Length > 0)
        {
            var count = Math.Min(expected.Length, bytes.Length);
            Fill(seed, offset, expected[..count]);
            if (!bytes[..count].SequenceEqual(expected[..count]))
                return false;
            offset += count;
            bytes = bytes[count..];
        }
        return true;
    }

    /// <summary>Appends the bytes from that offset on to an open file.</summary>
    public static void Write(Stream file, int seed, long offset, long count)
    {
        var buffer = new byte[(int)Math.Min(count, 256 << 10)];
        while (count > 0)
        {
            var piece = buffer.AsSpan(0, (int)Math.Min(count, buffer.Length));
            Fill(seed, offset, piece);
            file.Write(piece);
            (offset, count) = (offset + piece.Length, count - piece.Length);
        }
    }

    /// <summary>Writes a new file in one go.</summary>
    public static void WriteFile(string path, int seed, long size)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
        Write(file, seed, 0, size);
    }

    /// <summary>True if the file holds exactly the first <paramref name="size"/> bytes of that seed. Throws where it cannot be read.</summary>
    public static bool MatchesFile(string path, int seed, long size)
    {
        using var file = File.OpenHandle(path);
        if (RandomAccess.GetLength(file) != size)
            return false;
        var buffer = new byte[(int)Math.Min(size, 256 << 10)];
        for (var offset = 0L; offset < size;)
        {
            var read = RandomAccess.Read(file, buffer, offset);
            if (read == 0 || !Matches(seed, offset, buffer.AsSpan(0, read)))
                return false;
            offset += read;
        }
        return true;
    }

    // SplitMix64's finisher over seed and position: no two seeds begin alike, no block repeats.
    static ulong Word(int seed, long at)
    {
        var mixed = ((ulong)(uint)seed << 40) + (ulong)at + 1;
        mixed *= 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
