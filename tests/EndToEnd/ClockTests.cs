using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.EndToEnd;

/// <summary>The published program on a machine whose clock somebody sets (Debian's faketime), against a server whose clock is right.</summary>
public sealed class ClockTests : IAsyncLifetime
{
    static readonly string[] Libraries = ["/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1", "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"];

    S3Server server = null!;
    Scene scene = null!;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await S3Server.Start();
        scene = await Scene.Open((await Needs.PublishedExe()).Path, server.Url);
    }

    public async ValueTask DisposeAsync()
    {
        if (scene is not null)
            await scene.DisposeAsync();
        await server.DisposeAsync();
    }

    [Theory]
    [InlineData(30 * 86_400)]
    [InlineData(20 * 3600)]
    [InlineData(-365 * 86_400)]
    public async Task FilesFoundWhileTheClockWasWrongAreMovedSoonAfterItIsRight(int seconds)
    {
        var run = Start(seconds);
        await run.WaitForLine("watching", Scene.Limit);
        for (var i = 0; i < 300; i++)
            scene.Write($"{i % 7}/{i}.dat", 1000);
        // The server refuses what is signed with another time than its own.
        await run.WaitForLine("the endpoint fails", Scene.Limit);
        Set(0);
        scene.Write("new.dat", 1000);
        await Eventually.True(() => scene.Files().Length == 0, () => run.Output, Cancel, TimeSpan.FromSeconds(100));
        run.Signal(ProgramRun.Terminate);
        await Scene.AssertExit(run, 0);
        await scene.AssertAllMoved();
    }

    [Theory]
    [InlineData(5)]
    [InlineData(30 * 24)]
    public async Task WhatWasUploadedWhileTheClockWasAheadIsDeletedByTheNextDrainWhichEnds(int hours)
    {
        scene.Write("file.dat", 1000);
        await scene.Drain(more: "--keep-for=10");
        // As a run would have recorded it by such a clock.
        LedgerRows.Execute(scene.Ledger, string.Create(CultureInfo.InvariantCulture, $"UPDATE file SET found = found + {hours} * 3600000, uploaded = uploaded + {hours} * 3600000, due = uploaded + {hours} * 3600000"));
        var run = scene.Start("--once");
        Assert.Equal(0, await run.Exit(TimeSpan.FromSeconds(60)));
        await scene.AssertAllMoved();
    }

    ProgramRun Start(int seconds)
    {
        var library = Libraries.FirstOrDefault(File.Exists);
        Assert.SkipWhen(library is null, "faketime is not installed");
        Set(seconds);
        return scene.StartWith(scene.Arguments, new Dictionary<string, string?>
        {
            ["LD_PRELOAD"] = library,
            ["FAKETIME_TIMESTAMP_FILE"] = TimeFile,
            ["FAKETIME_NO_CACHE"] = "1",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            ["DONT_FAKE_MONOTONIC"] = "1",
            ["NO_FAKE_STAT"] = "1",
        });
    }

    string TimeFile => Path.Combine(scene.Place, "time");

    void Set(int seconds)
    {
        File.WriteAllText(TimeFile + ".next", string.Create(CultureInfo.InvariantCulture, $"{seconds:+0;-0}\n"));
        File.Move(TimeFile + ".next", TimeFile, overwrite: true);
    }
}
