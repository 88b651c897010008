using System.Threading.Tasks;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Conformance;

/// <summary>The server as other servers are.</summary>
public sealed class ProfileTests : LocalServerTest
{
    [Fact]
    public async Task GenericLooksAtNoChecksumAndRefusesTrailers()
    {
        Server.Profile = Profile.Generic;
        var put = await (Put("key", Bytes(10)) with { Headers = new() { ["x-amz-checksum-crc32"] = "AAAAAA==" } }).Send(Cancel);
        Assert.Equal(("200", Md5(Bytes(10))), (put.Outcome, put.ETag));
        Assert.DoesNotContain("x-amz-checksum-crc32", put.Headers);
        Assert.StartsWith("400 ", await OutcomeOf(WithTrailer("other", "123456789"u8.ToArray(), "x-amz-checksum-crc32c:4waSgw==")));
        await AssertNothing("other");
    }

    [Fact]
    public async Task GenericCompletesWithoutAnETagAndReplaces()
    {
        Server.Profile = Profile.Generic;
        await OutcomeOf(Put("key", Bytes(10)));
        var upload = await Begin("key");
        var part = await PutPart(upload, "key", 1, Bytes(100));
        var answer = await (Complete(upload, "key", (1, part)) with { Headers = new() { ["If-None-Match"] = "*" } }).Send(Cancel);
        Assert.Contains("<ETag></ETag>", answer.Text);
        Assert.EndsWith("-1", (await Head("key").Send(Cancel)).ETag);
        await AssertHolds("key", Bytes(100));
    }

    [Fact]
    public async Task IgnoresConditionsReplaces()
    {
        Server.Profile = Profile.IgnoresConditions;
        await OutcomeOf(Put("key", Bytes(10)));
        Assert.Equal("200", await OutcomeOf(PutNew("key", Bytes(20))));
        await AssertHolds("key", Bytes(20));
    }

    [Fact]
    public async Task RefusesConditionsStoresNothingUnderThem()
    {
        Server.Profile = Profile.RefusesConditions;
        Assert.Equal("501 NotImplemented", await OutcomeOf(PutNew("key", Bytes(20))));
        await AssertNothing("key");
        Assert.Equal("200", await OutcomeOf(Put("key", Bytes(20))));
    }

    [Fact]
    public async Task ProvesNothingAnswersWithNothingToCompare()
    {
        Server.Profile = Profile.ProvesNothing;
        var put = await Put("key", Bytes(10)).Send(Cancel);
        Assert.Equal("200", put.Outcome);
        Assert.NotEqual(Md5(Bytes(10)), put.ETag);
        Assert.DoesNotContain("x-amz-checksum-crc64nvme", put.Headers);
        await AssertHolds("key", Bytes(10));
    }
}
