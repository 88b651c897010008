using System;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>In the steady state a file costs no allocation where it only passes through: what is not allocated is not collected, and memory stays flat at any rate.</summary>
public sealed class AllocationTests
{
    const int Files = 1000;

    readonly byte[] body = Pattern4096();

    [Theory]
    [InlineData(nameof(ChecksumKind.Crc64Nvme))]
    [InlineData(nameof(ChecksumKind.Crc32C))]
    [InlineData(nameof(ChecksumKind.Crc32))]
    [InlineData(nameof(ChecksumKind.Md5))]
    public void ADigestAllocatesNothing(string kind)
    {
        var parsed = Enum.Parse<ChecksumKind>(kind);
        using var pieces = new DigestInPieces(parsed);
        AllocatesNothing(_ =>
        {
            var whole = Digest.Of(parsed, body);
            pieces.Append(body);
            Assert.True(pieces.Finish() == whole);
        });
    }

    [Fact]
    public void TheSettlerAllocatesNothing()
    {
        var settler = new Settler(TimeSpan.FromSeconds(1), Files);
        var paths = Paths();
        AllocatesNothing(i =>
        {
            var now = TimeSpan.FromSeconds(2 * i);
            Assert.True(settler.Touch(0, paths[i % Files], closed: true, now, out _));
            Assert.True(settler.TryTake(now + TimeSpan.FromSeconds(1), out _, out _, out _));
        });
    }

    [Fact]
    public void ARowsWholeLifeInTheLedgerAllocatesNothing()
    {
        using var directory = new TemporaryDirectory();
        using var ledger = Ledger.Open(directory["ledger"]);
        var (root, target) = (ledger.RootId("/in"), ledger.TargetId("bucket", "in"));
        var paths = Paths();
        Receipt receipt = new(ChecksumKind.Crc64Nvme, "rosUhgyXmIg=", "b1946ac92492d2347c6235b4d2611184", null);
        AllocatesNothing(i =>
        {
            ledger.Begin();
            ledger.Add(root, paths[i], i, i);
            ledger.SetUploaded(root, paths[i], i, i, new(1, 4096, 1, 1), target, receipt);
            ledger.SetDeleted(root, paths[i], i, null);
            ledger.Commit();
        });
    }

    [Fact]
    public void ABufferIsLentAgainAndAgain()
    {
        var buffers = new Buffers(1 << 20, 1 << 20);
        AllocatesNothing(_ => buffers.Return(buffers.RentAsync(4096, TestContext.Current.CancellationToken).Result));
    }

    /// <summary>After the first half, in which caches and tables grow to their size.</summary>
    static void AllocatesNothing(Action<int> each)
    {
        var before = 0L;
        for (var i = 0; i < Files; i++)
        {
            if (i == Files / 2)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }
            each(i);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    static string[] Paths()
    {
        var paths = new string[Files];
        for (var i = 0; i < Files; i++)
        {
            paths[i] = $"2026/11/23/measurement-{i:000000}.csv";
        }
        return paths;
    }

    static byte[] Pattern4096()
    {
        var bytes = new byte[4096];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
