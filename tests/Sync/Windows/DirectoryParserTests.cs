using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using CsCheck;
using S3Sync.Sync.Windows;
using Xunit;

namespace S3Sync.Tests.Sync.Windows;

public sealed class DirectoryParserTests
{
    [Fact]
    public void EveryRecordIsReadWithItsNameAndAttributes()
    {
        var read = Read(Records("a.txt", "käse", "😀"), out var broken);
        Assert.Equal([("a.txt", FileAttribute.Directory), ("käse", FileAttribute.Directory), ("😀", FileAttribute.Directory)], read);
        Assert.False(broken);
    }

    [Fact]
    public void EveryTruncationButNoneIsBroken()
    {
        var both = Records("first", "second");
        for (var length = 0; length <= both.Length; length++)
        {
            var read = Read(both[..length], out var broken);
            Assert.Equal(length == both.Length ? 2 : length >= 80 ? 1 : 0, read.Count);
            Assert.Equal(length != 0 && length != both.Length, broken);
        }
    }

    [Fact]
    public void NoMutationMakesItThrowOrGoOnForEver() =>
        Gen.Select(Gen.String[Gen.Char['a', 'z'], 0, 40].Array[0, 8], Gen.Select(Gen.Int[0, 10_000], Gen.Byte).Array[0, 20])
            .Sample((names, mutations) =>
            {
                var buffer = Records(names);
                if (buffer.Length > 0)
                    foreach (var (at, value) in mutations) buffer[at % buffer.Length] = value;
                return Read(buffer, out _).Count <= buffer.Length / 68;
            });

    static List<(string, FileAttribute)> Read(byte[] buffer, out bool broken)
    {
        List<(string, FileAttribute)> read = [];
        var parser = new DirectoryParser(buffer);
        while (parser.TryNext(out var name, out var attributes)) read.Add((new(name), attributes));
        broken = parser.Broken;
        return read;
    }

    /// <summary>As the kernel writes it: aligned to 8 bytes, the last one not padded.</summary>
    static byte[] Records(params string[] names)
    {
        List<byte> all = [];
        for (var i = 0; i < names.Length; i++)
        {
            var length = 68 + (2 * names[i].Length);
            var last = i == names.Length - 1;
            var record = new byte[last ? length : (length + 7) / 8 * 8];
            BinaryPrimitives.WriteInt32LittleEndian(record, last ? 0 : record.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(56), (uint)FileAttribute.Directory);
            BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(60), 2 * names[i].Length);
            MemoryMarshal.AsBytes(names[i].AsSpan()).CopyTo(record.AsSpan(68));
            all.AddRange(record);
        }
        return [.. all];
    }
}
