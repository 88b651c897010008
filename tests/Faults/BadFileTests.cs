using System;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;
using Fault = S3Sync.Tests.Support.S3.Fault;

namespace S3Sync.Tests.Faults;

/// <summary>Files that the server, or the way to it, never takes: the others do not wait for them, and each is tried as often as its own failures say (invariant 8).</summary>
public sealed class BadFileTests
{
    // In 15 s a file is tried five times, and then parked.
    const int MostTries = Retry.ParkAfter;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Fault Of(string kind) => kind switch
    {
        "reset" => Fault.Reset(),
        "half" => Fault.HalfRequest(),
        "500" => Fault.Answer(500, "InternalError"),
        "503" => Fault.Answer(503, "XUnavailable"),
        _ => Fault.Answer(403, kind),
    };

    [Theory]
    [InlineData("SignatureDoesNotMatch", 400, 16)]
    [InlineData("AccessDenied", 400, 16)]
    [InlineData("500", 400, 16)]
    [InlineData("503", 100, 4)]
    [InlineData("reset", 400, 16)]
    [InlineData("half", 25, 4)]
    [InlineData("AccessDenied", 25, 1)]
    public async Task GoodFilesBehindBadOnesGoUpAtOnce(string kind, int bad, int uploaders)
    {
        const int good = 300;
        await using var stand = await PipelineStand.Start(isAws: true);
        var puts = Count(stand);
        stand.Server.Faults.Add(Of(kind).Where(IsBad));
        for (var i = 0; i < bad; i++)
            stand.Write($"bad {i:000}", PipelineStand.Bytes(100, i));
        await using (var running = stand.Run(rules => rules with { Uploaders = uploaders }))
        {
            await Eventually.True(() => running.Pipeline.Tally.Failures > 0, stand.Log.ToString, Cancel);
            var begun = Stopwatch.GetTimestamp();
            for (var i = 0; i < good; i++)
                stand.Write($"good{i:000}", PipelineStand.Bytes(100, i + 1000));
            await Eventually.True(() => running.Pipeline.Tally.Deleted == good, stand.Log.ToString, Cancel);
            Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 0, 10);
            Assert.Equal(0, stand.Log.Count("the endpoint"));
            Assert.True(stand.Log.Count("/bad 000: ") > 0, "the log does not name the file");
        }
        Assert.Equal(new OracleCount(bad, good, 0), stand.Oracle.Check());
        Assert.All(puts.Where(pair => pair.Key.Contains("bad", StringComparison.Ordinal)), pair => Assert.InRange(pair.Value, 1, MostTries));
    }

    [Fact]
    public async Task ADrainEndsByItselfAndParksWhatIsNeverTaken()
    {
        await Task.WhenAll(new[] { "SignatureDoesNotMatch", "AccessDenied", "500", "reset" }.Select(async kind =>
        {
            await using var stand = await PipelineStand.Start(isAws: true);
            var puts = Count(stand);
            stand.Server.Faults.Add(Of(kind).Where(IsBad));
            for (var i = 0; i < 20; i++)
                stand.Write($"{(i % 2 == 0 ? "bad" : "good")} {i:00}", PipelineStand.Bytes(100, i));
            Assert.Equal(new RunResult(null, 10, 10), await stand.DrainAsync(Cancel, rules => rules with { Patience = TimeSpan.FromSeconds(3) }));
            Assert.Equal(10, puts.Count(pair => pair.Value == MostTries));
        }));
    }

    [Theory]
    [InlineData("500")]
    [InlineData("stall")]
    public async Task ALargeFileWhosePartsFailHoldsNoneOfTheOthers(string kind)
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var never = new TaskCompletionSource();
        var fault = kind == "stall" ? Fault.Stall(never.Task) : Of(kind);
        stand.Server.Faults.Add(fault.On(S3Operation.UploadPart));
        for (var i = 0; i < 2; i++)
            stand.Write($"bad {i}", PipelineStand.Bytes((4 * PipelineStand.PartSize) + 1, i));
        await using var running = stand.Run();
        await fault.Reached.WaitAsync(Cancel);
        for (var i = 0; i < 100; i++)
            stand.Write($"good{i}", PipelineStand.Bytes(100, i));
        await Eventually.True(() => running.Pipeline.Tally.Uploaded == 100, stand.Log.ToString, Cancel);
        Assert.Equal(0, stand.Log.Count("the endpoint"));
        never.SetResult();
    }

    [Theory]
    [InlineData("500")]
    [InlineData("reset")]
    [InlineData("SignatureDoesNotMatch")]
    public async Task ObjectsThatCannotBeAskedForKeepNoOthersFromTheirDeletion(string kind)
    {
        const int bad = 20, good = 20;
        await using var stand = await PipelineStand.Start(isAws: true);
        for (var i = 0; i < bad + good; i++)
            stand.Write($"{(i < bad ? "bad" : "good")} {i:00}", PipelineStand.Bytes(100, i));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel, rules => rules with { Keep = true }));
        LedgerRows.Execute(stand.Ledger, "UPDATE file SET uploaded = uploaded - 86400000, due = uploaded - 86400000");
        stand.Server.Faults.Add(Of(kind).Where(request => IsBad(request) && request.Operation == S3Operation.HeadObject));
        await using var running = stand.Run();
        await Eventually.True(() => running.Pipeline.Tally.Deleted == good, stand.Log.ToString, Cancel);
        // Without a body HEAD's 403 says no more than that it is refused.
        Assert.Equal(0, stand.Log.Count("the endpoint"));
        stand.Server.Faults.Clear();
    }

    /// <summary>An endpoint that answers what belongs to no file, and takes none.</summary>
    [Fact]
    public async Task AnEndpointThatTakesNothingAtAllIsProbedOneFileAtATime()
    {
        const int files = 1500;
        await using var stand = await PipelineStand.Start(isAws: true);
        var refuse = stand.Server.Faults.Add(Fault.Answer(403, "AccessDenied").On(S3Operation.PutObject));
        for (var i = 0; i < files; i++)
            stand.Write($"{i:0000}", PipelineStand.Bytes(10, i));
        await using var running = stand.Run(rules => rules with { Uploaders = 16 });
        await Eventually.True(() => stand.Log.Count("one file after the other fails") == 1, stand.Log.ToString, Cancel);
        var before = refuse.Struck;
        await Task.Delay(TimeSpan.FromSeconds(3), Cancel);
        // Rests of 0.5, 1, 2, ... s.
        Assert.InRange(refuse.Struck - before, 1, 20);
        stand.Server.Faults.Clear();
        await Eventually.True(() => running.Pipeline.Tally.Deleted == files, () => $"{running.Pipeline.Tally.Deleted}", Cancel, TimeSpan.FromMinutes(2));
    }

    static bool IsBad(S3Request request) => request.Key.Contains("bad", StringComparison.Ordinal);

    /// <summary>How often each object was sent.</summary>
    static ConcurrentDictionary<string, int> Count(PipelineStand stand)
    {
        var puts = new ConcurrentDictionary<string, int>();
        stand.Server.Arrived += request =>
        {
            if (request.Operation == S3Operation.PutObject)
                puts.AddOrUpdate(request.Key, 1, static (_, count) => count + 1);
        };
        return puts;
    }
}
