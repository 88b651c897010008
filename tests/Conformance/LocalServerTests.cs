using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Conformance;

/// <summary>What S3 does and radosgw does not, or what concerns the tests' own server alone.</summary>
public sealed class LocalServerTests : LocalServerTest
{
    readonly string directory = Directory.CreateTempSubdirectory("s3sync-tests-").FullName;

    private protected override S3ServerOptions Options => new() { Directory = directory, LargestInMemory = 1000, SmallestPart = 1000, Patience = TimeSpan.FromSeconds(2) };

    private protected override async ValueTask Close()
    {
        await base.Close();
        Assert.Empty(Directory.EnumerateFiles(directory));
        Directory.Delete(directory);
    }

    [Fact]
    public async Task LargeBodiesLieOnDiskUntilTheirObjectIsGone()
    {
        await OutcomeOf(Put("small", Bytes(1000)));
        Assert.Empty(Directory.EnumerateFiles(directory));
        await OutcomeOf(Put("large", Bytes(200_000)));
        Assert.Single(Directory.EnumerateFiles(directory));
        await AssertHolds("large", Bytes(200_000));
        await OutcomeOf(Put("large", Bytes(300_000, seed: 2)));
        Assert.Single(Directory.EnumerateFiles(directory));
        await OutcomeOf(new(Url, "DELETE", Bucket, "large"));
        Assert.Empty(Directory.EnumerateFiles(directory));
    }

    [Fact]
    public async Task ABodyThatIsRefusedLeavesNothingOnDisk()
    {
        var request = Put("key", Bytes(200_000)) with { PayloadHash = SignedRequest.Hash([]) };
        Assert.Equal("400 XAmzContentSHA256Mismatch", await OutcomeOf(request));
        Assert.Empty(Directory.EnumerateFiles(directory));
    }

    [Fact]
    public async Task APartOfTheWrongKindLeavesNothingOnDisk()
    {
        var upload = await Begin("key");
        var request = Part(upload, "key", 1, Bytes(5000)) with { Headers = new() { ["x-amz-checksum-crc32"] = ReferenceChecksum.Of(Bytes(5000), "CRC32") } };
        Assert.Equal("400 InvalidRequest", await OutcomeOf(request));
        Assert.Empty(Directory.EnumerateFiles(directory));
    }

    [Fact]
    public async Task AClientThatSendsNoMoreIsGivenUpAndItsKeyIsFree()
    {
        Assert.Contains("<Code>RequestTimeout</Code>", await PutNew("key", Bytes(5000)).SendPart(4000, Ending.Silent, Cancel));
        Assert.Equal("200", await OutcomeOf(PutNew("key", Bytes(5000))));
    }

    [Fact]
    public async Task PartsOnDiskBecomeOneObject()
    {
        var upload = await Begin("key");
        var first = await PutPart(upload, "key", 1, Bytes(2000));
        var second = await PutPart(upload, "key", 2, Bytes(3000, seed: 2));
        await PutPart(upload, "key", 3, Bytes(4000, seed: 3));
        Assert.Equal("200", await OutcomeOf(Complete(upload, "key", (1, first), (2, second))));
        await AssertHolds("key", [.. Bytes(2000), .. Bytes(3000, seed: 2)]);
        Assert.Equal(Bytes(3000, seed: 2)[..10], (await (Get("key") with { Headers = new() { ["Range"] = "bytes=2000-2009" } }).Send(Cancel)).Body);
        // The third was not part of it.
        Assert.Equal(2, Directory.EnumerateFiles(directory).Count());
    }

    [Fact]
    public async Task ThroughTheBucketsOwnHostTheKeyIsTheWholePath()
    {
        await OutcomeOf(Put("dir/key", Bytes(10)));
        var request = new SignedRequest(Url, "GET", "dir", "key") { Headers = new() { ["Host"] = $"{Bucket}.localhost:{Server.Port}" } };
        var answer = await request.Send(Cancel);
        Assert.Equal(Bytes(10), answer.Body);
    }

    [Theory]
    [InlineData("111122223333", "200")]
    [InlineData("444455556666", "403 AccessDenied")]
    public async Task ABucketOfAnotherOwnerIsRefused(string owner, string outcome) =>
        Assert.Equal(outcome, await OutcomeOf(Put("key", []) with { Headers = new() { ["x-amz-expected-bucket-owner"] = owner } }));

    [Fact]
    public async Task AnAmazonHeaderMustBeSigned() =>
        Assert.Equal("403 AccessDenied", await OutcomeOf(Put("key", []) with { Afterwards = new() { ["x-amz-meta-late"] = "1" } }));

    [Fact]
    public async Task APutOfASubresourceIsNotAPutOfTheObject()
    {
        Assert.Equal("501 NotImplemented", await OutcomeOf(Put("key", Bytes(10)) with { Query = [("acl", "")] }));
        Assert.Equal("501 NotImplemented", await OutcomeOf(Put("key", Bytes(10)) with { Headers = new() { ["x-amz-copy-source"] = "/a/b" } }));
        await AssertNothing("key");
    }

    [Fact]
    public async Task DotsInAKeyAreNotAPath()
    {
        string[] keys = [".", "..", "a/../b", "a/./b", "../../up", "b"];
        foreach (var key in keys)
            Assert.Equal("200", await OutcomeOf(Put(key, System.Text.Encoding.UTF8.GetBytes(key))));
        Assert.Equal(keys.Order(StringComparer.Ordinal), Server.Objects(Bucket).Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ASessionTokenMustBeTheRightOne()
    {
        await using var server = await S3Server.Start(new() { SessionToken = "token" }, "bucket");
        var request = new SignedRequest(server.Url, "PUT", "bucket", "key");
        Assert.Equal("400 InvalidToken", await OutcomeOf(request));
        Assert.Equal("400 InvalidToken", await OutcomeOf(request with { Headers = new() { ["x-amz-security-token"] = "other" } }));
        Assert.Equal("200", await OutcomeOf(request with { Headers = new() { ["x-amz-security-token"] = "token" } }));
    }

    [Fact]
    public async Task DiscardedBodiesStillHaveTheirETag()
    {
        await using var server = await S3Server.Start(new() { DiscardBodies = true }, "bucket");
        var put = await (Put("key", Bytes(100_000)) with { Url = server.Url, Bucket = "bucket" }).Send(Cancel);
        Assert.Equal(Md5(Bytes(100_000)), put.ETag);
        Assert.Equal(new byte[100_000], (await (Get("key") with { Url = server.Url, Bucket = "bucket" }).Send(Cancel)).Body);
    }
}
