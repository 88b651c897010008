using System;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;
using Fault = S3Sync.Tests.Support.S3.Fault;
using TokenBucket = S3Sync.Benchmarks.TokenBucket;

namespace S3Sync.Tests.Faults;

/// <summary>A whole pipeline finds out how many uploads at a time a server bears, and leaves none behind.</summary>
public sealed class ConcurrencyTests
{
    static readonly TimeSpan Late = TimeSpan.FromMilliseconds(40);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AServerThatAnswersLateIsSentMoreAtATime()
    {
        const int files = 2000;
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Server.Faults.Add(Fault.Stall(Late).On(S3Operation.PutObject));
        for (var i = 0; i < files; i++)
            stand.Write($"{i % 10}/{i}", PipelineStand.Bytes(100, i));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel, rules => rules with { Uploaders = Slots.Largest }));
        Assert.Equal(new OracleCount(0, files, 0), stand.Oracle.Check());
        Assert.InRange(stand.Server.MostAtOnce, 4 * AdaptiveLimit.Start, Slots.Largest);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(40)]
    public async Task NoMoreAreSentAtATimeThanTheSettingsAllow(int most)
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Server.Faults.Add(Fault.Stall(Late).On(S3Operation.PutObject));
        for (var i = 0; i < 4 * most; i++)
            stand.Write($"{i}", PipelineStand.Bytes(100, i));
        stand.Write("large", PipelineStand.Bytes(10 * PipelineStand.PartSize));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel, rules => rules with { Uploaders = most }));
        Assert.InRange(stand.Server.MostAtOnce, 1, most);
    }

    /// <summary>As S3 does above 3,500 writes a second.</summary>
    [Theory]
    [InlineData(400)]
    [InlineData(1000)]
    public async Task AServerThatSaysSlowDownAboveARateIsSentAtThatRateAndUploadsNeverRest(int perSecond)
    {
        const int files = 3000;
        await using var stand = await PipelineStand.Start(isAws: true);
        TokenBucket tokens = new(perSecond, perSecond / 5);
        var refuse = stand.Server.Faults.Add(Fault.Answer(503, "SlowDown").Where(request => request.Operation == S3Operation.PutObject && !tokens.Take()));
        stand.Server.Faults.Add(Fault.Stall(Late).On(S3Operation.PutObject));
        for (var i = 0; i < files; i++)
            stand.Write($"{i % 10}/{i}", PipelineStand.Bytes(100, i));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel, rules => rules with { Uploaders = Slots.Largest }));
        Assert.Equal(new OracleCount(0, files, 0), stand.Oracle.Check());
        Assert.Equal((0, 0), (stand.Log.Count("the endpoint"), stand.Log.Count("parked")));
        Assert.InRange(refuse.Struck, 0, files / 10);
    }

    [Fact]
    public async Task ALargeFileAndThousandsOfSmallOnesDoNotWaitForEachOther()
    {
        const int small = 3000, parts = 12;
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Server.Faults.Add(Fault.Stall(Late).Where(request => request.Operation is S3Operation.PutObject or S3Operation.UploadPart));
        int[] sent = [0, 0];
        var (smallWhenLargeEnded, largeWhenSmallEnded) = (0, 0);
        stand.Server.Arrived += request =>
        {
            if (request.Operation == S3Operation.PutObject && Interlocked.Increment(ref sent[0]) == small)
                largeWhenSmallEnded = Volatile.Read(ref sent[1]);
            else if (request.Operation == S3Operation.UploadPart && Interlocked.Increment(ref sent[1]) == parts)
                smallWhenLargeEnded = Volatile.Read(ref sent[0]);
        };
        stand.Write("large", PipelineStand.Bytes(parts * PipelineStand.PartSize));
        for (var i = 0; i < small; i++)
            stand.Write($"{i % 10}/{i}", PipelineStand.Bytes(100, i));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel, rules => rules with { Uploaders = 32 }));
        Assert.True(smallWhenLargeEnded < small && largeWhenSmallEnded == parts, $"{smallWhenLargeEnded} small files when the large one ended, {largeWhenSmallEnded} parts when the small ones did");
    }

    [Fact]
    public async Task ABucketThatAnswersLateLeavesAnotherItsUploads()
    {
        const int files = 200;
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Server.CreateBucket("other");
        var other = stand.AddRoot("other", bucket: "other");
        var until = new TaskCompletionSource();
        stand.Server.Faults.Add(Fault.Stall(until.Task).Where(request => request.Operation == S3Operation.PutObject && request.Bucket == PipelineStand.BucketName));
        for (var i = 0; i < files; i++)
        {
            stand.Write($"{i}", PipelineStand.Bytes(100, i));
            stand.Write($"{i}", PipelineStand.Bytes(100, i), other);
        }
        await using var running = stand.Run(rules => rules with { Uploaders = 8 });
        await Eventually.True(() => running.Pipeline.Tally.Deleted == files, stand.Log.ToString, Cancel);
        until.SetResult();
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 2 * files, stand.Log.ToString, Cancel);
    }
}
