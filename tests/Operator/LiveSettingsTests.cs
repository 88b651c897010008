using System;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Sync.Settings;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Faults;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary>The settings file changes while the published program runs.</summary>
public sealed class LiveSettingsTests : OperatorTest
{
    string Config => Path.Combine(Scene.Place, "s3sync.json");

    /// <summary>As careful programs write a file: beside it, then in its place.</summary>
    void Write(params (string Key, JsonNode Value)[] more)
    {
        var json = new JsonObject { ["bucket"] = Scene.Bucket, ["endpoint"] = Scene.Url, ["watchDirs"] = new JsonArray(Scene.Root), ["watcherInterval"] = 0.2 };
        foreach (var (key, value) in more)
            json[key] = value;
        File.WriteAllText(Config + ".new", json.ToJsonString());
        File.Move(Config + ".new", Config, overwrite: true);
    }

    async Task<ProgramRun> Start()
    {
        var run = Scene.StartWith(["--config", Config, .. AtLedger], new System.Collections.Generic.Dictionary<string, string?> { ["S3SYNC_LOG_LEVEL"] = null, ["S3SYNC_GRACE"] = "5" });
        await run.WaitForLine("watching ", Scene.Limit);
        return run;
    }

    [Fact]
    public async Task WhatCanChangeDoesAndIsSaidAndTheRestTakesARestart()
    {
        Write();
        var run = await Start();
        Scene.Write("1.dat", 10);
        await run.WaitForLine("uploaded and deleted", Scene.Limit);
        Assert.Equal(0, run.Count(" DBG "));
        Write(("logLevel", "debug"), ("bufferMemory", 64), ("grace", 7), ("rescanInterval", 1));
        await run.WaitForLine("rescanInterval is now 1, as the settings file says; it was 300", Scene.Limit);
        await run.WaitForLine("logLevel is now debug, as the settings file says; it was information", Scene.Limit);
        await run.WaitForLine("bufferMemory was changed in the settings file: that takes effect after a restart (to 64; it is 48)", Scene.Limit);
        await run.WaitForLine("grace was changed in the settings file, but the environment or the command line says otherwise", Scene.Limit);
        Assert.Equal(0, run.Count("bucket was changed"));
        Scene.Write("2.dat", 10);
        await run.WaitForLine($"DBG found {Scene.FullPath("2.dat")}", Scene.Limit);
        Write(("bufferMemory", 64), ("grace", 7));
        await run.WaitForLine("logLevel is now information", Scene.Limit);
        await Eventually.True(() => Scene.Files().Length == 0, () => run.Output, Cancel);
        run.Signal(ProgramRun.Interrupt);
        await Scene.AssertExit(run, 0);
    }

    /// <summary>What is mounted on a watched directory is in no notification: only a scan finds it.</summary>
    [LinuxFact]
    public async Task AShorterRescanIntervalScansSooner()
    {
        await using var volume = await Tmpfs.Mount(Scene.FullPath("mounted"), "1m");
        Write(("rescanInterval", 604_800));
        var run = await Start();
        Scene.Write("1.dat", 10);
        await run.WaitForLine("uploaded and deleted", Scene.Limit);
        await using var above = await Tmpfs.Mount(Scene.FullPath("mounted"), "1m");
        Scene.Write("mounted/unseen.dat", 10);
        Scene.Write("2.dat", 10);
        await Eventually.True(() => Scene.Files() is ["mounted/unseen.dat"], () => run.Output, Cancel);
        Write(("rescanInterval", 1));
        await run.WaitForLine("rescanInterval is now 1, as the settings file says; it was 604800", Scene.Limit);
        await Eventually.True(() => Scene.Files().Length == 0, () => run.Output, Cancel);
        run.Signal(ProgramRun.Interrupt);
        await Scene.AssertExit(run, 0);
    }

    [Fact]
    public async Task AShorterWatcherIntervalTakesFilesSooner()
    {
        Write(("watcherInterval", 86_400));
        var run = await Start();
        Write(("watcherInterval", 0.5));
        await run.WaitForLine("watcherInterval is now 0.5, as the settings file says; it was 86400", Scene.Limit);
        Scene.Write("1.dat", 10);
        await Eventually.True(() => Scene.Files().Length == 0, () => run.Output, Cancel);
        run.Signal(ProgramRun.Interrupt);
        await Scene.AssertExit(run, 0);
    }

    [Fact]
    public async Task FewerUploadsAtATimeAndMoreThanThereWereMayBeAllowedWhileTheRunGoesOn()
    {
        Write(("uploaderThreads", 4), ("logLevel", "debug"));
        var run = await Start();
        await UploadAtOnce(run, 4);
        Write(("uploaderThreads", 1), ("logLevel", "debug"));
        await run.WaitForLine("uploaderThreads is now 1, as the settings file says; it was 4", Scene.Limit);
        await UploadAtOnce(run, 1);
        Write(("uploaderThreads", 9), ("logLevel", "debug"));
        await run.WaitForLine("uploaderThreads is now 9, as the settings file says; it was 1", Scene.Limit);
        await UploadAtOnce(run, 9);
        run.Signal(ProgramRun.Interrupt);
        await Scene.AssertExit(run, 0);
    }

    /// <summary>Holds every upload until so many are under way and one more file is there to upload; asserts that there never were more.</summary>
    async Task UploadAtOnce(ProgramRun run, int expected)
    {
        var release = new TaskCompletionSource();
        var underWay = 0;
        var before = Server.Count(S3Operation.PutObject);
        void Note(S3Request request)
        {
            if (request.Operation == S3Operation.PutObject)
                Interlocked.Increment(ref underWay);
        }
        Server.Arrived += Note;
        Server.Faults.Add(Fault.Stall(release.Task).On(S3Operation.PutObject));
        for (var i = 0; i < expected + 3; i++)
            Scene.Write($"{before}-{i}.dat", 10);
        await Eventually.True(() => Volatile.Read(ref underWay) == expected, () => run.Output, Cancel);
        // A file that is found after all these is in the ledger: whoever is allowed to has begun.
        Scene.Write($"{before}-last.dat", 10);
        await run.WaitForLine($"DBG found {Scene.FullPath($"{before}-last.dat")}", Scene.Limit);
        Assert.Equal(expected, Volatile.Read(ref underWay));
        Server.Arrived -= Note;
        Server.Faults.Clear();
        release.SetResult();
        await Eventually.True(() => Scene.Files().Length == 0, () => run.Output, Cancel);
    }

    [Fact]
    public async Task ABrokenFileIsSaidOnceAndChangesNothing()
    {
        Write(("logLevel", "debug"));
        var run = await Start();
        File.WriteAllText(Config, "{ \"logLevel\": ");
        await run.WaitForLine("the settings file was changed and cannot be used, so that nothing changes: ", Scene.Limit);
        Scene.Write("1.dat", 10);
        await run.WaitForLine($"DBG found {Scene.FullPath("1.dat")}", Scene.Limit);
        Write(("logLevel", "warning"), ("uploadPartSize", "huge"));
        await run.WaitForLine("'huge' is not ", Scene.Limit);
        Write(("logLevel", "warning"));
        await run.WaitForLine("logLevel is now warning", Scene.Limit);
        await Eventually.True(() => Scene.Files().Length == 0, () => run.Output, Cancel);
        run.Signal(ProgramRun.Interrupt);
        await Scene.AssertExit(run, 0);
        Assert.Equal(2, run.Count("cannot be used"));
    }

    [Fact]
    public void TheReadmeNamesWhatCanChange()
    {
        Assert.SkipUnless(Repository.IsHere, "the sources are not on this machine");
        Assert.Contains($"({string.Join(", ", SettingsWatch.Live.Select(option => $"`{option.JsonKey}`"))})", Repository.Read("README.md"), StringComparison.Ordinal);
    }
}
