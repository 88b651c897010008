using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.EndToEnd;

/// <summary>
/// The published program, as a process of its own, against an S3 server. The same tests run on each server; every test has its own bucket,
/// directory and ledger.
/// </summary>
public abstract partial class EndToEndTests : IAsyncLifetime
{
    static readonly long[] Sizes = [0, 1, 4095, 4096, 65_537, 300_000];

    private protected Scene Scene { get; private set; } = null!;

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Starts the server, or finds it.</summary>
    private protected abstract Task<string> Open();

    private protected virtual ValueTask Close() => default;

    public async ValueTask InitializeAsync()
    {
        var exe = await Needs.PublishedExe();
        Scene = await Scene.Open(exe.Path, await Open());
    }

    public async ValueTask DisposeAsync()
    {
        if (Scene is not null)
            await Scene.DisposeAsync();
        await Close();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task TenThousandSmallFilesAreMovedByOneDrain()
    {
        for (var i = 0; i < 10_000; i++)
            Scene.Write($"{i % 100:D2}/{i:D5}.bin", 4096);
        await Scene.Drain();
        await Scene.AssertAllMoved();
        Assert.Empty(Scene.Files());
    }

    [Fact]
    public async Task FilesOfEverySizeAreMovedFromADeepTree()
    {
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var depth = string.Concat(Enumerable.Range(0, random.Next(12)).Select(level => $"level {level}/"));
            // Most files are small and a few are large, as they are.
            Scene.Write($"{depth}{i:D4}.dat", (long)Math.Pow(2, random.NextDouble() * 18) - 1);
        }
        // Around a part of 8 MiB and a multiple of it, where one request becomes several and the last part is one byte or full.
        foreach (var size in (long[])[(8 << 20) - 1, 8 << 20, (8 << 20) + 1, 16 << 20, (16 << 20) + 1, 25_000_000, 40_000_000])
            Scene.Write($"large/{size}.dat", size);
        await Scene.Drain();
        await Scene.AssertAllMoved();
        Assert.Equal(0, await Scene.View.CountUploads(Cancel));
    }

    [Fact]
    public async Task KeptFilesAreDeletedByALaterRunWithoutUploadingThemAgain()
    {
        for (var i = 0; i < 50; i++)
            Scene.Write($"{i}.dat", Sizes[i % Sizes.Length]);
        var kept = await Scene.Drain(more: ["--keep"]);
        var between = await Scene.Judge();
        between.AssertSound();
        Assert.Equal((50, 50, 50), (between.Left, between.InBucket, between.Receipts));
        Assert.Equal(50, kept.Count("uploaded and kept"));

        var second = await Scene.Drain();
        await Scene.AssertAllMoved();
        Assert.Contains("0 uploaded", second.Output);
    }

    [Fact]
    public async Task ADryRunTouchesNothing()
    {
        for (var i = 0; i < 20; i++)
            Scene.Write($"{i}.dat", Sizes[i % Sizes.Length]);
        var before = Tree();
        var run = await Scene.Drain(more: ["--dry-run"]);
        Assert.Equal(before, Tree());
        Assert.Empty(await Scene.View.List(Cancel));
        Assert.Equal(20, run.Count("would upload and delete"));
    }

    /// <summary>Everything in the scene, the place of the ledger included: names, sizes and times.</summary>
    List<(string, long, DateTime)> Tree() =>
        [.. new DirectoryInfo(Scene.Place).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Select(entry => (entry.FullName, (entry as FileInfo)?.Length ?? 0, entry.LastWriteTimeUtc)).Order()];
}
