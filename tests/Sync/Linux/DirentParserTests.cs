using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;
using CsCheck;
using S3Sync.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Sync.Linux;

public sealed class DirentParserTests
{
    [Fact]
    public void EveryRecordIsReadWithItsNameAndType()
    {
        var read = Read([.. Record("a.txt", 8), .. Record("sub", 4), .. Record("käse", 10)], out var broken);
        Assert.Equal([("a.txt", DirentType.Regular), ("sub", DirentType.Directory), ("käse", (DirentType)10)], read);
        Assert.False(broken);
    }

    [Fact]
    public void EveryTruncationGivesTheWholeRecordsAndIsBrokenInBetween()
    {
        byte[] first = Record("first", 8), second = Record("second", 8);
        byte[] both = [.. first, .. second];
        for (var length = 0; length <= both.Length; length++)
        {
            var read = Read(both[..length], out var broken);
            Assert.Equal(length < first.Length ? 0 : length < both.Length ? 1 : 2, read.Count);
            Assert.Equal(length != 0 && length != first.Length && length != both.Length, broken);
        }
    }

    [Fact]
    public void NoMutationMakesItThrowOrGoOnForEver() =>
        Gen.Select(Gen.String[Gen.Char['a', 'z'], 1, 40].Array[0, 8], Gen.Select(Gen.Int[0, 10_000], Gen.Byte).Array[0, 20])
            .Sample((names, mutations) =>
            {
                List<byte> bytes = [];
                foreach (var name in names) bytes.AddRange(Record(name, 8));
                var buffer = bytes.ToArray();
                if (buffer.Length > 0)
                    foreach (var (at, value) in mutations) buffer[at % buffer.Length] = value;
                return Read(buffer, out _).Count <= buffer.Length / 20;
            });

    static List<(string, DirentType)> Read(byte[] buffer, out bool broken)
    {
        List<(string, DirentType)> read = [];
        var parser = new DirentParser(buffer);
        while (parser.TryNext(out var name, out var type)) read.Add((Encoding.UTF8.GetString(name), type));
        broken = parser.Broken;
        return read;
    }

    /// <summary>As the kernel writes it: padded to 8 bytes.</summary>
    static byte[] Record(string name, byte type)
    {
        var text = Encoding.UTF8.GetBytes(name);
        var record = new byte[(19 + text.Length + 1 + 7) / 8 * 8];
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(16), (ushort)record.Length);
        record[18] = type;
        text.CopyTo(record, 19);
        return record;
    }
}
