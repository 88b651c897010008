using S3Sync.Storage;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>How servers write ETags and checksums, and what is made of it.</summary>
public sealed class EntityTagTests
{
    const string Md5 = "900150983cd24fb0d6963f7d28e17f72";

    [Theory]
    [InlineData("\"900150983cd24fb0d6963f7d28e17f72\"", Md5)]
    [InlineData("\"900150983CD24FB0D6963F7D28E17F72\"", Md5)]
    [InlineData("W/\"900150983CD24FB0D6963F7D28E17F72\"", Md5)]
    [InlineData("w/\"900150983cd24fb0d6963f7d28e17f72\"", Md5)]
    [InlineData("900150983CD24FB0D6963F7D28E17F72-12", Md5 + "-12")]
    [InlineData(" \"900150983cd24fb0d6963f7d28e17f72\" ", Md5)]
    // What an earlier version made of a weak one.
    [InlineData("W/\"900150983cd24fb0d6963f7d28e17f72", Md5)]
    // Not a digest: there case may matter.
    [InlineData("\"0x8DCB1Fe\"", "0x8DCB1Fe")]
    [InlineData("\"ABC-xyz\"", "ABC-xyz")]
    [InlineData("\"\"", "")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void ItIsComparedWithoutWhatOnlyItsSpellingAdds(string? text, string expected) => Assert.Equal(expected, EntityTag.Plain(text));

    [Theory]
    [InlineData("\"ABCDEF00\"", "abcdef00", true)]
    [InlineData("ABCDEF00-2", "\"abcdef00-2\"", true)]
    [InlineData("abcdef00-2", "abcdef00-3", false)]
    [InlineData("ABCDEFG", "abcdefg", false)]
    [InlineData("", "\"\"", true)]
    public void DigestsAreTheSameInEitherCase(string one, string other, bool expected) => Assert.Equal(expected, EntityTag.AreSame(one, other));

    [Theory]
    [InlineData(ChecksumKind.Crc64Nvme, "AAAAAAAAAAE=", true)]
    [InlineData(ChecksumKind.Crc64Nvme, "AAAAAA==", false)]
    [InlineData(ChecksumKind.Crc64Nvme, "AAAAAAAAAAE=-2", false)]
    [InlineData(ChecksumKind.Crc64Nvme, "AAAAAAAAA A=", false)]
    [InlineData(ChecksumKind.Crc64Nvme, "AAAAAAAAAAEA", false)]
    [InlineData(ChecksumKind.Crc64Nvme, "!!!!!!!!!!!=", false)]
    [InlineData(ChecksumKind.Crc64Nvme, "", false)]
    [InlineData(ChecksumKind.Crc64Nvme, null, false)]
    [InlineData(ChecksumKind.Crc32C, "AAAAAQ==", true)]
    [InlineData(ChecksumKind.Crc32C, "AAAAAAAAAAE=", false)]
    [InlineData(ChecksumKind.Crc32, "AAAAAQ==", true)]
    [InlineData(ChecksumKind.Crc32, "00000001", false)]
    internal void OnlyWhatCanBeAChecksumIsTakenForOne(ChecksumKind kind, string? text, bool expected) =>
        Assert.Equal(expected ? text : null, Digest.SumIn(kind, text));
}
