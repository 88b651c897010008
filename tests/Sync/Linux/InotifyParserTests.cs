using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;
using CsCheck;
using S3Sync.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Sync.Linux;

public sealed class InotifyParserTests
{
    [Fact]
    public void EveryEventIsReadWithItsWatchMaskAndName()
    {
        var read = Read([.. Event(1, InotifyMask.CloseWrite, "a.txt"), .. Event(-1, InotifyMask.QueueOverflow, ""), .. Event(7, InotifyMask.Create, "käse")], out var broken);
        Assert.Equal([(1, InotifyMask.CloseWrite, "a.txt"), (-1, InotifyMask.QueueOverflow, ""), (7, InotifyMask.Create, "käse")], read);
        Assert.False(broken);
    }

    [Fact]
    public void EveryTruncationGivesTheWholeEventsAndIsBrokenInBetween()
    {
        byte[] first = Event(1, InotifyMask.Create, "first"), second = Event(2, InotifyMask.CloseWrite, "second");
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
        Gen.Select(Gen.String[Gen.Char['a', 'z'], 0, 40].Array[0, 8], Gen.Select(Gen.Int[0, 10_000], Gen.Byte).Array[0, 20])
            .Sample((names, mutations) =>
            {
                List<byte> bytes = [];
                foreach (var name in names) bytes.AddRange(Event(3, InotifyMask.MovedTo, name));
                var buffer = bytes.ToArray();
                if (buffer.Length > 0)
                    foreach (var (at, value) in mutations) buffer[at % buffer.Length] = value;
                return Read(buffer, out _).Count <= buffer.Length / 16;
            });

    static List<(int, InotifyMask, string)> Read(byte[] buffer, out bool broken)
    {
        List<(int, InotifyMask, string)> read = [];
        var parser = new InotifyParser(buffer);
        while (parser.TryNext(out var watch, out var mask, out var name)) read.Add((watch, mask, Encoding.UTF8.GetString(name)));
        broken = parser.Broken;
        return read;
    }

    /// <summary>As the kernel writes it: the name padded to 16 bytes, at least one zero; none at all where there is no name.</summary>
    static byte[] Event(int watch, InotifyMask mask, string name)
    {
        var text = Encoding.UTF8.GetBytes(name);
        var length = text.Length == 0 ? 0 : (text.Length + 16) / 16 * 16;
        var record = new byte[16 + length];
        BinaryPrimitives.WriteInt32LittleEndian(record, watch);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), (uint)mask);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(12), length);
        text.CopyTo(record, 16);
        return record;
    }
}
