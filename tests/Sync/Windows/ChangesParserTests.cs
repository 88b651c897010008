using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using CsCheck;
using S3Sync.Sync.Windows;
using Xunit;

namespace S3Sync.Tests.Sync.Windows;

public sealed class ChangesParserTests
{
    [Theory]
    // Windows aligns records to 4 bytes, Wine packs them.
    [InlineData(4)]
    [InlineData(1)]
    public void EveryRecordIsReadWithItsActionAndName(int alignment)
    {
        var read = Read(Records(alignment, "a.txt", @"sub\käse", "😀"), out var broken);
        Assert.Equal([(ChangeAction.Added, "a.txt"), (ChangeAction.Removed, @"sub\käse"), (ChangeAction.Modified, "😀")], read);
        Assert.False(broken);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(1)]
    public void EveryTruncationButNoneIsBroken(int alignment)
    {
        var first = Records(alignment, "first").Length;
        var both = Records(alignment, "first", "second");
        for (var length = 0; length <= both.Length; length++)
        {
            var read = Read(both[..length], out var broken);
            var whole = length >= 12 + (2 * "second".Length) + ((first + alignment - 1) / alignment * alignment);
            Assert.Equal(whole ? 2 : length >= (first + alignment - 1) / alignment * alignment ? 1 : 0, read.Count);
            Assert.Equal(length != 0 && !whole, broken);
        }
    }

    [Fact]
    public void NoMutationMakesItThrowOrGoOnForEver() =>
        Gen.Select(Gen.String[Gen.Char['a', 'z'], 0, 40].Array[0, 8], Gen.Select(Gen.Int[0, 10_000], Gen.Byte).Array[0, 20])
            .Sample((names, mutations) =>
            {
                var buffer = Records(4, names);
                if (buffer.Length > 0)
                    foreach (var (at, value) in mutations) buffer[at % buffer.Length] = value;
                return Read(buffer, out _).Count <= buffer.Length / 12;
            });

    static List<(ChangeAction, string)> Read(byte[] buffer, out bool broken)
    {
        List<(ChangeAction, string)> read = [];
        var parser = new ChangesParser(buffer);
        while (parser.TryNext(out var action, out var name)) read.Add((action, new(name)));
        broken = parser.Broken;
        return read;
    }

    static byte[] Records(int alignment, params string[] names)
    {
        List<byte> all = [];
        for (var i = 0; i < names.Length; i++)
        {
            var length = 12 + (2 * names[i].Length);
            var last = i == names.Length - 1;
            var record = new byte[last ? length : (length + alignment - 1) / alignment * alignment];
            BinaryPrimitives.WriteInt32LittleEndian(record, last ? 0 : record.Length);
            BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4), i + 1);
            BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(8), 2 * names[i].Length);
            MemoryMarshal.AsBytes(names[i].AsSpan()).CopyTo(record.AsSpan(12));
            all.AddRange(record);
        }
        return [.. all];
    }
}
