using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;
using Fault = S3Sync.Tests.Support.S3.Fault;

namespace S3Sync.Tests.Sync;

/// <summary>What the pipeline tells of itself through its ledger.</summary>
public sealed class InsightTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EveryRequestIsCountedThatTheServerGotAndEveryFailedOne(bool isAws)
    {
        await using var stand = await PipelineStand.Start(isAws: isAws);
        stand.Server.Faults.Add(Fault.Answer(503, "SlowDown").On(S3Operation.UploadPart).Times(1));
        stand.Server.Faults.Add(Fault.Answer(500, "InternalError").On(S3Operation.CreateMultipartUpload).Times(1));
        stand.Server.Faults.Add(Fault.Reset().On(S3Operation.PutObject).Skip(3).Times(1));
        for (var i = 0; i < 10; i++)
            stand.Write($"{i}", PipelineStand.Bytes(100, i));
        stand.Write("large", PipelineStand.Bytes((3 * PipelineStand.PartSize) + 1));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        using var reader = LedgerReader.Open(stand.Ledger)!;
        var sums = new LedgerFigures(reader).Requests();
        foreach (var kind in Enum.GetValues<RequestKind>().Where(kind => kind != RequestKind.Other))
            Assert.Equal((kind, stand.Server.Count(Enum.Parse<S3Operation>(kind.ToString()))), (kind, (int)sums[(int)kind].Sent));
        Assert.Equal((1, 1, 1), (sums[(int)RequestKind.UploadPart].Failed, sums[(int)RequestKind.CreateMultipartUpload].Failed, sums[(int)RequestKind.PutObject].Failed));
        // Whether it is the file or the endpoint was asked after the two faults that are no throttling.
        Assert.InRange(stand.Server.Count(S3Operation.GetObject), 1, 2);
        Assert.Equal(stand.Server.Count(S3Operation.GetObject), sums[(int)RequestKind.Other].Sent);
    }

    [Theory]
    [InlineData("PUT", "", nameof(RequestKind.PutObject))]
    [InlineData("PUT", "?x-id=PutObject", nameof(RequestKind.PutObject))]
    [InlineData("PUT", "?partNumber=1&uploadId=x", nameof(RequestKind.UploadPart))]
    [InlineData("HEAD", "", nameof(RequestKind.HeadObject))]
    [InlineData("POST", "?uploads", nameof(RequestKind.CreateMultipartUpload))]
    [InlineData("POST", "?uploads=", nameof(RequestKind.CreateMultipartUpload))]
    [InlineData("POST", "?uploadId=x", nameof(RequestKind.CompleteMultipartUpload))]
    [InlineData("DELETE", "?uploadId=x", nameof(RequestKind.AbortMultipartUpload))]
    [InlineData("GET", "?location", nameof(RequestKind.Other))]
    [InlineData("DELETE", "", nameof(RequestKind.Other))]
    public void ARequestOfTheSdkIsKnownByItsMethodAndQuery(string method, string query, string kind) =>
        Assert.Equal(kind, BucketRequests.KindOf(new(new(method), $"https://s3/bucket/key{query}")).ToString());

    [Fact]
    public async Task AFailedAttemptIsKeptWithItsRequestUntilTheFileGotThere()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Server.Faults.Add(Fault.Answer(403, "AccessDenied").Key("in/secret").Times(2));
        stand.Write("secret", PipelineStand.Bytes(100));
        await using var running = stand.Run();
        await Eventually.True(() => Attempts(stand).Length == 2 || running.Pipeline.Tally.Deleted == 1, stand.Log.ToString, Cancel);
        foreach (var attempt in Attempts(stand))
        {
            Assert.Contains("403 AccessDenied", attempt.Error, StringComparison.Ordinal);
            Assert.Contains($", request {attempt.Request}", attempt.Error, StringComparison.Ordinal);
            Assert.True(attempt.Next > attempt.Time);
            Assert.True(stand.Log.Count($"request {attempt.Request};") <= 1);
        }
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 1 && Attempts(stand).Length == 0, stand.Log.ToString, Cancel);
    }

    [Fact]
    public async Task AConflictNamesTheRequestThatShowedItThoughItsErrorIsOurOwn()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Write("a", PipelineStand.Bytes(100));
        await stand.DrainAsync(Cancel);
        LedgerRows.Execute(stand.Ledger, "DELETE FROM file");
        stand.Write("a", PipelineStand.Bytes(200));
        Assert.Equal(1, (await stand.DrainAsync(Cancel)).Parked);
        var attempt = Assert.Single(Attempts(stand, "a"));
        Assert.StartsWith("conflict: ", attempt.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("request", attempt.Error, StringComparison.Ordinal);
        Assert.Equal(1, stand.Log.Count($", request {attempt.Request};"));
    }

    [Fact]
    public async Task AFileThatStepsAsideBecauseOfTheEndpointSaysSo()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Server.Faults.Add(Fault.Answer(503, "SlowDown"));
        stand.Write("a", PipelineStand.Bytes(100));
        await using var running = stand.Run();
        await Eventually.True(() => Attempts(stand, "a").Length > 0, stand.Log.ToString, Cancel);
        Assert.Contains("503 SlowDown", Attempts(stand, "a")[0].Error, StringComparison.Ordinal);
        Assert.Null(Attempts(stand, "a")[0].Next);
        await Eventually.True(() => Figures(stand, figures => figures.Vitals())[VitalNames.EndpointFailing] > 0, stand.Log.ToString, Cancel);
        stand.Server.Faults.Clear();
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 1, stand.Log.ToString, Cancel);
        await Eventually.True(() => Figures(stand, figures => figures.Vitals())[VitalNames.EndpointFailing] == 0, stand.Log.ToString, Cancel);
    }

    [Fact]
    public async Task HowFilesWereFoundIsCounted()
    {
        await using var stand = await PipelineStand.Start();
        stand.Write("before", PipelineStand.Bytes(1));
        PipelineRules? rules = null;
        await using var running = stand.Run(given => rules = given with { Rescan = TimeSpan.FromHours(1) });
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 1, stand.Log.ToString, Cancel);
        stand.Write("then", PipelineStand.Bytes(2));
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 2, stand.Log.ToString, Cancel);
        Assert.Equal(new LedgerSources(1, 1, 0, 0, 0, 0), Figures(stand, figures => figures.Since(1, 0).Sources));
        running.Pipeline.Change(rules! with { Rescan = TimeSpan.FromHours(2), Quiet = TimeSpan.FromSeconds(3), Uploaders = 1 });
        await Eventually.True(() => Figures(stand, figures => figures.Vitals()) is var all && (all["rescan"], all["quiet"], all["uploaderThreads"]) == (7_200_000, 3000, 1), stand.Log.ToString, Cancel);
    }

    static LedgerAttempt[] Attempts(PipelineStand stand, string path = "secret")
    {
        using var reader = LedgerReader.Open(stand.Ledger);
        return reader is null ? [] : [.. new LedgerEntries(reader).Attempts(1, path)];
    }

    static T Figures<T>(PipelineStand stand, Func<LedgerFigures, T> of)
    {
        using var reader = LedgerReader.Open(stand.Ledger)!;
        return of(new(reader));
    }
}
