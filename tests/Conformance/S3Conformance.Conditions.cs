using System.Linq;
using System.Threading.Tasks;
using Xunit;

namespace S3Sync.Tests.Conformance;

public abstract partial class S3Conformance
{
    private protected virtual bool HonoursConditionOnComplete => true;

    [Fact]
    public async Task IfNoneMatchPutsWhatIsNew()
    {
        Assert.Equal("200", await OutcomeOf(PutNew("key", Bytes(10))));
        await AssertHolds("key", Bytes(10));
    }

    [Fact]
    public async Task IfNoneMatchNeverReplaces()
    {
        Assert.Equal("200", await OutcomeOf(Put("key", Bytes(10))));
        Assert.Equal("412 PreconditionFailed", await OutcomeOf(PutNew("key", Bytes(10, seed: 2))));
        await AssertHolds("key", Bytes(10));
    }

    [Fact]
    public async Task WithoutAConditionAPutReplaces()
    {
        Assert.Equal("200", await OutcomeOf(Put("key", Bytes(10))));
        Assert.Equal("200", await OutcomeOf(Put("key", Bytes(20, seed: 2))));
        await AssertHolds("key", Bytes(20, seed: 2));
    }

    [Fact]
    public async Task OfSixteenRacingPutsExactlyOneWins()
    {
        for (var round = 0; round < 20; round++)
        {
            var key = $"key{round}";
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(seed => OutcomeOf(PutNew(key, Bytes(10_000, seed)))));
            Assert.Single(outcomes, "200");
            // Either it was there already, or somebody else was just writing it.
            Assert.All(outcomes.Where(one => one != "200"), one => Assert.Contains(one, (string[])["412 PreconditionFailed", "409 ConditionalRequestConflict"]));
            await AssertHolds(key, Bytes(10_000, outcomes.Index().Single(one => one.Item == "200").Index));
        }
    }

    [Fact]
    public async Task CompletionUnderIfNoneMatchDoesNotReplace()
    {
        Assert.Equal("200", await OutcomeOf(Put("key", Bytes(10))));
        var upload = await Begin("key");
        var part = await PutPart(upload, "key", 1, Bytes(100, seed: 2));
        var answer = await (Complete(upload, "key", (1, part)) with { Headers = new() { ["If-None-Match"] = "*" } }).Send(Cancel);
        Assert.Equal(HonoursConditionOnComplete ? "412 PreconditionFailed" : "200", answer.Outcome);
        await AssertHolds("key", HonoursConditionOnComplete ? Bytes(10) : Bytes(100, seed: 2));
    }

    [Fact]
    public async Task CompletionUnderIfNoneMatchMakesWhatIsNew()
    {
        var upload = await Begin("key");
        var part = await PutPart(upload, "key", 1, Bytes(100));
        Assert.Equal("200", await OutcomeOf(Complete(upload, "key", (1, part)) with { Headers = new() { ["If-None-Match"] = "*" } }));
        await AssertHolds("key", Bytes(100));
    }
}
