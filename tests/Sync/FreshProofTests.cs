using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Conformance;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>Invariant 9: a file is deleted on a proof that is minutes old, obtained at the address recorded with it. In this process.</summary>
public sealed class FreshProofTests
{
    static readonly TimeSpan Old = ProofTime.Longest + TimeSpan.FromSeconds(1);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(100)]
    [InlineData(0)]
    [InlineData(3 * PipelineStand.PartSize)]
    public async Task WhatWasKeptStaysIfTheBucketWasEmptiedMeanwhile(int length)
    {
        await using var stand = await PipelineStand.Start();
        var path = stand.Write("file", PipelineStand.Bytes(length));
        await stand.DrainAsync(Cancel, Kept);
        await Remove(stand, "in/file");
        Assert.Equal(new RunResult(null, 1, 1), await stand.DrainAsync(Cancel));
        AssertKept(stand, path, FailureCode.ObjectMissing);
        // It is said once, though it is asked for again.
        await stand.DrainAsync(Cancel);
        Assert.Equal(1, stand.Log.Count("asks the bucket again in"));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(7)]
    public async Task WhatWasKeptStaysIfTheObjectIsAnother(int length)
    {
        await using var stand = await PipelineStand.Start();
        var path = stand.Write("file", PipelineStand.Bytes(100));
        await stand.DrainAsync(Cancel, Kept);
        await Remove(stand, "in/file");
        await new BucketView(stand.Server.Url, "bucket").Put("in/file", PipelineStand.Bytes(length, seed: 2), Cancel);
        await stand.DrainAsync(Cancel);
        AssertKept(stand, path, FailureCode.ObjectDiffers);
    }

    [Fact]
    public async Task WhatTheBucketMayNotBeAskedForStays()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var path = stand.Write("file", PipelineStand.Bytes(100));
        await stand.DrainAsync(Cancel, Kept);
        stand.Server.Faults.Add(S3Sync.Tests.Support.S3.Fault.Answer(403, "AccessDenied").On(S3Operation.HeadObject).Times(int.MaxValue));
        Assert.Equal(new RunResult(null, 1, 1), await stand.DrainAsync(Cancel));
        AssertKept(stand, path, FailureCode.Unverifiable);
    }

    [Fact]
    public async Task WhatTheBucketStillHasIsDeletedAfterOneRequest()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var path = stand.Write("file", PipelineStand.Bytes(100));
        await stand.DrainAsync(Cancel, Kept);
        var asked = stand.Server.Count(S3Operation.HeadObject);
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal((false, asked + 1), (File.Exists(path), stand.Server.Count(S3Operation.HeadObject)));
    }

    [Fact]
    public async Task ADeletionThatFollowsItsOwnProofAsksForNothing()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        for (var i = 0; i < 100; i++)
            stand.Write($"{i}", PipelineStand.Bytes(100, i));
        await stand.DrainAsync(Cancel);
        Assert.Equal((100, 0), (stand.Server.Count(S3Operation.PutObject), stand.Server.Count(S3Operation.HeadObject)));
    }

    [Theory]
    [InlineData("bucket")]
    [InlineData("prefix")]
    [InlineData("template")]
    [InlineData("endpoint")]
    public async Task WhatWasUploadedToAnotherAddressStaysAndTheNewOneGetsNoRequest(string changed)
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        await using var other = await S3Server.Start(null, "bucket");
        stand.Server.CreateBucket("production");
        var path = stand.Write("file", PipelineStand.Bytes(100));
        await stand.DrainAsync(Cancel, Kept);
        var before = stand.Root;
        stand.Roots[0] = changed switch
        {
            "bucket" => before with { Bucket = "production" },
            "prefix" => before with { Prefix = "another" },
            "template" => before with { Template = KeyTemplate.Parse("{yyyy}/{path}", "in", "host", out _) },
            _ => before,
        };
        var server = changed == "endpoint" ? other : stand.Server;
        var heads = stand.Server.Count(S3Operation.HeadObject);
        Assert.Equal(new RunResult(null, 1, 1), await stand.DrainAsync(Cancel, server: server));
        AssertKept(stand, path, FailureCode.OtherAddress);
        Assert.Equal((heads, 0), (stand.Server.Count(S3Operation.HeadObject), other.Count(S3Operation.HeadObject)));
        // The old settings are the right ones after all.
        stand.Roots[0] = before;
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task WhatIsUploadedAgainGoesToThePresentAddressAndIsThenDeleted()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Server.CreateBucket("production");
        var path = stand.Write("file", PipelineStand.Bytes(100));
        await stand.DrainAsync(Cancel, Kept);
        stand.Roots[0] = stand.Root with { Bucket = "production" };
        await using var running = stand.Run();
        await Eventually.True(() => Code(stand) == FailureCode.OtherAddress, stand.Log.ToString, Cancel);
        running.Pipeline.Ask(OperatorRequest.Of(OperatorVerb.Reupload, stand.Root.Path, "file"));
        await Eventually.True(() => !File.Exists(path), stand.Log.ToString, Cancel);
        Assert.Equal("in/file", Assert.Single(stand.Server.Objects("production")).Key);
        Assert.Single(stand.Server.Objects("bucket"));
    }

    [Fact]
    public async Task ARowFromBeforeAddressesWereRecordedIsAskedForAtTheAddressOfToday()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var path = stand.Write("file", PipelineStand.Bytes(100));
        await stand.DrainAsync(Cancel, Kept);
        LedgerRows.Execute(stand.Ledger, "UPDATE target SET endpoint = ''");
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal((false, 1), (File.Exists(path), stand.Server.Count(S3Operation.HeadObject)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhatAStopFileHeldBackForLongIsAskedForBeforeItIsDeleted(bool emptied)
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var path = stand.Write("file", PipelineStand.Bytes(100));
        var stop = Path.Join(Path.GetDirectoryName(stand.Root.Path), "stop");
        File.WriteAllText(stop, "");
        ManualTime time = new();
        await using var running = stand.Run(rules => rules with { DeleteLimits = new(stop, null) }, time);
        await Eventually.True(() => LedgerRows.Of(stand.Ledger, "file") is { Waits: > 0, Uploaded: not null }, stand.Log.ToString, Cancel);
        if (emptied)
            await Remove(stand, "in/file");
        File.Delete(stop);
        time.Advance(Old);
        await Eventually.True(() => Turned(running) && (emptied ? Code(stand) == FailureCode.ObjectMissing : !File.Exists(path)), stand.Log.ToString, Cancel);
        Assert.Equal((emptied, 1), (File.Exists(path), stand.Server.Count(S3Operation.HeadObject)));
    }

    [Fact]
    public async Task WhatAStopFileHeldBackForMinutesIsDeletedOnItsOwnProof()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var path = stand.Write("file", PipelineStand.Bytes(100));
        var stop = Path.Join(Path.GetDirectoryName(stand.Root.Path), "stop");
        File.WriteAllText(stop, "");
        ManualTime time = new();
        await using var running = stand.Run(rules => rules with { DeleteLimits = new(stop, null) }, time);
        await Eventually.True(() => LedgerRows.Of(stand.Ledger, "file") is { Waits: > 0, Uploaded: not null }, stand.Log.ToString, Cancel);
        File.Delete(stop);
        time.Advance(DeleteGuard.Turn + TimeSpan.FromSeconds(1));
        await Eventually.True(() => Turned(running) && !File.Exists(path), stand.Log.ToString, Cancel);
        Assert.Equal(0, stand.Server.Count(S3Operation.HeadObject));
    }

    [Fact]
    public void AProofIsFreshForMinutesByBothClocksAndOldOnceTheClockWentBack()
    {
        ManualTime time = new();
        var proof = ProofTime.Now(time);
        Assert.True(proof.IsFresh(time));
        time.Advance(ProofTime.Longest);
        Assert.True(proof.IsFresh(time));
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(proof.IsFresh(time));
        time.SetBack(TimeSpan.FromMinutes(10));
        Assert.False(proof.IsFresh(time));
        proof = ProofTime.Now(time);
        time.SetBack(TimeSpan.FromSeconds(1));
        Assert.False(proof.IsFresh(time));
        Assert.False(default(ProofTime).IsFresh(time));
    }

    [Fact]
    public void RecentProofsAreBoundedAndForgetTheOldestFirst()
    {
        ManualTime time = new();
        var proofs = new RecentProofs(2, time);
        var root = new Root(0, "/in", "bucket", "in");
        foreach (var path in (string[])["a", "b", "c"])
            proofs.Remember(new(root, path) { Proof = ProofTime.Now(time) });
        Assert.Equal((false, true, true, false), (Has("a"), Has("b"), Has("c"), Has("c")));
        proofs.Remember(new(root, "d") { Proof = ProofTime.Now(time) });
        time.Advance(Old);
        Assert.False(Has("d"));

        bool Has(string path) => proofs.Take(0, path) != default;
    }

    static PipelineRules Kept(PipelineRules rules) => rules with { Keep = true };

    static FailureCode Code(PipelineStand stand) => LedgerRows.Of(stand.Ledger, "file")!.Value.Code;

    static void AssertKept(PipelineStand stand, string path, FailureCode code)
    {
        var row = LedgerRows.Of(stand.Ledger, "file")!.Value;
        Assert.Equal((true, Stage.Uploaded, code), (File.Exists(path), row.Stage, row.Code));
        Assert.NotNull(row.Error);
    }

    static async Task Remove(PipelineStand stand, string key) => await new SignedRequest(stand.Server.Url, "DELETE", "bucket", key).Send(Cancel);

    static bool Turned(RunningPipeline running)
    {
        running.Pipeline.Turn();
        return true;
    }
}
