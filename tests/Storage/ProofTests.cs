using S3Sync.Storage;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>What an answer proves (invariant 2).</summary>
public sealed class ProofTests
{
    [Theory]
    [InlineData(ChecksumKind.Crc64Nvme, "AAAAAAAAAAA=", Verdict.Proven)]
    [InlineData(ChecksumKind.Crc64Nvme, "AAAAAAAAAAE=", Verdict.Contradicted)]
    // Of other bytes, if only in case: base64 knows the difference.
    [InlineData(ChecksumKind.Crc64Nvme, "aaaaaaaaaaa=", Verdict.Contradicted)]
    // A checksum of checksums of parts is not the one of the whole object.
    [InlineData(ChecksumKind.Crc64Nvme, "AAAAAAAAAAA=-2", Verdict.Contradicted)]
    [InlineData(ChecksumKind.Crc64Nvme, "", Verdict.Unproven)]
    [InlineData(ChecksumKind.Crc64Nvme, null, Verdict.Unproven)]
    [InlineData(ChecksumKind.Crc32C, "AAAAAAAAAAA=", Verdict.Proven)]
    [InlineData(ChecksumKind.Crc32C, null, Verdict.Unproven)]
    [InlineData(ChecksumKind.Crc32, "other", Verdict.Contradicted)]
    internal void AChecksumProvesOrContradictsAndNoneDoesNeither(ChecksumKind kind, string? stated, Verdict expected) =>
        Assert.Equal(expected, Proof.Of(kind, "AAAAAAAAAAA=", new Reply(Fault.None) { Checksum = stated, ETag = "900150983cd24fb0d6963f7d28e17f72" }));

    [Theory]
    [InlineData("900150983cd24fb0d6963f7d28e17f72", Verdict.Proven)]
    [InlineData("d41d8cd98f00b204e9800998ecf8427e", Verdict.Unproven)]
    [InlineData("900150983cd24fb0d6963f7d28e17f72-1", Verdict.Unproven)]
    [InlineData("", Verdict.Unproven)]
    internal void AnEtagProvesAndNeverContradicts(string etag, Verdict expected) =>
        Assert.Equal(expected, Proof.Of(ChecksumKind.Md5, "900150983cd24fb0d6963f7d28e17f72", new Reply(Fault.None) { ETag = etag }));

    [Theory]
    [InlineData(ChecksumKind.Crc64Nvme)]
    [InlineData(ChecksumKind.Crc32C)]
    [InlineData(ChecksumKind.Crc32)]
    internal void AnEtagAloneProvesNoCrc(ChecksumKind kind) =>
        Assert.Equal(Verdict.Unproven, Proof.Of(kind, "etag", new Reply(Fault.None) { ETag = "etag" }));
}
