using System;
using System.Diagnostics;
using System.Linq;
using System.Net.Http;
using System.Threading.Tasks;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Conformance;

/// <summary>What can be made to go wrong, goes wrong as told and no further.</summary>
public sealed class FaultTests : LocalServerTest
{
    [Fact]
    public async Task AnAnswerStrikesTheChosenRequestsSoManyTimes()
    {
        var fault = Server.Faults.Add(Fault.Answer(503, "SlowDown").On(S3Operation.PutObject).Key("key").Skip(1).Times(2));
        string[] outcomes = [await OutcomeOf(Put("key", [])), await OutcomeOf(Put("key", [])), await OutcomeOf(Put("other", [])), await OutcomeOf(Put("key", [])), await OutcomeOf(Put("key", []))];
        Assert.Equal(["200", "503 SlowDown", "200", "503 SlowDown", "200"], outcomes);
        Assert.Equal(2, fault.Struck);
        Assert.Equal(5, Server.Count(S3Operation.PutObject));
    }

    [Fact]
    public async Task AFaultRemovedStrikesNoMore()
    {
        var fault = Server.Faults.Add(Fault.Answer(500, "InternalError"));
        Assert.Equal("500 InternalError", await OutcomeOf(Get("key")));
        Server.Faults.Remove(fault);
        Assert.Equal("404 NoSuchKey", await OutcomeOf(Get("key")));
    }

    [Fact]
    public async Task AResetStoresNothing()
    {
        Server.Faults.Add(Fault.Reset().On(S3Operation.PutObject));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => Put("key", Bytes(100)).Send(Cancel));
        await AssertNothing("key");
    }

    [Fact]
    public async Task ALostAnswerHasStored()
    {
        Server.Faults.Add(Fault.LoseAnswer().On(S3Operation.PutObject).Times(1));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => PutNew("key", Bytes(100)).Send(Cancel));
        await AssertHolds("key", Bytes(100));
        Assert.Equal("412 PreconditionFailed", await OutcomeOf(PutNew("key", Bytes(100))));
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("GET")]
    public async Task HalfAnAnswerIsNone(string method)
    {
        await OutcomeOf(Put("key", Bytes(100)));
        Server.Faults.Add(Fault.HalfAnswer());
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => (Put("key", Bytes(100)) with { Method = method }).Send(Cancel));
    }

    [Fact]
    public async Task AStallLastsUntilItIsReleased()
    {
        var release = new TaskCompletionSource();
        var stall = Server.Faults.Add(Fault.Stall(release.Task).Key("key"));
        var put = Put("key", Bytes(100)).Send(Cancel);
        await stall.Reached.WaitAsync(Cancel);
        Assert.Equal("200", await OutcomeOf(Put("other", Bytes(100))));
        Assert.False(put.IsCompleted);
        Assert.Equal(["other"], Server.Objects(Bucket).Keys);
        Assert.True(Server.MostAtOnce >= 2);
        release.SetResult();
        Assert.Equal("200", (await put).Outcome);
        Assert.Equal(Bytes(100), (await Server.WaitForObject(Bucket, "key").WaitAsync(Cancel)).Bytes());
    }

    [Fact]
    public async Task AServerStopsWhateverIsStalled()
    {
        var stall = Server.Faults.Add(Fault.Stall(new TaskCompletionSource().Task));
        var put = Put("key", Bytes(100)).Send(Cancel);
        await stall.Reached.WaitAsync(Cancel);
        await Server.Stop().WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => put);
    }

    [Fact]
    public async Task AStallAfterwardsHasStored()
    {
        var release = new TaskCompletionSource();
        Server.Faults.Add(Fault.Stall(release.Task).AfterStoring().On(S3Operation.PutObject));
        var put = Put("key", Bytes(100)).Send(Cancel);
        await Server.WaitForObject(Bucket, "key").WaitAsync(Cancel);
        Assert.False(put.IsCompleted);
        release.SetResult();
        Assert.Equal("200", (await put).Outcome);
    }

    [Fact]
    public async Task TwoConditionalPutsOfOneKeyConflict()
    {
        var arrived = new TaskCompletionSource();
        Server.Arrived += _ => arrived.TrySetResult();
        using var cancel = System.Threading.CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        Task first;
        string outcome;
        do
        {
            // The first is under way: its claim is made, its body not yet read to the end.
            Server.Faults.Add(Fault.Slow(1000).On(S3Operation.PutObject).Times(1));
            first = PutNew("key", Bytes(1_000_000)).Send(cancel.Token);
            await arrived.Task.WaitAsync(Cancel);
            do
                outcome = await OutcomeOf(PutNew("key", Bytes(10)));
            while (outcome == "200" && await Withdraw() && !first.IsCompleted);
            // The second may be faster than the first's way from arrival to claim, and be what the first then finds there.
        }
        while (first.IsCompleted);
        Assert.Equal("409 ConditionalRequestConflict", outcome);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        async Task<bool> Withdraw() => await OutcomeOf(new(Url, "DELETE", Bucket, "key")) == "204";
    }

    [Fact]
    public async Task SlowIsSlow()
    {
        Server.Faults.Add(Fault.Slow(100_000).On(S3Operation.PutObject));
        var watch = Stopwatch.StartNew();
        Assert.Equal("200", await OutcomeOf(Put("key", Bytes(50_000))));
        Assert.True(watch.Elapsed > TimeSpan.FromSeconds(0.4), $"{watch.Elapsed} for half a second's worth of bytes");
    }

    [Fact]
    public async Task AWrongETagIsOnlyInTheAnswer()
    {
        Server.Faults.Add(Fault.WrongETag().On(S3Operation.PutObject));
        Assert.NotEqual(Md5(Bytes(100)), (await Put("key", Bytes(100)).Send(Cancel)).ETag);
        Assert.Equal(Md5(Bytes(100)), Server.Objects(Bucket)["key"].ETag);
    }

    [Fact]
    public async Task AWrongChecksumIsOnlyInTheAnswer()
    {
        Server.Faults.Add(Fault.WrongChecksum().On(S3Operation.PutObject));
        Assert.NotEqual("rosUhgp5mIg=", (await Put("key", "123456789"u8.ToArray()).Send(Cancel)).Headers["x-amz-checksum-crc64nvme"]);
        Assert.Equal("rosUhgp5mIg=", Server.Objects(Bucket)["key"].Crc64());
    }

    [Fact]
    public async Task CompletionMayFailWithStatus200()
    {
        Server.Faults.Add(Fault.Answer(200, "InternalError").On(S3Operation.CompleteMultipartUpload).Times(1));
        var upload = await Begin("key");
        var part = await PutPart(upload, "key", 1, Bytes(100));
        var failed = await Complete(upload, "key", (1, part)).Send(Cancel);
        Assert.Equal(200, failed.Status);
        Assert.Contains("<Error><Code>InternalError</Code>", failed.Text);
        await AssertNothing("key");
        Assert.Equal(1, Server.OpenUploads);
        Assert.Equal("200", await OutcomeOf(Complete(upload, "key", (1, part))));
    }

    [Fact]
    public async Task CompletionsLiesAreInItsXml()
    {
        Server.Faults.Add(Fault.WrongETag().On(S3Operation.CompleteMultipartUpload));
        Server.Faults.Add(Fault.WrongChecksum().On(S3Operation.CompleteMultipartUpload));
        var upload = await Begin("key");
        var part = await PutPart(upload, "key", 1, Bytes(100));
        var answer = await Complete(upload, "key", (1, part)).Send(Cancel);
        var stored = Server.Objects(Bucket)["key"];
        Assert.DoesNotContain(stored.ETag, answer.Text);
        Assert.DoesNotContain(stored.Crc64(), answer.Text);
        Assert.Contains("<ChecksumCRC64NVME>", answer.Text);
    }

    [Theory]
    [InlineData(301, "PermanentRedirect")]
    [InlineData(307, "TemporaryRedirect")]
    public async Task ARedirectSaysWhereTo(int status, string code)
    {
        Server.Faults.Add(Fault.Redirect(status, "http://127.0.0.1:9/elsewhere"));
        var answer = await Put("key", []).Send(Cancel);
        Assert.Equal(($"{status} {code}", "http://127.0.0.1:9/elsewhere"), (answer.Outcome, answer.Headers["location"]));
    }

    [Fact]
    public async Task AStoppedServerComesBackOnItsPortWithItsObjects()
    {
        await OutcomeOf(Put("key", Bytes(100)));
        await Server.Stop();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => Get("key").Send(Cancel));
        await Server.Restart();
        await AssertHolds("key", Bytes(100));
    }

    [Fact]
    public async Task EveryRequestIsSeenAsItArrives()
    {
        var seen = new System.Collections.Concurrent.ConcurrentQueue<(S3Operation, string, int)>();
        Server.Arrived += request => seen.Enqueue((request.Operation, request.Key, request.Index));
        await OutcomeOf(Put("a b", []));
        await OutcomeOf(Head("a b"));
        await OutcomeOf(Put("c", []));
        Assert.Equal([(S3Operation.PutObject, "a b", 1), (S3Operation.HeadObject, "a b", 1), (S3Operation.PutObject, "c", 2)], seen.ToArray());
    }
}
