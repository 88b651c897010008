using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Conformance;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;
using Fault = S3Sync.Tests.Support.S3.Fault;

namespace S3Sync.Tests.Sync;

/// <summary>Large files whose upload was cut off: what is there of them is not sent again, and what nobody goes on with is aborted.</summary>
public sealed class ResumeTests
{
    const int Parts = 40, Stored = 20;
    // With so many slots one file's further parts get half of the others.
    const int Uploads = 16, AtOnce = 8;
    const int Length = Parts * PipelineStand.PartSize - 5;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(nameof(ChecksumKind.Crc64Nvme))]
    [InlineData(nameof(ChecksumKind.Crc32C))]
    [InlineData(nameof(ChecksumKind.Md5))]
    public async Task AfterAStopOnlyTheRestOfALargeFileIsSent(string kind)
    {
        await using var stand = await PipelineStand.Start(checksum: Enum.Parse<ChecksumKind>(kind));
        await StopHalfWay(stand);
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal((1, Parts - Stored), (stand.Server.Count(S3Operation.CreateMultipartUpload), Sent(stand) - Stored - AtOnce));
        Assert.Equal(1, stand.Log.Count($"the upload goes on, {Stored} of its {Parts} parts are in the bucket"));
        AssertMovedAndNothingLeft(stand);
    }

    [Fact]
    public async Task AfterAnOutageOnlyTheRestOfALargeFileIsSent()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var (arrived, lost) = (0, 0);
        // All that comes after half of the parts is lost, whatever it is.
        stand.Server.Faults.Add(Fault.Reset().Where(request => request.Operation == S3Operation.UploadPart
            ? Interlocked.Increment(ref arrived) > Stored && Interlocked.Increment(ref lost) > 0
            : Volatile.Read(ref arrived) > Stored));
        stand.Write("large", PipelineStand.Bytes(Length));
        await using (var running = stand.Run(rules => rules with { Uploaders = Uploads }))
        {
            await Eventually.True(() => stand.Log.Count("uploads rest for") == 1, stand.Log.ToString, Cancel);
            stand.Server.Faults.Clear();
            await Eventually.True(() => running.Pipeline.Tally.Deleted == 1, stand.Log.ToString, Cancel);
        }
        Assert.Equal(1, stand.Server.Count(S3Operation.CreateMultipartUpload));
        Assert.Equal(Parts, Sent(stand) - lost);
        AssertMovedAndNothingLeft(stand);
    }

    [Fact]
    public async Task AnUploadTheServerNoLongerHasIsBegunAgain()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        await StopHalfWay(stand);
        await Abort(stand);
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal((2, Parts), (stand.Server.Count(S3Operation.CreateMultipartUpload), Sent(stand) - Stored - AtOnce));
        AssertMovedAndNothingLeft(stand);
    }

    /// <summary>Ceph answers so for an upload that was aborted.</summary>
    [Fact]
    public async Task AnUploadOfWhichTheServerOnlySaysThatItFailedIsBegunAgainInTheEnd()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        await StopHalfWay(stand);
        stand.Server.Faults.Add(Fault.Answer(500, "InternalError").On(S3Operation.ListParts));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal((2, 5), (stand.Server.Count(S3Operation.CreateMultipartUpload), stand.Server.Count(S3Operation.ListParts)));
        AssertMovedAndNothingLeft(stand);
    }

    [Fact]
    public async Task PartsThatTheServerHasOtherwiseThanTheLedgerAreSentAgain()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        await StopHalfWay(stand);
        var (upload, stored) = Upload(stand);
        var bytes = PipelineStand.Bytes(PipelineStand.PartSize, seed: 9);
        using (var bucket = PipelineStand.OpenBucket(stand.Server, ChecksumKind.Crc64Nvme, isAws: true))
            Assert.True((await bucket.PutPartAsync("bucket", "in/large", upload, stored, bytes, Digest.Of(ChecksumKind.Crc64Nvme, bytes), Cancel)).Ok);
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(Parts - Stored + 1, Sent(stand) - Stored - AtOnce - 1);
        AssertMovedAndNothingLeft(stand);
    }

    [Fact]
    public async Task OfAFileThatChangedMeanwhileEveryOtherPartIsSentAgain()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        await StopHalfWay(stand);
        var bytes = PipelineStand.Bytes(Length);
        bytes[(Upload(stand).Stored - 1) * PipelineStand.PartSize + 11] ^= 1;
        stand.Write("large", bytes);
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal((1, Parts - Stored + 1), (stand.Server.Count(S3Operation.CreateMultipartUpload), Sent(stand) - Stored - AtOnce));
        AssertMovedAndNothingLeft(stand);
    }

    [Fact]
    public async Task WithPartsOfAnotherSizeAnUploadIsBegunAgainAndTheFormerAborted()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        await StopHalfWay(stand);
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel, rules => rules with { PartSize = 2 * PipelineStand.PartSize }));
        Assert.Equal(2, stand.Server.Count(S3Operation.CreateMultipartUpload));
        AssertMovedAndNothingLeft(stand);
    }

    [Fact]
    public async Task WithOtherThingsForItsObjectAnUploadIsBegunAgain()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        await StopHalfWay(stand);
        stand.Roots[0] = stand.Root with { Objects = new(new() { StorageClass = "STANDARD_IA" }) };
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(2, stand.Server.Count(S3Operation.CreateMultipartUpload));
        AssertMovedAndNothingLeft(stand);
    }

    [Fact]
    public async Task TheUploadOfAFileThatIsGoneIsAborted()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        await StopHalfWay(stand);
        File.Delete(stand.Root.FullPath("large"));
        await stand.DrainAsync(Cancel);
        Assert.Equal(1, stand.Server.OpenUploads);
        await stand.DrainAsync(Cancel);
        Assert.Equal(0, stand.Server.OpenUploads);
        Assert.Equal(1, stand.Log.Count("aborted what was left of a multipart upload to bucket/in/large"));
        Assert.Equal(0, Rows(stand));
    }

    [Fact]
    public async Task TheUploadOfAFileWhoseObjectIsThereAlreadyIsAborted()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        await StopHalfWay(stand);
        using (var bucket = PipelineStand.OpenBucket(stand.Server, ChecksumKind.Crc64Nvme, isAws: true))
        {
            var bytes = PipelineStand.Bytes(Length);
            Assert.True((await bucket.PutAsync("bucket", "in/large", bytes, Digest.Of(ChecksumKind.Crc64Nvme, bytes), onlyIfNew: true, Cancel)).Ok);
        }
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        AssertMovedAndNothingLeft(stand);
    }

    [Fact]
    public async Task AnUploadUntouchedForAWeekIsAbortedThoughItsDirectoryIsNotWatchedAnyMore()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        await StopHalfWay(stand);
        stand.Roots[0] = stand.AddRoot("other") with { Index = 0 };
        stand.Roots.RemoveAt(1);
        ManualTime time = new();
        time.Advance(DateTimeOffset.UtcNow - time.GetUtcNow());
        await using var running = stand.Run(clock: time);
        await Turn(running);
        time.Advance(TimeSpan.FromDays(6.9));
        await Turn(running);
        Assert.Equal((1, 0), (stand.Server.OpenUploads, stand.Server.Count(S3Operation.AbortMultipartUpload)));
        time.Advance(TimeSpan.FromDays(0.2));
        await Turn(running);
        await Eventually.True(() => stand.Server.OpenUploads == 0, stand.Log.ToString, Cancel);
    }

    [Fact]
    public async Task AnUploadThatCannotBeAbortedNowIsAbortedByTheNextRun()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        await StopHalfWay(stand);
        stand.Server.Faults.Add(Fault.Answer(503, "SlowDown").On(S3Operation.AbortMultipartUpload));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel, rules => rules with { PartSize = 2 * PipelineStand.PartSize }));
        Assert.Equal(1, stand.Server.OpenUploads);
        stand.Server.Faults.Clear();
        await stand.DrainAsync(Cancel);
        AssertMovedAndNothingLeft(stand);
    }

    /// <summary>Stops a run that has stored half of a large file.</summary>
    static async Task StopHalfWay(PipelineStand stand)
    {
        var stall = stand.Server.Faults.Add(Fault.Stall(Task.Delay(Timeout.Infinite, Cancel)).On(S3Operation.UploadPart).Skip(Stored));
        stand.Write("large", PipelineStand.Bytes(Length));
        await using (var running = stand.Run(rules => rules with { Grace = TimeSpan.FromSeconds(0.1), Uploaders = Uploads }))
        {
            // Another part is sent only once one before it is known to be there.
            await Eventually.True(() => stall.Struck == AtOnce, stand.Log.ToString, Cancel);
            Assert.Null((await running.StopAsync()).Fault);
        }
        stand.Server.Faults.Clear();
        Assert.Equal(1, stand.Server.OpenUploads);
        Assert.Equal(new OracleCount(1, 0, 0), stand.Oracle.Check());
    }

    /// <summary>Has the ledger's thread come round a whole time at least.</summary>
    static async Task Turn(RunningPipeline running)
    {
        var before = running.Pipeline.Turns;
        await Eventually.True(() =>
        {
            running.Pipeline.Turn();
            return running.Pipeline.Turns > before + 1;
        }, () => "the ledger's thread stands still", Cancel);
    }

    static void AssertMovedAndNothingLeft(PipelineStand stand)
    {
        Assert.Equal(new OracleCount(0, 1, 0), stand.Oracle.Check());
        Assert.Equal((0, 0), (stand.Server.OpenUploads, Rows(stand)));
    }

    static int Sent(PipelineStand stand) => stand.Server.Count(S3Operation.UploadPart);

    /// <summary>The unfinished upload, and the number of one of its parts that are there: which they are is not the same on every machine.</summary>
    static (string Id, int Stored) Upload(PipelineStand stand)
    {
        using var ledger = Ledger.Open(stand.Ledger);
        var one = Assert.Single(ledger.Uploads.All(stale: false));
        return (one.Upload.UploadId, ledger.Uploads.Parts(one.Id).Keys.Min());
    }

    static async Task Abort(PipelineStand stand)
    {
        using var bucket = PipelineStand.OpenBucket(stand.Server, ChecksumKind.Crc64Nvme, isAws: true);
        Assert.True((await bucket.AbortUploadAsync("bucket", "in/large", Upload(stand).Id, Cancel)).Ok);
    }

    /// <summary>Uploads that the ledger still knows of.</summary>
    static int Rows(PipelineStand stand)
    {
        using var ledger = Ledger.Open(stand.Ledger);
        return ledger.Uploads.All(stale: false).Count + ledger.Uploads.All(stale: true).Count;
    }
}
