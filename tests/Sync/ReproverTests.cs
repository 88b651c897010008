using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>What is read again before it is deleted, as it was touched after its upload.</summary>
public sealed class ReproverTests
{
    const int Most = 16 * 1024;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TheSameBytesAreTheSameAndOthersAreNot()
    {
        using var directory = new TemporaryDirectory();
        var bytes = PipelineStand.Bytes(1000);
        File.WriteAllBytes(directory["file"], bytes);
        Assert.NotNull(await SameContentAsync(directory, Digest.Of(ChecksumKind.Crc32C, bytes).Whole));
        Assert.Null(await SameContentAsync(directory, Digest.Of(ChecksumKind.Crc32C, PipelineStand.Bytes(1000, seed: 9)).Whole));
    }

    /// <summary>An earlier run may have had larger buffers. The one loop that deletes goes on with the others.</summary>
    [Fact]
    public async Task AFileWhosePartsNoBufferHoldsIsNotTakenForTheSameAndIsNoFault()
    {
        using var directory = new TemporaryDirectory();
        using (var file = File.Create(directory["file"]))
            file.SetLength((long)UploadRules.MostParts * Most + 1);
        Assert.Null(await SameContentAsync(directory, "AAAAAA=="));
    }

    static async Task<Stamp?> SameContentAsync(TemporaryDirectory directory, string checksum)
    {
        var root = new Root(0, directory.Path, "bucket", "in");
        var disk = Platform.OpenDisk([root.Path]);
        Assert.True(disk.Look(directory["file"], out var stamp).Ok);
        var job = new Job(root, "file") { Stamp = stamp, Receipt = new(ChecksumKind.Crc32C, checksum, "", null) };
        return await new Reprover(disk, new(Most, Most), new(default, 1024, AcceptUnproven: false), TimeProvider.System).SameContentAsync(job, Cancel);
    }
}
