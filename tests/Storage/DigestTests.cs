using System;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using S3Sync.Storage;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>What is sent with a body, and what is expected back.</summary>
public sealed class DigestTests
{
    // CRCs: the published check values in base64. MD5: RFC 1321, A.5, "message digest".
    [Theory]
    [InlineData("Crc64Nvme", "123456789", "rosUhgp5mIg=", "rosUhgp5mIg=")]
    [InlineData("Crc32C", "123456789", "4waSgw==", "4waSgw==")]
    [InlineData("Crc32", "123456789", "y/Q5Jg==", "y/Q5Jg==")]
    [InlineData("Md5", "message digest", "+WtpfXy3k41SWi8xqvFh0A==", "f96b697d7cb7938d525a2f31aaf161d0")]
    [InlineData("None", "123456789", "", "")]
    [InlineData("Crc64Nvme", "", "AAAAAAAAAAA=", "AAAAAAAAAAA=")]
    [InlineData("Crc32C", "", "AAAAAA==", "AAAAAA==")]
    [InlineData("Md5", "", "1B2M2Y8AsgTpgAmY7PhCfg==", "d41d8cd98f00b204e9800998ecf8427e")]
    public void EachKindIsSpelledAsS3Does(string kind, string body, string header, string whole)
    {
        var digest = Digest.Of(Enum.Parse<ChecksumKind>(kind), Encoding.ASCII.GetBytes(body));
        Assert.Equal(header, digest.Base64);
        Assert.Equal(whole, digest.Whole);
        Assert.Equal(body.Length, digest.Length);
    }

    [Fact]
    public void OfPartsTheCrcIsThatOfTheWholeObject() =>
        Gen.Byte.Array[0, 300].Array[1, 8].Sample(parts =>
        {
            foreach (var kind in new[] { ChecksumKind.Crc64Nvme, ChecksumKind.Crc32C, ChecksumKind.Crc32, ChecksumKind.None })
            {
                var digests = parts.Select(part => Digest.Of(kind, part)).ToArray();
                Assert.Equal(Digest.Of(kind, parts.SelectMany(p => p).ToArray()).Whole, DigestOfParts.Whole(digests));
            }
        });

    [Fact]
    public void OfPartsTheMd5IsTheETagOfAMultipartUpload() =>
        Gen.Byte.Array[0, 300].Array[1, 8].Sample(parts =>
        {
            var expected = Convert.ToHexString(MD5.HashData(parts.SelectMany(MD5.HashData).ToArray())).ToLowerInvariant() + "-" + parts.Length;
            Assert.Equal(expected, DigestOfParts.Whole([.. parts.Select(part => Digest.Of(ChecksumKind.Md5, part))]));
        });

    [Fact]
    public void InPiecesItIsTheSameBodyAfterBody() =>
        Gen.Byte.Array[0, 300].Array[0, 5].Array[1, 4].Sample(bodies =>
        {
            foreach (var kind in Enum.GetValues<ChecksumKind>())
            {
                using DigestInPieces pieces = new(kind);
                foreach (var body in bodies)
                {
                    foreach (var piece in body)
                        pieces.Append(piece);
                    Assert.Equal(Digest.Of(kind, body.SelectMany(p => p).ToArray()), pieces.Finish());
                }
            }
        });

    [Fact]
    public void PartsInAnotherOrderAreAnotherObject()
    {
        foreach (var kind in Enum.GetValues<ChecksumKind>().Except([ChecksumKind.None]))
        {
            var (first, second) = (Digest.Of(kind, "first"u8), Digest.Of(kind, "second"u8));
            Assert.NotEqual(DigestOfParts.Whole([first, second]), DigestOfParts.Whole([second, first]));
        }
    }

    [Fact]
    public void NoPartsAndMixedPartsAreRefused()
    {
        Assert.Throws<ArgumentException>(() => DigestOfParts.Whole([]));
        Assert.Throws<ArgumentException>(() => DigestOfParts.Whole([Digest.Of(ChecksumKind.Crc32, []), Digest.Of(ChecksumKind.Crc32C, [])]));
    }

    [Fact]
    public void ADigestInMemoryAllocatesNothing()
    {
        var data = new byte[5000];
        foreach (var kind in Enum.GetValues<ChecksumKind>())
        {
            Digest.Of(kind, data);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Digest.Of(kind, data);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }
}
