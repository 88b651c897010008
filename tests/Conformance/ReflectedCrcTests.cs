using System;
using CsCheck;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Conformance;

/// <summary>The checksums the server verifies with. Were they wrong, so would be everything they prove.</summary>
public sealed class ReflectedCrcTests
{
    [Fact]
    public void EachHasTheCheckValueOfItsCatalogueEntry()
    {
        Assert.Equal(0xCBF43926UL, ReflectedCrc.Crc32.Append(0, "123456789"u8));
        Assert.Equal(0xE3069283UL, ReflectedCrc.Crc32C.Append(0, "123456789"u8));
        Assert.Equal(0xAE8B14860A799888UL, ReflectedCrc.Crc64Nvme.Append(0, "123456789"u8));
    }

    [Fact]
    public void EachIsWhatOtherSourcesSay() => Gen.Byte.Array[0, 300].Sample(bytes =>
    {
        Assert.Equal(ReferenceChecksum.Of(bytes, "CRC32"), Base64(ReflectedCrc.Crc32, bytes));
        Assert.Equal(ReferenceChecksum.Of(bytes, "CRC32C"), Base64(ReflectedCrc.Crc32C, bytes));
        Assert.Equal(ReferenceChecksum.Of(bytes, "CRC64NVME"), Base64(ReflectedCrc.Crc64Nvme, bytes));
    });

    [Fact]
    public void TwoPiecesInARowAreAppendedOrCombinedToTheSame() =>
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Byte.Array[0, 300]).Sample((first, second) =>
        {
            foreach (var crc in (ReflectedCrc[])[ReflectedCrc.Crc32, ReflectedCrc.Crc32C, ReflectedCrc.Crc64Nvme])
            {
                var whole = crc.Append(0, [.. first, .. second]);
                Assert.Equal(whole, crc.Append(crc.Append(0, first), second));
                Assert.Equal(whole, crc.Combine(crc.Append(0, first), crc.Append(0, second), second.Length));
            }
        });

    [Fact]
    public void BytesAndNumberAreTheSame()
    {
        var bytes = ReflectedCrc.Crc64Nvme.ToBytes(0xAE8B14860A799888);
        Assert.Equal("rosUhgp5mIg=", Convert.ToBase64String(bytes));
        Assert.Equal(0xAE8B14860A799888UL, ReflectedCrc.FromBytes(bytes));
        Assert.Equal("4waSgw==", Convert.ToBase64String(ReflectedCrc.Crc32C.ToBytes(0xE3069283)));
    }

    static string Base64(ReflectedCrc crc, byte[] bytes) => Convert.ToBase64String(crc.ToBytes(crc.Append(0, bytes)));
}
