using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>A limit of its own for one watched directory: it is held to it, and nobody else waits for it.</summary>
public sealed class DirectoryPaceTests
{
    // A second of the limit each.
    const int Second = 1 << 20;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ADirectoryIsHeldToItsLimitWhileTheOthersGoOn()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        Limit(stand, "1");
        var other = stand.AddRoot("other");
        for (var i = 0; i < 6; i++)
            stand.Write($"{i}", PipelineStand.Bytes(Second / 20, i));
        stand.Write("large", PipelineStand.Bytes(Second));
        for (var i = 0; i < 100; i++)
            stand.Write($"{i}", PipelineStand.Bytes(1000, i), other);
        ManualTime time = new();
        await using var running = stand.Run(clock: time);
        await Eventually.True(() => Directory.GetFiles(other.Path).Length == 0, stand.Log.ToString, Cancel);
        // The first goes at once, and nobody has advanced the clock since.
        await Eventually.True(() => Directory.GetFiles(stand.Root.Path).Length == 6, stand.Log.ToString, Cancel);
        Assert.InRange(stand.Server.Objects("bucket").Count(one => one.Key.StartsWith("in/", StringComparison.Ordinal)), 1, 1);
        for (var elapsed = 0; elapsed < 26 && Directory.GetFiles(stand.Root.Path).Length > 0; elapsed++)
        {
            await Eventually.True(() => time.Waiting > 0 || Directory.GetFiles(stand.Root.Path).Length == 0, stand.Log.ToString, Cancel);
            time.Advance(TimeSpan.FromSeconds(0.05));
        }
        // 1.3 seconds of bytes less what went at once.
        await Eventually.True(() => Directory.GetFiles(stand.Root.Path).Length == 0, stand.Log.ToString, Cancel);
        await running.StopAsync();
        Assert.Equal(new OracleCount(0, 107, 0), stand.Oracle.Check());
    }

    [Fact]
    public void DirectoriesWithLimitsShareHalfOfTheUploaders()
    {
        Root[] roots = [new(0, "/a", "b", "a") { Bandwidth = Bandwidth.Parse("1") }, new(1, "/b", "b", "b"), new(2, "/c", "b", "c") { Bandwidth = Bandwidth.Parse("1") }];
        var paces = new DirectoryPaces(roots, TimeProvider.System);
        Assert.Equal([4, int.MaxValue, 4], roots.Select(root => paces.MostAtOnce(root.Index, 16)));
        Assert.Equal([1, int.MaxValue, 1], roots.Select(root => paces.MostAtOnce(root.Index, 1)));
    }

    static void Limit(PipelineStand stand, string limit) => stand.Roots[0] = stand.Root with { Bandwidth = Bandwidth.Parse(limit) };
}
