using System.Linq;
using System.Threading.Tasks;
using Amazon.S3;
using Amazon.S3.Model;
using Xunit;

namespace S3Sync.Tests.Conformance;

public abstract partial class S3Conformance
{
    [Fact]
    public async Task ABucketIsListedFoundAndInItsRegion()
    {
        Assert.Contains(Bucket, (await Sdk.ListBucketsAsync(Cancel)).Buckets.Select(one => one.BucketName));
        Assert.Equal(200, (await (new SignedRequest(Url, "HEAD", Bucket, "")).Send(Cancel)).Status);
        Assert.Equal(404, (await (new SignedRequest(Url, "HEAD", "no-such-bucket", "")).Send(Cancel)).Status);
        await Sdk.GetBucketLocationAsync(Bucket, Cancel);
    }

    [Fact]
    public async Task ADeletedObjectIsGoneAndDeletingItAgainIsNoError()
    {
        await OutcomeOf(Put("key", Bytes(10)));
        Assert.Equal("204", await OutcomeOf(new(Url, "DELETE", Bucket, "key")));
        await AssertNothing("key");
        Assert.Equal(204, (int)(await Sdk.DeleteObjectAsync(Bucket, "key", Cancel)).HttpStatusCode);
    }

    [Fact]
    public async Task ManyObjectsAreDeletedAtOnce()
    {
        string[] keys = ["a", "b +%&", "c<d>", "é", "never was"];
        foreach (var key in keys.SkipLast(1))
            Assert.Equal("200", await OutcomeOf(Put(key, Bytes(10))));
        await OutcomeOf(Put("stays", Bytes(10)));
        var answer = await Sdk.DeleteObjectsAsync(new() { BucketName = Bucket, Objects = [.. keys.Select(key => new KeyVersion { Key = key })] }, Cancel);
        Assert.Equal(keys.Order(), answer.DeletedObjects.Select(one => one.Key).Order());
        Assert.Equal(["stays"], await ListKeys());
    }

    [Fact]
    public async Task ABucketWithVersionsKeepsEachOne()
    {
        await Sdk.PutBucketVersioningAsync(new() { BucketName = Bucket, VersioningConfig = new() { Status = VersionStatus.Enabled } }, Cancel);
        Assert.Equal(VersionStatus.Enabled, (await Sdk.GetBucketVersioningAsync(Bucket, Cancel)).VersioningConfig.Status);
        var first = (await Put("key", Bytes(10)).Send(Cancel)).Headers["x-amz-version-id"];
        var second = (await Put("key", Bytes(20, seed: 2)).Send(Cancel)).Headers["x-amz-version-id"];
        Assert.NotEqual(first, second);
        Assert.Equal(second, (await Head("key").Send(Cancel)).Headers["x-amz-version-id"]);
        Assert.Equal(Bytes(10), (await (Get("key") with { Query = [("versionId", first)] }).Send(Cancel)).Body);
        await AssertHolds("key", Bytes(20, seed: 2));

        // Deleting hides, and what is hidden is still there.
        Assert.Equal("true", (await (new SignedRequest(Url, "DELETE", Bucket, "key")).Send(Cancel)).Headers["x-amz-delete-marker"]);
        await AssertNothing("key");
        Assert.Equal(Bytes(20, seed: 2), (await (Get("key") with { Query = [("versionId", second)] }).Send(Cancel)).Body);
        Assert.Equal("200", await OutcomeOf(PutNew("key", Bytes(30))));
    }

    [Fact]
    public async Task ABucketWithoutVersionsTellsNone()
    {
        Assert.False((await Put("key", Bytes(10)).Send(Cancel)).Headers.ContainsKey("x-amz-version-id"));
    }
}
