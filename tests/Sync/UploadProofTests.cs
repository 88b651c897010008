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

/// <summary>Invariants 2 and 7: nothing is deleted that the server has not proven, nothing is overwritten; on every kind of server.</summary>
public sealed class UploadProofTests
{
    const int Small = 1000, Large = 3 * PipelineStand.PartSize + 7;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<int> Lengths => [Small, Large];

    [Theory]
    [InlineData("Crc64Nvme", true)]
    [InlineData("Crc32C", true)]
    [InlineData("Crc32", true)]
    [InlineData("Md5", false)]
    public async Task EveryKindOfChecksumProvesSmallAndLargeFiles(string name, bool isAws)
    {
        var kind = Enum.Parse<ChecksumKind>(name);
        await using var stand = await PipelineStand.Start(isAws ? Profile.Aws : Profile.Generic, kind, isAws);
        stand.Write("empty", []);
        stand.Write("small", PipelineStand.Bytes(Small));
        stand.Write("large", PipelineStand.Bytes(Large));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(new OracleCount(0, 3, 0), stand.Oracle.Check());
        Assert.All(LedgerRows.All(stand.Ledger), row => Assert.Equal(kind, row.Kind));
    }

    [Theory, MemberData(nameof(Lengths))]
    public async Task AServerThatProvesNothingKeepsTheFileAndItIsSaid(int length)
    {
        await using var stand = await PipelineStand.Start(Profile.ProvesNothing, ChecksumKind.Md5);
        var path = stand.Write("file", PipelineStand.Bytes(length));
        var result = await stand.DrainAsync(Cancel);
        Assert.Equal((null, 1L, 1L), (result.Fault, result.Parked, result.Pending));
        Assert.True(File.Exists(path));
        Assert.Equal(1, stand.Log.Count("the server proves nothing"));
        Assert.Null(LedgerRows.Of(stand.Ledger, "file")!.Value.Uploaded);
    }

    [Theory, MemberData(nameof(Lengths))]
    public async Task AServerThatProvesNothingIsAcceptedWhenTheSettingsSaySo(int length)
    {
        await using var stand = await PipelineStand.Start(Profile.ProvesNothing, ChecksumKind.Md5);
        stand.Write("file", PipelineStand.Bytes(length));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel, rules => rules with { AcceptUnproven = true }));
        Assert.Equal(new OracleCount(0, 1, 0), stand.Oracle.Check());
        Assert.Equal(ChecksumKind.None, LedgerRows.Of(stand.Ledger, "file")!.Value.Kind);
    }

    [Theory, MemberData(nameof(Lengths))]
    public async Task AChecksumThatDiffersIsNeverProofNotEvenWhenUnprovenIsAccepted(int length)
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Server.Faults.Add(Fault.WrongChecksum());
        var path = stand.Write("file", PipelineStand.Bytes(length));
        var result = await stand.DrainAsync(Cancel, rules => rules with { AcceptUnproven = true });
        Assert.Equal(1, result.Parked);
        Assert.True(File.Exists(path));
        Assert.Null(LedgerRows.Of(stand.Ledger, "file")!.Value.Uploaded);
    }

    [Theory, MemberData(nameof(Lengths))]
    public async Task AnETagThatDiffersIsNoProofWhereTheETagIsTheProof(int length)
    {
        await using var stand = await PipelineStand.Start(Profile.Generic, ChecksumKind.Md5);
        stand.Server.Faults.Add(Fault.WrongETag());
        var path = stand.Write("file", PipelineStand.Bytes(length));
        Assert.Equal(1, (await stand.DrainAsync(Cancel)).Parked);
        Assert.True(File.Exists(path));
    }

    public static TheoryData<string, bool, int> Servers
    {
        get
        {
            TheoryData<string, bool, int> all = [];
            foreach (var length in (int[])[Small, Large])
            {
                all.Add("aws", true, length);
                all.Add("generic", false, length);
                all.Add("ignores", false, length);
                all.Add("refuses", false, length);
            }
            return all;
        }
    }

    static Profile ProfileOf(string name) => name switch
    {
        "aws" => Profile.Aws,
        "generic" => Profile.Generic,
        "ignores" => Profile.IgnoresConditions,
        _ => Profile.RefusesConditions,
    };

    static ChecksumKind KindOf(string name) => name == "aws" ? ChecksumKind.Crc64Nvme : ChecksumKind.Md5;

    [Theory, MemberData(nameof(Servers))]
    public async Task OtherContentUnderTheKeyIsAConflictThatReplacesAndDeletesNothing(string server, bool isAws, int length)
    {
        await using var stand = await PipelineStand.Start(ProfileOf(server), KindOf(server), isAws);
        byte[] foreign = PipelineStand.Bytes(length, seed: 9);
        await new BucketView(stand.Server.Url, "bucket").Put("in/file", foreign, Cancel);
        stand.Oracle.Foreign("bucket", "in/file", foreign);
        var path = stand.Write("file", PipelineStand.Bytes(length));
        for (var i = 0; i < 20; i++)
            stand.Write($"other{i}", PipelineStand.Bytes(100, i + 100));
        var result = await stand.DrainAsync(Cancel);
        Assert.Equal(1, result.Parked);
        Assert.True(File.Exists(path));
        Assert.Equal(20, stand.Log.Count("uploaded and deleted"));
        Assert.Equal(1, stand.Log.Count("conflict"));
        Assert.Equal(foreign, await new BucketView(stand.Server.Url, "bucket").Get("in/file", Cancel));
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task TheSameContentUnderTheKeyIsAdopted(string server, bool isAws, int length)
    {
        await using var stand = await PipelineStand.Start(ProfileOf(server), KindOf(server), isAws);
        stand.Write("file", PipelineStand.Bytes(length));
        // Put there by a run whose ledger was lost.
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel, rules => rules with { Keep = true }));
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(stand.Ledger)!))
            File.Delete(file);
        var before = stand.Server.Objects("bucket").Single().Value;
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(1, stand.Log.Count("adopted"));
        Assert.Equal(new OracleCount(0, 1, 0), stand.Oracle.Check());
        Assert.Same(before, stand.Server.Objects("bucket").Single().Value);
    }

    [Theory, MemberData(nameof(Lengths))]
    public async Task OurOwnWriteWhoseAnswerWasLostIsRecognised(int length)
    {
        var write = length == Large ? S3Operation.CompleteMultipartUpload : S3Operation.PutObject;
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Server.Faults.Add(Fault.LoseAnswer().On(write).Times(1));
        stand.Write("file", PipelineStand.Bytes(length));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(new OracleCount(0, 1, 0), stand.Oracle.Check());
        Assert.Equal(1, stand.Log.Count("adopted"));
    }

    [Theory, MemberData(nameof(Lengths))]
    public async Task AConflictOfSimultaneousWritesIsTriedAgainAndNoFailure(int length)
    {
        var write = length == Large ? S3Operation.CompleteMultipartUpload : S3Operation.PutObject;
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Server.Faults.Add(Fault.Answer(409, "ConditionalRequestConflict").On(write).Times(2));
        stand.Write("file", PipelineStand.Bytes(length));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(new OracleCount(0, 1, 0), stand.Oracle.Check());
        Assert.Equal(0, stand.Log.Count("failed "));
    }

    [Theory]
    [InlineData("ignores", "ignores If-None-Match")]
    [InlineData("refuses", "does not know If-None-Match")]
    public async Task AServerWithoutConditionalWritesIsDetectedAndSaidOnce(string server, string said)
    {
        await using var stand = await PipelineStand.Start(ProfileOf(server), ChecksumKind.Md5);
        for (var i = 0; i < 30; i++)
            stand.Write($"{i}", PipelineStand.Bytes(100, i));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(1, stand.Log.Count(said));
        Assert.Equal(new OracleCount(0, 30, 0), stand.Oracle.Check());
    }

    [Fact]
    public async Task AServerThatHonoursConditionsIsAskedNothingBesidesAfterTheFirstFile()
    {
        await using var stand = await PipelineStand.Start(Profile.Generic, ChecksumKind.Md5);
        for (var i = 0; i < 50; i++)
            stand.Write($"{i}", PipelineStand.Bytes(100, i));
        await stand.DrainAsync(Cancel, rules => rules with { Uploaders = 1 });
        Assert.Equal((51, 1), (stand.Server.Count(S3Operation.PutObject), stand.Server.Count(S3Operation.HeadObject)));
    }

    [Fact]
    public async Task AnErrorInTheBodyOfACompleteThatSays200IsNoSuccess()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Server.Faults.Add(Fault.Answer(200, "InternalError").On(S3Operation.CompleteMultipartUpload).Times(1));
        stand.Write("file", PipelineStand.Bytes(Large));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(new OracleCount(0, 1, 0), stand.Oracle.Check());
        Assert.Equal(0, stand.Server.OpenUploads);
    }
}
