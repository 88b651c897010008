using System;
using System.IO;
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

/// <summary>Invariants 2, 7 and 8 in the corners: servers that are not what they seem, and files that the way to the server does not bear.</summary>
public sealed class UploadSafetyTests
{
    const int Small = 1000, Large = 3 * PipelineStand.PartSize + 7;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AServerTrustedWithTheConditionThatRefusesItIsLookedAtBeforeItIsWritten()
    {
        await using var stand = await PipelineStand.Start(Profile.RefusesConditions, isAws: true);
        var foreign = PipelineStand.Bytes(Small, seed: 9);
        await new BucketView(stand.Server.Url, "bucket").Put("in/file", foreign, Cancel);
        stand.Oracle.Foreign("bucket", "in/file", foreign);
        var path = stand.Write("file", PipelineStand.Bytes(Small));
        Assert.Equal(1, (await stand.DrainAsync(Cancel)).Parked);
        Assert.True(File.Exists(path));
        Assert.Equal(foreign, await new BucketView(stand.Server.Url, "bucket").Get("in/file", Cancel));
    }

    [Fact]
    public async Task AnObjectThatAppearsWhilePartsAreSentIsNotReplacedWhereTheConditionIsRefused()
    {
        await using var stand = await PipelineStand.Start(Profile.RefusesConditions, isAws: true);
        var release = new TaskCompletionSource();
        var stall = stand.Server.Faults.Add(Fault.Stall(release.Task).On(S3Operation.UploadPart).Times(1));
        var path = stand.Write("file", PipelineStand.Bytes(Large));
        var drain = stand.DrainAsync(Cancel);
        await stall.Reached.WaitAsync(Cancel);
        var foreign = PipelineStand.Bytes(Small, seed: 9);
        await new BucketView(stand.Server.Url, "bucket").Put("in/file", foreign, Cancel);
        release.SetResult();
        Assert.Equal(1, (await drain).Parked);
        Assert.True(File.Exists(path));
        Assert.Equal(foreign, await new BucketView(stand.Server.Url, "bucket").Get("in/file", Cancel));
        Assert.Equal(0, stand.Server.OpenUploads);
    }

    [Theory]
    [InlineData("ignores")]
    [InlineData("refuses")]
    public async Task WhereNeitherTheConditionNorALookProtectsAKeyNothingIsWritten(string server)
    {
        await using var stand = await PipelineStand.Start(server == "ignores" ? Profile.IgnoresConditions : Profile.RefusesConditions, ChecksumKind.Md5);
        await using var running = stand.Run();
        stand.Write("first", PipelineStand.Bytes(Small));
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 1, stand.Log.ToString, Cancel);
        // Now the server is known, and this account may no longer look.
        var foreign = PipelineStand.Bytes(Small, seed: 9);
        foreach (var name in (string[])["small", "large"])
        {
            await new BucketView(stand.Server.Url, "bucket").Put($"in/{name}", foreign, Cancel);
            stand.Oracle.Foreign("bucket", $"in/{name}", foreign);
        }
        stand.Server.Faults.Add(Fault.Answer(403, "AccessDenied").Where(request => request.Operation is S3Operation.HeadObject or S3Operation.GetObject && request.Header("range") is not null));
        stand.Write("small", PipelineStand.Bytes(Small));
        stand.Write("large", PipelineStand.Bytes(Large));
        await Eventually.True(() => stand.Log.Count("parked") == 2 || running.Pipeline.Tally.Uploaded > 1, stand.Log.ToString, Cancel);
        await running.StopAsync();
        Assert.Equal(1, running.Pipeline.Tally.Uploaded);
        foreach (var name in (string[])["small", "large"])
            Assert.Equal(foreign, await new BucketView(stand.Server.Url, "bucket").Get($"in/{name}", Cancel));
    }

    [Fact]
    public async Task WhoAcceptsUploadsWithoutProofDoesNotAcceptThatThereIsNoObject()
    {
        await using var stand = await PipelineStand.Start(Profile.ProvesNothing, isAws: true);
        stand.Server.Faults.Add(Fault.Answer(404, "NoSuchKey").On(S3Operation.HeadObject));
        var path = stand.Write("file", PipelineStand.Bytes(Small));
        Assert.Equal(1, (await stand.DrainAsync(Cancel, rules => rules with { AcceptUnproven = true })).Parked);
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task WhoAcceptsUploadsWithoutProofDoesNotAcceptAnObjectOfAnotherLength()
    {
        await using var stand = await PipelineStand.Start(Profile.ProvesNothing, isAws: true);
        var release = new TaskCompletionSource();
        var stall = stand.Server.Faults.Add(Fault.Stall(release.Task).On(S3Operation.HeadObject).Times(1));
        var path = stand.Write("file", PipelineStand.Bytes(Small));
        var drain = stand.DrainAsync(Cancel, rules => rules with { AcceptUnproven = true });
        await stall.Reached.WaitAsync(Cancel);
        // Somebody else, or the server itself, has cut it short.
        await new BucketView(stand.Server.Url, "bucket").Put("in/file", PipelineStand.Bytes(Small / 2), Cancel);
        release.SetResult();
        Assert.Equal(1, (await drain).Parked);
        Assert.True(File.Exists(path));
    }

    [Theory]
    [InlineData("reset", 1)]
    [InlineData("reset", 4)]
    [InlineData("SignatureDoesNotMatch", 1)]
    [InlineData("SignatureDoesNotMatch", 4)]
    public async Task FilesTheWayToTheServerDoesNotBearDoNotStopTheRest(string code, int poisons)
    {
        // A filter on the line that drops a connection because of what it carries; a key that some server reads otherwise than we sign it.
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Server.Faults.Add((code == "reset" ? Fault.Reset() : Fault.Answer(403, code)).Where(request => request.Key.StartsWith("in/poison", StringComparison.Ordinal)));
        var paths = Enumerable.Range(0, poisons).Select(i => stand.Write($"poison{i}", PipelineStand.Bytes(100, i))).ToList();
        await using var running = stand.Run(rules => rules with { Uploaders = poisons });
        // All of them at once in the hands of all uploaders.
        await Eventually.True(() => running.Pipeline.Tally.Failures >= poisons, stand.Log.ToString, Cancel);
        for (var i = 0; i < 20; i++)
            stand.Write($"{i}", PipelineStand.Bytes(100, i + 50));
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 20, stand.Log.ToString, Cancel);
        Assert.All(paths, path => Assert.True(File.Exists(path)));
        Assert.Equal(0, stand.Log.Count("the endpoint fails"));
    }

    [Fact]
    public async Task AFileReplacedBetweenTheStoringAndTheAnswerIsNotDeleted()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        var release = new TaskCompletionSource();
        var stall = stand.Server.Faults.Add(Fault.Stall(release.Task).AfterStoring().On(S3Operation.PutObject).Times(1));
        var path = stand.Write("file", PipelineStand.Bytes(Small));
        await using var running = stand.Run();
        await stall.Reached.WaitAsync(Cancel);
        if (OperatingSystem.IsWindows())
        {
            // There whoever reads it keeps others from replacing it.
            release.SetResult();
            return;
        }
        var bytes = PipelineStand.Bytes(Small, seed: 3);
        stand.Oracle.Expect(stand.Root, "file", bytes);
        await File.WriteAllBytesAsync(stand.Root.Path + ".new", bytes, Cancel);
        File.Move(stand.Root.Path + ".new", path, overwrite: true);
        release.SetResult();
        await Eventually.True(() => stand.Log.Count("conflict") + stand.Log.Count("left alone") > 0, stand.Log.ToString, Cancel);
        await running.StopAsync();
        Assert.Equal(bytes, await File.ReadAllBytesAsync(path, Cancel));
    }

    [Fact]
    public async Task AnAbortThatFailsIsTriedAgainAsWhatWasSentWouldBeBilledForEver()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Server.Faults.Add(Fault.Answer(400, "InvalidArgument").On(S3Operation.UploadPart).Times(1));
        stand.Server.Faults.Add(Fault.Answer(503, "SlowDown").On(S3Operation.AbortMultipartUpload).Times(2));
        stand.Write("file", PipelineStand.Bytes(Large));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal((2, 0), (stand.Server.Count(S3Operation.CreateMultipartUpload), stand.Server.OpenUploads));
        Assert.Equal(new OracleCount(0, 1, 0), stand.Oracle.Check());
    }

    [Fact]
    public async Task ALargeFileIsUploadedInBoundedMemory()
    {
        const long length = 300L << 20;
        const int memory = 16 << 20, part = 5 << 20;
        using var directory = new TemporaryDirectory();
        await using var server = await S3Server.Start(new() { DiscardBodies = true }, "bucket");
        using var bucket = PipelineStand.OpenBucket(server, ChecksumKind.Crc64Nvme, isAws: true);
        using (var file = File.Create(directory["large"]))
            file.SetLength(length);
        var buffers = new Buffers(memory, memory);
        var upload = new Upload(Platform.OpenDisk([directory.Path]), bucket, buffers, new(TimeSpan.Zero, part, false), new DirectoryPaces([new(0, directory.Path, "bucket", "in")], TimeProvider.System), new Inbox(1000, new()), TimeProvider.System, new CapturedLog());
        var job = new Job(new(0, directory.Path, "bucket", "in"), "large") { Stage = Stage.Pending };
        var outcome = await upload.TryAsync(job, Cancel);
        job.Release();
        Assert.Equal((Happening.Proven, length), (outcome.Happening, server.Objects("bucket")["in/large"].Size));
        Assert.Equal((0, memory), (buffers.InUse, buffers.Limit));
    }
}
