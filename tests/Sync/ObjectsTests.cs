using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>What a directory's objects get, through the whole pipeline: in one request, in parts, and where the server must be asked twice.</summary>
public sealed class ObjectsTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1000)]
    [InlineData((3 * PipelineStand.PartSize) + 1)]
    public async Task EachDirectoryGivesItsOwn(int length)
    {
        await using var stand = await PipelineStand.Start();
        stand.AddRoot("plain");
        stand.Roots[0] = stand.Root with { Objects = new(new() { StorageClass = "STANDARD_IA", Tags = [("a", "1")], FileFacts = true }) };
        var full = stand.Write("dir/é.csv", PipelineStand.Bytes(length), stand.Roots[0]);
        var modified = new System.IO.FileInfo(full).LastWriteTimeUtc;
        stand.Write("a.csv", PipelineStand.Bytes(length, seed: 2), stand.Roots[1]);
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));

        var objects = stand.Server.Objects(PipelineStand.BucketName);
        var (own, plain) = (objects["in/dir/é.csv"], objects["plain/a.csv"]);
        Assert.Equal("a=1", own.Tagging);
        Assert.Equal(
        [
            ("content-type", "application/octet-stream"),
            ("x-amz-meta-mtime", ObjectTraits.Seconds((modified - System.DateTime.UnixEpoch).Ticks * 100)),
            ("x-amz-meta-source-path", HeaderText.Of(System.IO.Path.GetFullPath(full))),
            ("x-amz-meta-source-size", $"{length}"),
            ("x-amz-storage-class", "STANDARD_IA"),
        ], own.Headers.Select(header => (header.Key, header.Key == "x-amz-meta-mtime" ? ToTicks(header.Value) : header.Value)).Order());
        Assert.Null(plain.Tagging);
        Assert.Equal([("content-type", "application/octet-stream")], plain.Headers.Select(header => (header.Key, header.Value)));
        // What .NET tells of a file's time ends there.
        static string ToTicks(string seconds) => seconds.IndexOf('.') is > 0 and var point && seconds.Length > point + 8 ? seconds[..(point + 8)].TrimEnd('0').TrimEnd('.') : seconds;
    }

    /// <summary>Encrypted by KMS, an ETag is no MD5; a CRC is what it always was.</summary>
    [Theory]
    [InlineData(1000, "aws:kms")]
    [InlineData((3 * PipelineStand.PartSize) + 1, "aws:kms:dsse")]
    public async Task WithKmsACrcProvesWhatAnEtagCannot(int length, string encryption)
    {
        await using var stand = await PipelineStand.Start(checksum: ChecksumKind.Crc32);
        stand.Roots[0] = stand.Root with { Objects = new(new() { Encryption = encryption }) };
        stand.Write("a", PipelineStand.Bytes(length), stand.Roots[0]);
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        var stored = stand.Server.Objects(PipelineStand.BucketName)["in/a"];
        Assert.Equal(encryption, stored.Headers["x-amz-server-side-encryption"]);

        await using var by = await PipelineStand.Start(checksum: ChecksumKind.Md5);
        by.Roots[0] = by.Root with { Objects = new(new() { Encryption = encryption }) };
        by.Write("a", PipelineStand.Bytes(length), by.Roots[0]);
        Assert.Equal(1, (await by.DrainAsync(Cancel)).Parked);
    }

    [Fact]
    public async Task WhereConditionsAreRefusedTheSecondRequestGivesTheSame()
    {
        await using var stand = await PipelineStand.Start(Profile.RefusesConditions);
        stand.Roots[0] = stand.Root with { Objects = new(new() { Metadata = [("a", "1")] }) };
        stand.Write("small", PipelineStand.Bytes(10), stand.Roots[0]);
        stand.Write("large", PipelineStand.Bytes(2 * PipelineStand.PartSize), stand.Roots[0]);
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.All(stand.Server.Objects(PipelineStand.BucketName).Values, stored => Assert.Equal("1", stored.Headers["x-amz-meta-a"]));
    }
}
