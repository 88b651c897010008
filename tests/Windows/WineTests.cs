using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Windows;

/// <summary>The executable for Windows, end to end, under Wine. One after the other: each has a machine to keep busy.</summary>
public sealed partial class WineTests : IAsyncLifetime
{
    S3Server server = null!;
    Scene scene = null!;
    WineExe wine = null!;
    int seeds = 1_000_000;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        wine = await Needs.Wine();
        server = await S3Server.Start();
        scene = await Scene.Open(new Launch("wine", [wine.Path], WineExe.Environment, WineExe.WindowsPath, path => path.Replace('/', '\\')), server.Url);
    }

    public async ValueTask DisposeAsync()
    {
        if (scene is not null)
            await scene.DisposeAsync();
        if (server is not null)
            await server.DisposeAsync();
    }

    [Fact]
    public async Task OneFileIsPublishedAndRunsFromAnEmptyDirectory()
    {
        Assert.Equal([wine.Path], Directory.EnumerateFileSystemEntries(WineExe.Folder));
        var alone = Path.Join(scene.Place, "alone");
        Directory.CreateDirectory(alone);
        File.Copy(wine.Path, Path.Join(alone, "s3sync.exe"));
        await using var run = ProgramRun.Start("wine", alone, new Dictionary<string, string?>(WineExe.Environment) { ["HOME"] = scene.Place }, Path.Join(alone, "s3sync.exe"), "--version");
        Assert.Equal(0, await run.Exit(Scene.Limit));
        Assert.StartsWith("s3sync 0.", run.Output);
        Assert.Single(Directory.EnumerateFileSystemEntries(alone));
    }

    [Fact]
    public async Task FiveThousandFilesAreMovedByOneDrain()
    {
        for (var i = 0; i < 5000; i++)
            scene.Write($"{i % 100:D2}/{i:D5}.bin", 4096);
        scene.Write("large.bin", 20_000_000);
        await scene.Drain();
        await scene.AssertAllMoved();
        Assert.Empty(scene.Files());
    }

    [Fact]
    public async Task WhatAWindowsProcessProducesIsTakenByAWatchOnceItIsWhole()
    {
        var run = Start("-i", "1");
        await run.WaitForLine("watching", Scene.Limit);
        await Task.WhenAll(Produce("slow", 30), Produce("rename", 100), Produce("append", 50), Produce("readonly", 50));
        await Task.WhenAll(Produce("moved", 10), Produce("nested", 50), Produce("odd", 0));
        await WaitUntilGone(run);
        await Stop(run);
        await scene.AssertAllMoved();
        Assert.Equal(0, run.Count("conflict"));
    }

    [Fact]
    public async Task WhatALinuxProcessProducesIsTakenByAWatch()
    {
        var run = scene.Start();
        await run.WaitForLine("watching", Scene.Limit);
        for (var i = 0; i < 300; i++)
            scene.Write($"live/{i % 7}/{i}/deep/{i}.dat", 1000 + i);
        await WaitUntilGone(run);
        await Stop(run);
        await scene.AssertAllMoved();
    }

    [Fact]
    public async Task ARootThatIsTakenAwayIsNoticedByTheScanAndWatchedAgainWhenItComesBack()
    {
        var run = Start("--rescan-interval", "1");
        await run.WaitForLine("watching", Scene.Limit);
        // Windows itself refuses this while the directory is watched; a share that goes away does the same.
        Directory.Move(scene.Root, scene.Root + ".away");
        await run.WaitForLine("is gone or can no longer be watched", Scene.Limit);
        Directory.Move(scene.Root + ".away", scene.Root);
        scene.Write("while it was away/file.dat", 1000);
        await WaitUntilGone(run);
        scene.Write("later.dat", 1000);
        await WaitUntilGone(run);
        await Stop(run);
        await scene.AssertAllMoved();
    }

    [Fact]
    public async Task AnOverflowIsCountedAndEverythingArrives()
    {
        var run = Start("--watch-buffer", "32", "--log-level", "info");
        await run.WaitForLine("watching", Scene.Limit);
        // Two at once: the buffer is small, but so is the time it takes to empty it.
        await Task.WhenAll(Produce("many", 19_000), Task.Run(() =>
        {
            for (var i = 0; i < 1000; i++)
                scene.Write($"linux/{i % 10}/{i}.dat", 100);
        }, Cancel));
        await WaitUntilGone(run);
        await Stop(run);
        Assert.Matches(@"left.*, [\d,]+ times notifications were lost", run.Output);
        await scene.AssertAllMoved();
    }

    /// <summary>Has a Windows process of the tests' own produce, and learns from it what is to be expected. Returns its other lines.</summary>
    async Task<string[][]> Produce(string kind, int count)
    {
        var tests = await WineExe.Tests;
        await using var run = ProgramRun.Start("wine", scene.Place, WineExe.TestsEnvironment,
            tests, "producer", kind, WineExe.WindowsPath(scene.Root), $"{Interlocked.Add(ref seeds, 1_000_000)}", $"{count}");
        var code = await run.Exit(Scene.Limit);
        Assert.True(code == 0, $"the producer ended with {code}:\n{run.Output}");
        string[][] said = [.. run.Output.Split('\n').Select(line => line.TrimEnd('\r').Split('\t'))];
        foreach (var line in said.Where(line => line[0] == "file"))
            scene.Expected[line[3]] = new(long.Parse(line[1]), int.Parse(line[2]));
        return said;
    }

    /// <summary>Starts a run with these options instead of, or beside, the usual ones.</summary>
    ProgramRun Start(params string[] options)
    {
        var usual = scene.Arguments.Chunk(2).Where(pair => !options.Contains(pair[0])).SelectMany(pair => pair);
        return scene.StartWith([.. usual, .. options]);
    }

    async Task WaitUntilGone(ProgramRun run) =>
        await Eventually.True(() => run.HasExited || scene.Files().Length == 0, () => $"left: {string.Join(", ", scene.Files().Take(20))}\n{run.Output[^Math.Min(run.Output.Length, 3000)..]}", Cancel, Scene.Limit);

    static async Task Stop(ProgramRun run)
    {
        run.Signal(ProgramRun.Interrupt);
        await Scene.AssertExit(run, 0);
    }
}
