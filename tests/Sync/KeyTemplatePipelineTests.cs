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

namespace S3Sync.Tests.Sync;

/// <summary>Files whose keys depend on their times: the key that was proven is recorded with the proof, and is the one that counts from then on.</summary>
public sealed class KeyTemplatePipelineTests
{
    static readonly DateTime Written = new(2024, 2, 29, 23, 30, 0, DateTimeKind.Utc);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(100)]
    [InlineData(3 * PipelineStand.PartSize)]
    public async Task TheKeyOfTheUploadIsRecordedAndTheFileDeleted(int length)
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        Template(stand, "{yyyy}/{MM}/{dd}-{HH}/{path}");
        Write(stand, "sub/file", length);
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal("in/2024/02/29-23/sub/file", Assert.Single(stand.Server.Objects("bucket")).Key);
        Assert.Equal(("in/2024/02/29-23/sub/file", "in/2024/02/29-23/sub/file"), (KeyOf(stand), Entry(stand).Key));
        Assert.Equal(1, stand.Log.Count("uploaded and deleted"));
        Assert.False(File.Exists(stand.Root.FullPath(Path.Join("sub", "file"))));
    }

    [Theory]
    [InlineData("{yyyy}/{path}", null)]
    [InlineData("{yyyy}/{path}", "{dd}/{path}")]
    [InlineData(null, "{yyyy}/{path}")]
    public async Task AFileThatIsReleasedIsAskedForUnderTheKeyOfItsUploadThoughTheTemplateIsAnotherNow(string? before, string? after)
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        Template(stand, before);
        Write(stand, "file", 100);
        await stand.DrainAsync(Cancel, rules => rules with { KeepFor = TimeSpan.FromDays(7) });
        Template(stand, after);
        var key = Assert.Single(stand.Server.Objects("bucket")).Key;
        Assert.Equal(before is null ? "in/file" : "in/2024/file", key);
        var asked = 0;
        stand.Server.Arrived += request => asked += request.Operation == S3Operation.HeadObject && request.Key == key ? 1 : 0;
        ManualTime time = new();
        time.Advance(DateTimeOffset.UtcNow + TimeSpan.FromDays(8) - time.GetUtcNow());
        await using var running = stand.Run(rules => rules with { KeepFor = TimeSpan.FromDays(7) }, time);
        await Eventually.True(() => LedgerRows.Of(stand.Ledger, "file")!.Value.Code == FailureCode.OtherAddress, stand.Log.ToString, Cancel);
        Assert.Equal(0, asked);
        running.Pipeline.Ask(OperatorRequest.Of(OperatorVerb.Release, stand.Root.Path, "file"));
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 1, stand.Log.ToString, Cancel);
        Assert.Equal((1, key, before is null ? null : key), (asked, Entry(stand).Key, KeyOf(stand)));
        Assert.Equal(1, stand.Log.Count($"uploaded and deleted {stand.Root.FullPath("file")} as s3://bucket/{key}"));
    }

    [Fact]
    public async Task AFileThatIsTouchedBetweenTwoAttemptsIsUploadedUnderItsNewKeyAndNothingIsLost()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        Template(stand, "{yyyy}/{path}");
        var path = Write(stand, "file", 100);
        await stand.DrainAsync(Cancel, rules => rules with { Keep = true });
        // As after a crash between the upload and its commit: pending, and the object is there.
        LedgerRows.Execute(stand.Ledger, "UPDATE file SET uploaded = NULL, key = NULL, due = 0");
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel, rules => rules with { Keep = true }));
        Assert.Single(stand.Server.Objects("bucket"));
        Assert.Equal(1, stand.Log.Count("adopted"));
        LedgerRows.Execute(stand.Ledger, "UPDATE file SET uploaded = NULL, key = NULL, due = 0");
        File.SetLastWriteTimeUtc(path, Written.AddYears(1));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(["in/2024/file", "in/2025/file"], stand.Server.Objects("bucket").Keys.Order());
        Assert.Equal("in/2025/file", KeyOf(stand));
        Assert.False(File.Exists(path));
    }

    static void Template(PipelineStand stand, string? text) =>
        stand.Roots[0] = stand.Root with { Template = text is null ? null : KeyTemplate.Parse(text, "in", "host", out _) };

    static string Write(PipelineStand stand, string path, int length)
    {
        var full = stand.Write(path.Replace('/', Path.DirectorySeparatorChar), PipelineStand.Bytes(length));
        File.SetLastWriteTimeUtc(full, Written);
        return full;
    }

    static LedgerEntry Entry(PipelineStand stand)
    {
        using var reader = LedgerReader.Open(stand.Ledger)!;
        return Assert.Single(new LedgerEntries(reader).Receipts(0, "", 0, 10));
    }

    static string? KeyOf(PipelineStand stand) => Entry(stand).OddKey;
}
