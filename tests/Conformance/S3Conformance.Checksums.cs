using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Xunit;

namespace S3Sync.Tests.Conformance;

public abstract partial class S3Conformance
{
    /// <summary>CRC-32C of "123456789": E3069283, the check value of every catalogue of CRCs.</summary>
    const string Crc32COfDigits = "4waSgw==";

    static readonly byte[] Digits = "123456789"u8.ToArray();

    /// <summary>False where x-amz-checksum headers are not even looked at.</summary>
    private protected virtual bool KnowsChecksums => true;

    /// <summary>What becomes of a body with a trailing checksum.</summary>
    private protected virtual string Trailer => "200";

    [Fact]
    public async Task TheRightChecksumIsTakenAndEchoed()
    {
        var answer = await (Put("key", Digits) with { Headers = new() { ["x-amz-checksum-crc32c"] = Crc32COfDigits } }).Send(Cancel);
        Assert.Equal("200", answer.Outcome);
        Assert.Equal(KnowsChecksums ? Crc32COfDigits : null, answer.Headers.GetValueOrDefault("x-amz-checksum-crc32c"));
        var head = await (Head("key") with { Headers = new() { ["x-amz-checksum-mode"] = "ENABLED" } }).Send(Cancel);
        Assert.Equal(KnowsChecksums ? Crc32COfDigits : null, head.Headers.GetValueOrDefault("x-amz-checksum-crc32c"));
    }

    [Fact]
    public async Task TheChecksumOfOtherBytesIsRefused()
    {
        var request = Put("key", Bytes(9)) with { Headers = new() { ["x-amz-checksum-crc32c"] = Crc32COfDigits } };
        Assert.Equal(KnowsChecksums ? "400 BadDigest" : "200", await OutcomeOf(request));
        if (KnowsChecksums)
            await AssertNothing("key");
    }

    [Fact]
    public async Task AChecksumMayTrail()
    {
        var outcome = await OutcomeOf(WithTrailer("key", Digits, $"x-amz-checksum-crc32c:{Crc32COfDigits}"));
        Assert.Equal(Trailer, outcome[..Math.Min(outcome.Length, Trailer.Length)]);
        if (Trailer == "200")
            await AssertHolds("key", Digits);
    }

    [Fact]
    public async Task ATrailingChecksumOfOtherBytesIsRefused()
    {
        Assert.StartsWith("400 ", await OutcomeOf(WithTrailer("key", Bytes(9), $"x-amz-checksum-crc32c:{Crc32COfDigits}")));
        await AssertNothing("key");
    }
}
