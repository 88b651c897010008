using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.EndToEnd;

/// <summary>Standard output and standard error are a pipe that is full and that nobody reads: the published program works and stops as it would without.</summary>
public sealed class BlockedOutputTests : IAsyncLifetime
{
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    Scene scene = null!;
    S3Server server = null!;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var exe = Environment.GetEnvironmentVariable("TESTS_EXE") ?? (await Needs.PublishedExe()).Path;
        server = await S3Server.Start();
        // Opened for both ways, a fifo has a reader without anybody reading: fifo(7). It takes 64 KiB: pipe(7).
        string[] first = ["-c", """mkfifo full 2> /dev/null; exec 1<> full; [ -e filled ] || head -c 65536 /dev/zero; : > filled; exec "$0" "$@" 2>&1""", exe];
        scene = await Scene.Open(new Launch("/bin/sh", first, new Dictionary<string, string?>(), path => path, path => path), server.Url);
    }

    public async ValueTask DisposeAsync()
    {
        if (scene is not null)
        {
            await scene.DisposeAsync();
            await server.DisposeAsync();
        }
    }

    [LinuxFact]
    public Task FilesAreUploadedAndDeletedAndItStopsWithinItsGrace() => GoesOnAndStops();

    [LinuxFact]
    public Task SoItDoesAsJson() => GoesOnAndStops("--log-format", "json");

    async Task GoesOnAndStops(params string[] more)
    {
        var log = Path.Combine(scene.Place, "s3sync.log");
        var run = scene.Start([.. more, "--grace", $"{Grace.TotalSeconds}", "--log-file", log]);
        for (var i = 0; i < 300; i++)
            scene.Write($"{i}.dat", 100);
        await Eventually.True(() => scene.Files().Length == 0 && File.ReadAllText(log).Contains("299.dat"), () => $"{scene.Files().Length} files are left", Cancel, Scene.Limit);
        var begun = Stopwatch.StartNew();
        run.Signal(ProgramRun.Terminate);
        Assert.Equal(0, await run.Exit(Scene.Limit));
        Assert.InRange(begun.Elapsed, TimeSpan.Zero, Grace + TimeSpan.FromSeconds(1));
        // One output does not wait for the other.
        Assert.Contains("300 deleted, 0 left", (await File.ReadAllLinesAsync(log, Cancel))[^1]);
        await scene.AssertAllMoved();
    }

    [LinuxFact]
    public async Task WhatEndsARunByItselfEndsItAllTheSame()
    {
        var first = scene.Start();
        await Eventually.True(() => File.Exists(scene.Ledger), () => "no ledger", Cancel, Scene.Limit);
        var begun = Stopwatch.StartNew();
        // The ledger is another's.
        Assert.Equal(4, await scene.Start().Exit(Scene.Limit));
        Assert.InRange(begun.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        first.Signal(ProgramRun.Terminate);
        Assert.Equal(0, await first.Exit(Scene.Limit));
    }

    /// <summary>With --once it waits for its reader, as he may be reading page by page: whoever does not want to wait sends a signal.</summary>
    [LinuxFact]
    public async Task ARunThatIsDoneAndWaitsForItsReaderEndsAtASignal()
    {
        scene.Write("a", 10);
        var run = scene.Start("--once");
        await Eventually.True(() => scene.Files().Length == 0, () => "it is there", Cancel, Scene.Limit);
        var begun = Stopwatch.StartNew();
        run.Signal(ProgramRun.Terminate);
        await run.Exit(Scene.Limit);
        Assert.InRange(begun.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(6));
    }
}
