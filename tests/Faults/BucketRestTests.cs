using System;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;
using Fault = S3Sync.Tests.Support.S3.Fault;

namespace S3Sync.Tests.Faults;

/// <summary>A bucket that takes nothing: its files wait together, those of other buckets go on (invariant 8).</summary>
public sealed class BucketRestTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void ItRestsLongerEachTimeAndLetsOneFindOut()
    {
        var (time, log) = (new ManualTime(), new CapturedLog());
        var rest = new BucketRest("b", time, log);
        Assert.True(rest.TryEnter(out var number));
        rest.Fault(number, "NoSuchBucket", isWrong: true);
        for (var faults = 1; faults < 20; faults++)
        {
            Assert.False(rest.TryEnter(out _));
            // Those that were under way count once.
            rest.Fault(0, "NoSuchBucket", isWrong: true);
            Assert.Equal(faults >= 3, rest.IsWrong);
            var longest = Retry.AfterEndpointFault(faults, luck: 0);
            Assert.InRange(rest.Wait, longest * 0.66, longest);
            time.Advance(longest);
            Assert.Equal(TimeSpan.Zero, rest.Wait);
            Assert.True(rest.TryEnter(out number));
            Assert.False(rest.TryEnter(out _));
            rest.Abandon(number);
            Assert.True(rest.TryEnter(out number));
            Assert.Equal(Timeout.InfiniteTimeSpan, rest.Wait);
            rest.Fault(number, "NoSuchBucket", isWrong: true);
        }
        rest.Open();
        Assert.Equal((true, false, false), (rest.TryEnter(out number), rest.IsWrong, rest.IsClosed));
        Assert.Equal((0L, 2), (number, log.Lines.Length));
    }

    [Fact]
    public async Task WhileOneBucketIsMissingTheOthersGoOnAndItIsSaidOnce()
    {
        const int files = 1500, good = 300;
        await using var stand = await PipelineStand.Start(isAws: true);
        // Two directories share it.
        Root[] lost = [stand.AddRoot("lost", bucket: "nowhere"), stand.AddRoot("other", bucket: "nowhere")];
        var asked = stand.Server.Faults.Add(Fault.Answer(404, "NoSuchBucket").Where(request => request.Bucket == "nowhere"));
        for (var i = 0; i < files; i++)
            stand.Write($"{i:0000}", PipelineStand.Bytes(10, i), lost[i % 2]);
        await using var running = stand.Run();
        await Eventually.True(() => stand.Log.Count("the bucket nowhere takes nothing") == 1, stand.Log.ToString, Cancel);
        var begun = Stopwatch.GetTimestamp();
        for (var i = 0; i < good; i++)
            stand.Write($"good{i}", PipelineStand.Bytes(100, i));
        await Eventually.True(() => running.Pipeline.Tally.Deleted == good, stand.Log.ToString, Cancel);
        Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 0, 10);
        // Four were under way and asked once; then one at a time, after 0.5, 1, 2, ... s.
        Assert.InRange(asked.Struck, 2, 20);
        Assert.Equal((0, 0L), (stand.Log.Count("the endpoint"), running.Pipeline.Tally.Failures));
        stand.Server.Faults.Clear();
        Assert.Equal(1, stand.Log.Count("the bucket nowhere"));
    }

    [Fact]
    public async Task WhenTheBucketIsThereItsFilesGoUpAndThatIsSaid()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var away = stand.Server.Faults.Add(Fault.Answer(404, "NoSuchBucket"));
        for (var i = 0; i < 50; i++)
            stand.Write($"{i}", PipelineStand.Bytes(100, i));
        await using var running = stand.Run();
        await Eventually.True(() => away.Struck > 6, stand.Log.ToString, Cancel);
        stand.Server.Faults.Clear();
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 50, stand.Log.ToString, Cancel);
        Assert.Equal((1, 1), (stand.Log.Count("the bucket bucket takes nothing"), stand.Log.Count("the bucket bucket can be used again")));
        Assert.Equal(0L, running.Pipeline.Tally.Failures);
    }

    [Fact]
    public async Task ADrainIntoAWrongBucketEndsSoonAndSaysWhich()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Server.Faults.Add(Fault.Answer(404, "NoSuchBucket"));
        for (var i = 0; i < 50; i++)
            stand.Write($"{i}", PipelineStand.Bytes(100, i));
        var begun = Stopwatch.GetTimestamp();
        var result = await stand.DrainAsync(Cancel);
        Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 0, 15);
        Assert.Contains("bucket bucket cannot be used: S3 answered 404 NoSuchBucket", Assert.IsType<WrongBucketsException>(result.Fault).Message, StringComparison.Ordinal);
        Assert.Equal(new OracleCount(50, 0, 0), stand.Oracle.Check());
    }

    [Fact]
    public async Task ADrainWithOneWrongBucketUploadsTheRestAndEndsSoon()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var lost = stand.AddRoot("lost", bucket: "nowhere");
        for (var i = 0; i < 50; i++)
        {
            stand.Write($"{i}", PipelineStand.Bytes(100, i), lost);
            stand.Write($"{i}", PipelineStand.Bytes(100, i));
        }
        var begun = Stopwatch.GetTimestamp();
        Assert.Equal(new RunResult(null, 0, 50), await stand.DrainAsync(Cancel));
        Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 0, 15);
    }

    /// <summary>A quota: what is no file's fault, and yet the bucket answers what belongs to no file.</summary>
    [Fact]
    public async Task AFullBucketIsWaitedForAsLongAsOtherFaults()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Server.Faults.Add(Fault.Answer(404, "NoSuchBucket").On(S3Operation.PutObject));
        for (var i = 0; i < 20; i++)
            stand.Write($"{i}", PipelineStand.Bytes(100, i));
        var result = await stand.DrainAsync(Cancel, rules => rules with { Patience = TimeSpan.FromSeconds(2) });
        Assert.Equal((null, 20L), (result.Fault, result.Pending));
        Assert.Equal(1, stand.Log.Count("the bucket bucket takes nothing"));
    }
}
