using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;
using Conditions = S3Sync.Tests.Support.S3.Conditions;
using Fault = S3Sync.Tests.Support.S3.Fault;

namespace S3Sync.Tests.Sync;

/// <summary>
/// Invariant 7 from the first request on: an account that may not look at keys, and a server of which nothing is known yet.
/// Whatever --compat says, and whoever comes first.
/// </summary>
public sealed class NeverOverwriteTests
{
    const int Small = 1000, Large = 2 * PipelineStand.PartSize + 7;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> EveryCompat => [.. Enum.GetNames<Compat>()];

    [Theory]
    [InlineData("ignores", 200, 16)]
    [InlineData("ignores", 3, 1)]
    [InlineData("refuses", 200, 16)]
    [InlineData("refuses", 3, 1)]
    public async Task WhereNothingCanBeSeenNorIsProtectedNothingIsWritten(string server, int files, int uploaders)
    {
        await using var stand = await PipelineStand.Start(server == "ignores" ? Profile.IgnoresConditions : Profile.RefusesConditions, ChecksumKind.Md5);
        var here = await ConflictAsync(stand, files);
        LooksAreRefused(stand.Server);
        Assert.Equal((null, files), await DrainAsync(stand, uploaders));
        AssertKept(stand, here);
        Assert.Equal(files, LedgerRows.All(stand.Ledger).Count(row => row.Error!.EndsWith("allow s3:GetObject and s3:ListBucket", StringComparison.Ordinal)));
        // Beside those of this test.
        Assert.InRange(stand.Server.Count(S3Operation.PutObject) - files, 1, 2);
    }

    [Theory, MemberData(nameof(EveryCompat))]
    public async Task NoWordOfWhoseServerItIsMakesItTrusted(string compat)
    {
        await using var stand = await PipelineStand.Start(Profile.IgnoresConditions, ChecksumKind.Md5, compat: Enum.Parse<Compat>(compat));
        var here = await ConflictAsync(stand, 3);
        LooksAreRefused(stand.Server);
        Assert.Equal((null, 3), await DrainAsync(stand, 3));
        AssertKept(stand, here);
    }

    [Theory, MemberData(nameof(EveryCompat))]
    public async Task AServerThatHonoursTheConditionOnPutObjectOnlyDoesNotReplaceWhatIsSentInParts(string compat)
    {
        await using var stand = await PipelineStand.Start(Profile.Aws with { OnComplete = Conditions.Ignored }, compat: Enum.Parse<Compat>(compat));
        var here = await ConflictAsync(stand, 2, Large);
        LooksAreRefused(stand.Server);
        stand.Write("new", PipelineStand.Bytes(Small));
        Assert.Equal((null, 2), await DrainAsync(stand, 3));
        AssertKept(stand, here, ["in/new"]);
        // What cannot be completed is not sent either.
        Assert.Equal((0, 1), (stand.Server.OpenUploads, stand.Server.Count(S3Operation.UploadPart)));
    }

    [Theory, MemberData(nameof(EveryCompat))]
    public async Task AnObjectThatAppearsWhilePartsAreSentIsNotReplaced(string compat)
    {
        await using var stand = await PipelineStand.Start(Profile.Aws with { OnComplete = Conditions.Ignored }, compat: Enum.Parse<Compat>(compat));
        stand.Write("small", PipelineStand.Bytes(Small));
        Assert.Equal((null, 0), await DrainAsync(stand, 1));
        var release = new TaskCompletionSource();
        var stall = stand.Server.Faults.Add(Fault.Stall(release.Task).On(S3Operation.UploadPart).Times(1));
        stand.Write("first", PipelineStand.Bytes(Small));
        var path = stand.Write("large", PipelineStand.Bytes(Large));
        var drain = DrainAsync(stand, 2);
        await stall.Reached.WaitAsync(Cancel);
        await Eventually.True(() => stand.Server.Objects("bucket").ContainsKey("in/first"), stand.Log.ToString, Cancel);
        var foreign = PipelineStand.Bytes(Small, seed: 9);
        await new BucketView(stand.Server.Url, "bucket").Put("in/large", foreign, Cancel);
        release.SetResult();
        Assert.Equal((null, 1), await drain);
        Assert.True(File.Exists(path));
        Assert.Equal(foreign, stand.Server.Objects("bucket")["in/large"].Bytes());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public async Task WhereTheServerProtectsWhatIsThereAnAccountThatMayOnlyWriteUploadsAll(int uploaders)
    {
        await using var stand = await PipelineStand.Start();
        var here = await ConflictAsync(stand, 5);
        LooksAreRefused(stand.Server);
        for (var i = 0; i < 40; i++)
            stand.Write($"new{i}", PipelineStand.Bytes(i < 4 ? Large : Small, i));
        Assert.Equal((null, 5), await DrainAsync(stand, uploaders));
        AssertKept(stand, here, Enumerable.Range(0, 40).Select(i => $"in/new{i}"));
        // Tried once for each of the two requests that make objects, and removed; all else is what the files cost, and this test.
        Assert.InRange(stand.Server.Count(S3Operation.PutObject) - (36 + 5 + 5), 2, 3);
        Assert.InRange(stand.Server.Count(S3Operation.DeleteObject), 1, 2);
        Assert.Equal((5, 0), (stand.Server.Count(S3Operation.CompleteMultipartUpload), stand.Server.OpenUploads));
    }

    [Fact]
    public async Task WhileOneTriesNobodyWrites()
    {
        await using var stand = await PipelineStand.Start(Profile.IgnoresConditions, ChecksumKind.Md5);
        var here = await ConflictAsync(stand, 40);
        LooksAreRefused(stand.Server);
        var release = new TaskCompletionSource();
        var stall = stand.Server.Faults.Add(Fault.Stall(release.Task).On(S3Operation.PutObject).Times(1));
        var puts = stand.Server.Count(S3Operation.PutObject);
        var drain = DrainAsync(stand, 16);
        await stall.Reached.WaitAsync(Cancel);
        await Eventually.True(() => stand.Server.Count(S3Operation.HeadObject) >= 16, stand.Log.ToString, Cancel);
        Assert.Equal(1, stand.Server.Count(S3Operation.PutObject) - puts);
        release.SetResult();
        Assert.Equal((null, 40), await drain);
        AssertKept(stand, here);
    }

    [Fact]
    public async Task ATrialThatIsNotAllowedLeavesTheFilesWaitingAndIsRepeatedLater()
    {
        await using var stand = await PipelineStand.Start();
        var here = await ConflictAsync(stand, 2);
        LooksAreRefused(stand.Server);
        stand.Write("new", PipelineStand.Bytes(Small));
        var refused = stand.Server.Faults.Add(Fault.Answer(400, "InvalidRequest").Where(request => request.Key.Contains(Oracle.Probe, StringComparison.Ordinal)));
        await using (var running = stand.Run(rules => rules with { Uploaders = 3 }))
        {
            await Eventually.True(() => stand.Log.Count("could not be tried") >= 3, stand.Log.ToString, Cancel);
            await running.StopAsync();
        }
        AssertKept(stand, [.. here, stand.Root.FullPath("new")], []);
        stand.Server.Faults.Remove(refused);
        Assert.Equal((null, 2), await DrainAsync(stand, 3));
        AssertKept(stand, here, ["in/new"]);
    }

    [Theory]
    [InlineData("write")]
    [InlineData("second write")]
    [InlineData("removal")]
    public async Task ATrialThatIsCutOffIsRepeatedAndLeavesNothing(string where)
    {
        await using var stand = await PipelineStand.Start();
        var here = await ConflictAsync(stand, 2);
        LooksAreRefused(stand.Server);
        stand.Write("new", PipelineStand.Bytes(Small));
        var lost = where == "removal" ? Fault.LoseAnswer().On(S3Operation.DeleteObject) : Fault.LoseAnswer().On(S3Operation.PutObject).Skip(where == "write" ? 0 : 1);
        stand.Server.Faults.Add(lost.Where(request => request.Key.Contains(Oracle.Probe, StringComparison.Ordinal)).Times(1));
        Assert.Equal((null, 2), await DrainAsync(stand, 3));
        Assert.Equal(1, lost.Struck);
        AssertKept(stand, here, ["in/new"]);
    }

    [Fact]
    public async Task AnAccountThatMayNotDeleteIsToldOnceWhatIsLeft()
    {
        await using var stand = await PipelineStand.Start();
        LooksAreRefused(stand.Server);
        stand.Server.Faults.Add(Fault.Answer(403, "AccessDenied").On(S3Operation.DeleteObject));
        for (var i = 0; i < 20; i++)
            stand.Write($"{i}", PipelineStand.Bytes(Small, i));
        Assert.Equal((null, 0), await DrainAsync(stand, 16));
        var left = Assert.Single(stand.Server.Objects("bucket").Keys, key => key.Contains(Oracle.Probe, StringComparison.Ordinal));
        Assert.Equal(1, stand.Log.Count($"s3://bucket/{left}"));
        Assert.Equal(new OracleCount(0, 20, 0), stand.Oracle.Check());
    }

    /// <summary>Of a trial in a bucket that keeps versions neither object nor marker stays; without the right to remove versions the object is hidden.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhereVersionsAreKeptTheTrialIsRemovedAsFarAsItMayBe(bool mayDeleteVersions)
    {
        await using var stand = await PipelineStand.Start(Profile.IgnoresConditions, ChecksumKind.Md5);
        stand.Server.SetVersioning("bucket", enabled: true);
        var here = await ConflictAsync(stand, 3);
        LooksAreRefused(stand.Server);
        if (!mayDeleteVersions)
            stand.Server.Faults.Add(Fault.Answer(403, "AccessDenied").Where(request => request.Operation == S3Operation.DeleteObject && request.Target["versionId"] is not null));
        Assert.Equal((null, 3), await DrainAsync(stand, 3));
        AssertKept(stand, here);
        Assert.Equal(mayDeleteVersions ? 0 : 1, stand.Log.Count("it could not be removed"));
    }

    /// <summary>The object that was written once more to see what the server does is the one that is there.</summary>
    [Fact]
    public async Task WhereVersionsAreKeptTheReceiptNamesTheOneThatIsThere()
    {
        await using var stand = await PipelineStand.Start(Profile.IgnoresConditions, ChecksumKind.Md5);
        stand.Server.SetVersioning("bucket", enabled: true);
        stand.Write("file", PipelineStand.Bytes(Small));
        Assert.Equal((null, 0), await DrainAsync(stand, 1));
        Assert.Equal(2, stand.Server.Count(S3Operation.PutObject));
        Assert.Equal(stand.Server.Objects("bucket")["in/file"].VersionId, LedgerRows.Of(stand.Ledger, "file")!.Value.Version);
    }

    /// <summary>An answer to HEAD has no body: an ended token must not look like a right that is missing.</summary>
    [Theory]
    [InlineData(400, "ExpiredToken")]
    [InlineData(403, "InvalidAccessKeyId")]
    [InlineData(403, "RequestTimeTooSkewed")]
    public async Task CredentialsThatEndParkNoFileWhereEveryKeyIsLookedAt(int status, string code)
    {
        await using var stand = await PipelineStand.Start(Profile.IgnoresConditions, ChecksumKind.Md5);
        await using var running = stand.Run();
        stand.Write("first", PipelineStand.Bytes(Small));
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 1, stand.Log.ToString, Cancel);
        var ended = stand.Server.Faults.Add(Fault.Answer(status, code));
        for (var i = 0; i < 8; i++)
            stand.Write($"{i}", PipelineStand.Bytes(i == 0 ? Large : Small, i));
        await Eventually.True(() => stand.Log.Count("the endpoint fails") > 0, stand.Log.ToString, Cancel);
        stand.Server.Faults.Remove(ended);
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 9, stand.Log.ToString, Cancel);
        Assert.Equal(0, stand.Log.Count("parked"));
    }

    [Fact]
    public async Task EachBucketIsTriedByItselfAsOneAddressMayStandForSeveralServers()
    {
        await using var stand = await PipelineStand.Start(Profile.Aws, ChecksumKind.Md5);
        stand.Server.CreateBucket("other");
        var second = stand.AddRoot("second", bucket: "other");
        stand.Write("file", PipelineStand.Bytes(Small));
        Assert.Equal((null, 0), await DrainAsync(stand, 1));
        var foreign = PipelineStand.Bytes(Small, seed: 9);
        await new BucketView(stand.Server.Url, "other").Put("second/file", foreign, Cancel);
        stand.Oracle.Foreign("other", "second/file", foreign);
        await using var running = stand.Run(rules => rules with { Uploaders = 1 });
        stand.Write("next", PipelineStand.Bytes(Small));
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 1, stand.Log.ToString, Cancel);
        stand.Server.Profile = Profile.IgnoresConditions;
        var path = stand.Write("file", PipelineStand.Bytes(Small), second);
        await Eventually.True(() => stand.Log.Count("conflict") == 1, stand.Log.ToString, Cancel);
        Assert.True(File.Exists(path));
        Assert.Equal(foreign, stand.Server.Objects("other")["second/file"].Bytes());
    }

    /// <summary>As a policy with s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload alone has it.</summary>
    internal static void LooksAreRefused(S3Server server) => server.Faults.Add(Fault.Answer(403, "AccessDenied").Where(request => request.Operation is S3Operation.HeadObject or S3Operation.GetObject or S3Operation.ListObjectsV2));

    /// <summary>Puts an object of the same length under the key of each file that it writes; returns their paths.</summary>
    static async Task<string[]> ConflictAsync(PipelineStand stand, int files, int length = Small)
    {
        var view = new BucketView(stand.Server.Url, "bucket");
        for (var i = 0; i < files; i++)
        {
            var foreign = PipelineStand.Bytes(length, 1000 + i);
            await view.Put($"in/there{i}", foreign, Cancel);
            stand.Oracle.Foreign("bucket", $"in/there{i}", foreign);
        }
        return [.. Enumerable.Range(0, files).Select(i => stand.Write($"there{i}", PipelineStand.Bytes(length, i)))];
    }

    static async Task<(Exception? Fault, long Parked)> DrainAsync(PipelineStand stand, int uploaders)
    {
        var result = await stand.DrainAsync(Cancel, rules => rules with { Uploaders = uploaders });
        return (result.Fault, result.Parked);
    }

    /// <summary>The files are here, what was there is as it was, and besides it only those keys.</summary>
    static void AssertKept(PipelineStand stand, IEnumerable<string> here, IEnumerable<string>? more = null)
    {
        Assert.All(here, path => Assert.True(File.Exists(path), path));
        stand.Oracle.Check();
        Assert.Equal((more ?? []).Order(StringComparer.Ordinal), stand.Server.Objects("bucket").Keys.Where(key => !key.StartsWith("in/there", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }
}
