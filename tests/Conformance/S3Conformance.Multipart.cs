using System;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Tasks;
using System.Xml.Linq;
using Xunit;

namespace S3Sync.Tests.Conformance;

public abstract partial class S3Conformance
{
    const int FiveMiB = 5 << 20;

    /// <summary>False where the answer to CompleteMultipartUpload has an empty ETag, and only HEAD has the right one.</summary>
    private protected virtual bool CompleteSaysETag => true;

    private protected virtual string PartNumberOutOfRange => "400 InvalidArgument";

    private protected virtual string PartsOutOfOrder => "400 InvalidPartOrder";

    private protected virtual string[] AfterAbort => ["404 NoSuchUpload"];

    /// <summary>Whether HEAD of a part tells that part's size, and how many there are; otherwise it tells the object's.</summary>
    private protected virtual bool HeadKnowsParts => true;

    [Fact]
    public async Task PartsBecomeOneObjectWithTheETagOfTheirMd5s()
    {
        byte[][] parts = [Bytes(FiveMiB), Bytes(FiveMiB, seed: 2), Bytes(123, seed: 3)];
        var upload = await Begin("key");
        // In any order: what counts is the list at the end.
        var third = await PutPart(upload, "key", 3, parts[2]);
        var first = await PutPart(upload, "key", 1, parts[0]);
        var second = await PutPart(upload, "key", 2, parts[1]);
        Assert.Equal(parts.Select(Md5), [first, second, third]);

        var answer = await Complete(upload, "key", (1, first), (2, second), (3, third)).Send(Cancel);
        Assert.Equal("200", answer.Outcome);
        var etag = Convert.ToHexStringLower(MD5.HashData([.. parts.SelectMany(MD5.HashData)])) + "-3";
        Assert.Equal(CompleteSaysETag ? etag : "", RawAnswer.Value(XElement.Parse(answer.Text), "ETag").Trim('"'));
        Assert.Equal(etag, (await Head("key").Send(Cancel)).ETag);
        await AssertHolds("key", [.. parts.SelectMany(part => part)]);
    }

    [Fact]
    public async Task APartSentAgainReplacesTheFirst()
    {
        var upload = await Begin("key");
        await PutPart(upload, "key", 1, Bytes(100));
        var again = await PutPart(upload, "key", 1, Bytes(200, seed: 2));
        Assert.Equal("200", await OutcomeOf(Complete(upload, "key", (1, again))));
        await AssertHolds("key", Bytes(200, seed: 2));
    }

    [Fact]
    public async Task APartButTheLastMustHaveFiveMiB()
    {
        var upload = await Begin("key");
        var first = await PutPart(upload, "key", 1, Bytes(FiveMiB - 1));
        var second = await PutPart(upload, "key", 2, Bytes(1));
        Assert.Equal("400 EntityTooSmall", await OutcomeOf(Complete(upload, "key", (1, first), (2, second))));
        await AssertNothing("key");
    }

    [Fact]
    public async Task APartThatIsNotWhatWasUploadedIsRefused()
    {
        var upload = await Begin("key");
        var part = await PutPart(upload, "key", 1, Bytes(100));
        Assert.Equal("400 InvalidPart", await OutcomeOf(Complete(upload, "key", (1, Md5(Bytes(100, seed: 2))))));
        Assert.Equal("400 InvalidPart", await OutcomeOf(Complete(upload, "key", (1, part), (2, part))));
        await AssertNothing("key");
    }

    [Fact]
    public async Task PartsOutOfOrderAreRefused()
    {
        var upload = await Begin("key");
        var first = await PutPart(upload, "key", 1, Bytes(FiveMiB));
        var second = await PutPart(upload, "key", 2, Bytes(FiveMiB));
        Assert.Equal(PartsOutOfOrder, await OutcomeOf(Complete(upload, "key", (2, second), (1, first))));
        if (PartsOutOfOrder != "200")
            await AssertNothing("key");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10_001)]
    public async Task APartNumberIsAtMostTenThousand(int number)
    {
        var upload = await Begin("key");
        Assert.Equal(PartNumberOutOfRange, await OutcomeOf(Part(upload, "key", number, Bytes(10))));
    }

    [Fact]
    public async Task PartTenThousandIsTaken()
    {
        var upload = await Begin("key");
        var part = await PutPart(upload, "key", 10_000, Bytes(10));
        Assert.Equal("200", await OutcomeOf(Complete(upload, "key", (10_000, part))));
        await AssertHolds("key", Bytes(10));
    }

    [Fact]
    public async Task APartWithTheContentMd5OfOtherBytesIsRefused()
    {
        var upload = await Begin("key");
        var request = Part(upload, "key", 1, Bytes(100)) with { Headers = new() { ["Content-MD5"] = Convert.ToBase64String(MD5.HashData(Bytes(100, seed: 2))) } };
        Assert.Equal("400 BadDigest", await OutcomeOf(request));
        var parts = await Sdk.ListPartsAsync(Bucket, "key", upload, Cancel);
        Assert.Empty(parts.Parts ?? []);
    }

    [Fact]
    public async Task AnUploadUnderWayIsListedAndAnAbortedOneIsGone()
    {
        var upload = await Begin("key +%");
        await PutPart(upload, "key +%", 1, Bytes(100));
        var listed = await Sdk.ListMultipartUploadsAsync(Bucket, Cancel);
        Assert.Equal([("key +%", upload)], listed.MultipartUploads.Select(one => (one.Key, one.UploadId)));
        var part = Assert.Single((await Sdk.ListPartsAsync(Bucket, "key +%", upload, Cancel)).Parts);
        Assert.Equal((1, 100L), (part.PartNumber, part.Size));

        Assert.Equal("204", await OutcomeOf(Upload("DELETE", upload, "key +%")));
        Assert.Contains(await OutcomeOf(Part(upload, "key +%", 2, Bytes(100))), AfterAbort);
        Assert.Contains(await OutcomeOf(Complete(upload, "key +%", (1, Md5(Bytes(100))))), AfterAbort);
        Assert.Empty((await Sdk.ListMultipartUploadsAsync(Bucket, Cancel)).MultipartUploads ?? []);
        await AssertNothing("key +%");
    }

    [Fact]
    public async Task AnUploadNobodyBeganIsNotFound() =>
        Assert.Equal("404 NoSuchUpload", await OutcomeOf(Part("no-such-upload", "key", 1, Bytes(10))));

    [Fact]
    public async Task ACompletionThatIsNoXmlIsRefused()
    {
        var upload = await Begin("key");
        Assert.Equal("400 MalformedXML", await OutcomeOf(Upload("POST", upload, "key") with { Body = "<CompleteMultipartUpload><Part>"u8.ToArray() }));
    }

    [Fact]
    public async Task HeadTellsTheSizeOfOnePart()
    {
        var upload = await Begin("key");
        var first = await PutPart(upload, "key", 1, Bytes(FiveMiB));
        var second = await PutPart(upload, "key", 2, Bytes(77));
        Assert.Equal("200", await OutcomeOf(Complete(upload, "key", (1, first), (2, second))));
        var head = await (Head("key") with { Query = [("partNumber", "2")] }).Send(Cancel);
        if (HeadKnowsParts)
            Assert.Equal((206, "77", "2"), (head.Status, head.Headers["content-length"], head.Headers["x-amz-mp-parts-count"]));
        else
            Assert.Equal((200, $"{FiveMiB + 77}"), (head.Status, head.Headers["content-length"]));
    }
}
