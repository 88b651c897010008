using System;
using System.IO.Hashing;
using System.Linq;
using CsCheck;
using S3Sync.Storage;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>The CRCs that prove uploads.</summary>
public sealed class CrcTests
{
    // Check values of the catalogue of parametrised CRC algorithms, https://reveng.sourceforge.io/crc-catalogue/all.htm
    [Fact]
    public void TheCheckValueOfEachIsThePublishedOne()
    {
        var data = "123456789"u8;
        Assert.Equal(0xAE8B14860A799888ul, Crc64Nvme.Append(0, data));
        Assert.Equal(0xE3069283u, Crc32C.Append(0, data));
        Assert.Equal(0xCBF43926u, Crc32Ieee.Append(0, data));
    }

    // RFC 3720, B.4
    [Fact]
    public void Crc32COf32BytesIsAsTheRfcSays()
    {
        Assert.Equal(0x8A9136AAu, Crc32C.Append(0, new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Append(0, Enumerable.Repeat((byte)0xFF, 32).ToArray()));
        Assert.Equal(0x46DD794Eu, Crc32C.Append(0, [.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
    }

    // NVM Express NVM Command Set Specification 1.0, 64b CRC: its test cases of 4 KiB
    [Fact]
    public void Crc64NvmeOf4KiBIsAsTheStandardSays()
    {
        Assert.Equal(0x6482D367EB22B64Eul, Crc64Nvme.Append(0, new byte[4096]));
        Assert.Equal(0xC0DDBA7302ECA3ACul, Crc64Nvme.Append(0, Enumerable.Repeat((byte)0xFF, 4096).ToArray()));
        Assert.Equal(0x3E729F5F6750449Cul, Crc64Nvme.Append(0, [.. Enumerable.Range(0, 4096).Select(i => (byte)i)]));
    }

    [Fact]
    public void OfNothingItIsZero()
    {
        Assert.Equal(0ul, Crc64Nvme.Append(0, []));
        Assert.Equal(0u, Crc32C.Append(0, []));
        Assert.Equal(0u, Crc32Ieee.Append(0, []));
    }

    [Fact]
    public void EveryLengthAtEveryOffsetIsAsBitByBit()
    {
        var bytes = Bytes(316);
        foreach (var (crc, polynomial, width) in Engines())
        {
            for (var offset = 0; offset < 16; offset++)
            {
                for (var length = 0; length <= 300; length++)
                {
                    var data = bytes.AsSpan(offset, length);
                    var expected = BitByBit(polynomial, width, data);
                    Assert.Equal(expected, crc.Append(0, data));
                    Assert.Equal(expected, crc.AppendByTable(0, data));
                }
            }
        }
    }

    [Fact]
    public void FoldingAndTablesAgreeOnMegabytes()
    {
        var bytes = Bytes((1 << 20) + 37);
        foreach (var (crc, _, _) in Engines())
            Assert.Equal(crc.AppendByTable(0x12345678, bytes), crc.Append(0x12345678, bytes));
    }

    [Fact]
    public void Crc32IsAsTheLibraryHasIt() =>
        Gen.Byte.Array[0, 2000].Sample(data => Assert.Equal(Crc32.HashToUInt32(data), Crc32Ieee.Append(0, data)));

    [Fact]
    public void AppendedInPiecesItIsThatOfTheWhole() =>
        Gen.Byte.Array[0, 300].Array[0, 8].Sample(pieces =>
        {
            var whole = pieces.SelectMany(p => p).ToArray();
            foreach (var (crc, _, _) in Engines())
                Assert.Equal(crc.Append(0, whole), pieces.Aggregate(0ul, (sum, piece) => crc.Append(sum, piece)));
        });

    [Fact]
    public void CombinedOfPiecesItIsThatOfTheWhole() =>
        Gen.Byte.Array[0, 300].Array[0, 8].Sample(pieces =>
        {
            var whole = pieces.SelectMany(p => p).ToArray();
            foreach (var (crc, _, _) in Engines())
                Assert.Equal(crc.Append(0, whole), pieces.Aggregate(0ul, (sum, piece) => crc.Combine(sum, crc.Append(0, piece), piece.Length)));
        });

    [Fact]
    public void CombiningAsksNotWhereTheLongOnesWereCut()
    {
        // Lengths no memory holds: the sum of two shifts must be one shift.
        Gen.Select(Gen.ULong, Gen.Long[0, 1L << 42], Gen.Long[0, 1L << 42]).Sample((start, first, second) =>
        {
            foreach (var (crc, _, width) in Engines())
            {
                var a = start >> (64 - width);
                Assert.Equal(crc.Combine(a, 0, first + second), crc.Combine(crc.Combine(a, 0, first), 0, second));
            }
        });
    }

    [Fact]
    public void ANegativeLengthIsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => Crc64Nvme.Combine(1, 2, -1));

    static (Crc Crc, ulong Polynomial, int Width)[] Engines() =>
        [(Crc64Nvme.Engine, 0x9A6C9329AC4BC9B5, 64), (Crc32C.Engine, 0x82F63B78, 32), (Crc32Ieee.Engine, 0xEDB88320, 32)];

    // The definition, as slow as it is clear.
    static ulong BitByBit(ulong polynomial, int width, ReadOnlySpan<byte> data)
    {
        var ones = ulong.MaxValue >> (64 - width);
        var state = ones;
        foreach (var value in data)
        {
            state ^= value;
            for (var bit = 0; bit < 8; bit++)
                state = (state & 1) != 0 ? (state >> 1) ^ polynomial : state >> 1;
        }
        return state ^ ones;
    }

    static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
