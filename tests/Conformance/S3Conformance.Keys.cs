using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using System.Xml.Linq;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Conformance;

public abstract partial class S3Conformance
{
    static ParallelOptions AtOnce => new() { MaxDegreeOfParallelism = 16, CancellationToken = Cancel };

    private protected virtual string TooLongKey => "400 KeyTooLongError";

    [Fact]
    public async Task EveryOddKeyIsAnObjectOfItsOwn()
    {
        Assert.True(OddKeys.All.Count > 300);
        await Parallel.ForEachAsync(OddKeys.All, AtOnce, async (key, cancel) =>
        {
            var put = await Put(key, Encoding.UTF8.GetBytes(key)).Send(cancel);
            Assert.True(put.Outcome == "200", $"{put.Outcome} for {key}");
        });
        await Parallel.ForEachAsync(OddKeys.All, AtOnce, async (key, cancel) =>
            Assert.Equal(key, (await Get(key).Send(cancel)).Text));
        Assert.Equal(OddKeys.All.Order(StringComparer.Ordinal), (await ListKeys()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task TheSdkMeansTheSameKeysAsWe()
    {
        // Its URLs lose a slash at the beginning and a key of nothing else.
        await Parallel.ForEachAsync(OddKeys.All.Where(key => !key.StartsWith('/')), AtOnce, async (key, cancel) =>
        {
            await Sdk.PutObjectAsync(new() { BucketName = Bucket, Key = key, ContentBody = key, UseChunkEncoding = false }, cancel);
            Assert.Equal(key, (await Get(key).Send(cancel)).Text);
        });
    }

    [Fact]
    public async Task AKeyOf1025BytesIsRefused() => Assert.Equal(TooLongKey, await OutcomeOf(Put(OddKeys.TooLong, Bytes(10))));

    [Fact]
    public async Task AListingIsInTheOrderOfUtf8()
    {
        // In UTF-16 the fox, a pair of surrogates, would come before U+FF0F.
        string[] keys = ["Z", "a", "a/b", "a0", "b", "é", "\uFF0F", "🦊"];
        foreach (var key in keys)
            Assert.Equal("200", await OutcomeOf(Put(key, [])));
        Assert.Equal(keys, await ListKeys());
    }

    [Fact]
    public async Task AListingGoesOnWhereItsPageEnded()
    {
        var keys = Enumerable.Range(0, 25).Select(number => $"dir/{number:D3} +%").ToList();
        foreach (var key in keys)
            Assert.Equal("200", await OutcomeOf(Put(key, Bytes(1))));
        Assert.Equal("200", await OutcomeOf(Put("elsewhere", Bytes(1))));
        Assert.Equal(keys, await ListKeys(("prefix", "dir/"), ("max-keys", "10")));
    }

    [Fact]
    public async Task ADelimiterGathersWhatLiesBelow()
    {
        foreach (var key in (string[])["a", "dir/1", "dir/2", "dir/sub/3", "other/4"])
            Assert.Equal("200", await OutcomeOf(Put(key, Bytes(1))));
        var top = await Sdk.ListObjectsV2Async(new() { BucketName = Bucket, Delimiter = "/" }, Cancel);
        Assert.Equal(["a"], top.S3Objects.Select(one => one.Key));
        Assert.Equal(["dir/", "other/"], top.CommonPrefixes);
        var below = await Sdk.ListObjectsV2Async(new() { BucketName = Bucket, Delimiter = "/", Prefix = "dir/" }, Cancel);
        Assert.Equal(["dir/1", "dir/2"], below.S3Objects.Select(one => one.Key));
        Assert.Equal(["dir/sub/"], below.CommonPrefixes);
    }

    [Fact]
    public async Task AListingTellsSizeAndETag()
    {
        await OutcomeOf(Put("key", Bytes(1234)));
        var listed = Assert.Single((await Sdk.ListObjectsV2Async(new() { BucketName = Bucket }, Cancel)).S3Objects);
        Assert.Equal(("key", 1234L, $"\"{Md5(Bytes(1234))}\""), (listed.Key, listed.Size, listed.ETag));
    }

    /// <summary>All pages of ListObjectsV2, keys encoded as URLs on the way: XML cannot carry every key.</summary>
    async Task<List<string>> ListKeys(params (string Name, string Value)[] query)
    {
        var keys = new List<string>();
        var token = "";
        do
        {
            var request = new SignedRequest(Url, "GET", Bucket, "") { Query = [("list-type", "2"), ("encoding-type", "url"), .. query, .. token.Length == 0 ? [] : new[] { ("continuation-token", token) }] };
            var page = XElement.Parse((await request.Send(Cancel)).Text);
            // S3 and radosgw differ in whether a space is + or %20; a plus is %2B in both.
            keys.AddRange(page.Elements(page.Name.Namespace + "Contents").Select(one => Uri.UnescapeDataString(RawAnswer.Value(one, "Key").Replace('+', ' '))));
            token = RawAnswer.Value(page, "NextContinuationToken");
        }
        while (token.Length > 0);
        return keys;
    }
}
