using System;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Sync.Settings;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
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
        Write(("logLevel", "debug"), ("uploaderThreads", 3), ("grace", 7), ("rescanInterval", 1));
        await run.WaitForLine("rescanInterval is now 1", Scene.Limit);
        await run.WaitForLine("logLevel is now debug, as the settings file says", Scene.Limit);
        await run.WaitForLine("uploaderThreads was changed in the settings file: that takes effect after a restart", Scene.Limit);
        await run.WaitForLine("grace was changed in the settings file, but the environment or the command line says otherwise", Scene.Limit);
        Assert.Equal(0, run.Count("bucket was changed"));
        Scene.Write("2.dat", 10);
        await run.WaitForLine($"DBG found {Scene.FullPath("2.dat")}", Scene.Limit);
        Write(("uploaderThreads", 3), ("grace", 7));
        await run.WaitForLine("logLevel is now information", Scene.Limit);
        await Eventually.True(() => Scene.Files().Length == 0, () => run.Output, Cancel);
        run.Signal(ProgramRun.Interrupt);
        await Scene.AssertExit(run, 0);
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
