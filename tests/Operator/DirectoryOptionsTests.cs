using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary>What a watched directory may have of its own, in the published program: how its keys are made, its marker, its sentinels, its share of the line.</summary>
public sealed class DirectoryOptionsTests : OperatorTest
{
    string Config => Path.Combine(Scene.Place, "s3sync.json");

    [Theory]
    [InlineData("command line")]
    [InlineData("environment")]
    [InlineData("file")]
    [InlineData("directory")]
    public async Task TheKeyTemplateReachesTheWire(string place)
    {
        Written("sub/a.dat");
        await Scene.AssertExit(Start(place, ("key-template", "{yyyy}/{MM}/{root}/{hash:2}/{path}")), 0);
        var key = Assert.Single(Server.Objects(Scene.Bucket)).Key;
        Assert.Matches($"^{Scene.Key("")}2024/02/in/[0-9a-f]{{2}}/sub/a.dat$", key);
        Assert.Empty(Scene.Files());
        var explained = await Ask(0, ["explain", Scene.FullPath("sub/a.dat"), .. AtLedger]);
        Assert.Contains($"s3://{Scene.Bucket}/{key}", explained);
        Assert.Contains(Scene.FullPath("sub/a.dat"), await Ask(0, ["explain", $"s3://{Scene.Bucket}/{key}", .. AtLedger]));
        Assert.Contains("1 good", await Ask(0, ["verify", "--endpoint", Scene.Url, .. AtLedger]));
    }

    [Fact]
    public async Task ALostLedgerIsMadeAnewWithTheKeysOfATemplate()
    {
        Written("sub/a.dat");
        Scene.Write("b.dat", 10);
        string[] template = ["--key-template", "{yyyy}/{path}"];
        await Scene.Drain(more: template);
        var before = LedgerRows.All(Scene.Ledger);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(Scene.Ledger)!, Path.GetFileName(Scene.Ledger) + "*"))
            File.Delete(file);
        Assert.Contains("2  recorded as uploaded and gone from here", await Ask(0, ["rebuild", .. Scene.Arguments, .. template]));
        Assert.Equal(before.Select(row => (row.Path, row.Stage, row.ETag)), LedgerRows.All(Scene.Ledger).Select(row => (row.Path, row.Stage, row.ETag)));
        Assert.Contains("2 good", await Ask(0, ["verify", "--endpoint", Scene.Url, .. AtLedger]));
    }

    [Fact]
    public async Task TheDryRunAndExplainNameTheKeyToBe()
    {
        Written("a.dat");
        Assert.Contains("2024/a.dat", await Ask(0, [.. Scene.Arguments, "--dry-run", "--key-template", "{yyyy}/{path}"]));
        Assert.Empty(Server.Objects(Scene.Bucket));
    }

    [Fact]
    public async Task DirectoriesWhoseTemplatesCouldGiveOneKeyAreRefusedBeforeAnythingIsTouched()
    {
        var other = Path.Combine(Scene.Place, "other");
        Directory.CreateDirectory(other);
        Scene.Write("a.dat", 10);
        var said = await Ask(2, [.. Scene.Arguments, "-w", other, "--prefix", "same", "--key-template", "{yyyy}/{path}", "--once"]);
        Assert.Contains("could get the same key", said);
        Assert.Contains("hint:", said);
        Assert.Empty(Server.Objects(Scene.Bucket));
        Assert.Contains("no {path}", await Ask(2, [.. Scene.Arguments, "--key-template", "{yyyy}", "--once"]));
    }

    [Theory]
    [InlineData("command line")]
    [InlineData("environment")]
    [InlineData("file")]
    [InlineData("directory")]
    public async Task WithoutItsMarkerADirectoryIsLeftAlone(string place)
    {
        Scene.Write("a.dat", 10);
        await Scene.AssertExit(Start(place, ("root-marker", ".here")), 3);
        Assert.Empty(Server.Objects(Scene.Bucket));
        Assert.Equal(["a.dat"], Scene.Files());
        File.WriteAllText(Scene.FullPath(".here"), "");
        await Scene.AssertExit(Start(place, ("root-marker", ".here")), 0);
        Assert.Single(Server.Objects(Scene.Bucket));
        Assert.Equal([".here"], Scene.Files());
    }

    [Theory]
    [InlineData("command line")]
    [InlineData("environment")]
    [InlineData("file")]
    [InlineData("directory")]
    public async Task OnlyWhatHasASentinelIsTaken(string place)
    {
        Scene.Write("a.dat", 10);
        Scene.Write("b.dat", 10);
        File.WriteAllText(Scene.FullPath("a.dat.done"), "");
        await Scene.AssertExit(Start(place, ("sentinel", ".done")), 0);
        Assert.Equal("in/a.dat", Assert.Single(Server.Objects(Scene.Bucket)).Key);
        Assert.Equal(["b.dat"], Scene.Files());
    }

    [Fact]
    public async Task ExplainAndTheDryRunSayWhatAFileWaitsFor()
    {
        Scene.Write("a.dat", 10);
        Scene.Write("b.dat", 10);
        File.WriteAllText(Scene.FullPath("b.dat.done"), "");
        string[] sentinel = ["--sentinel", ".done"];
        var dry = await Ask(0, [.. Scene.Arguments, "--dry-run", .. sentinel]);
        Assert.Contains("a.dat by the rule --sentinel .done (it waits for a.dat.done)", dry);
        Assert.Contains("b.dat.done by the rule --sentinel .done (it releases another file)", dry);
        Assert.Contains("would upload and delete " + Scene.FullPath("b.dat"), dry);
        await Scene.Drain(more: sentinel);
        var explained = await Ask(0, ["explain", Scene.FullPath("a.dat"), .. AtLedger, .. sentinel]);
        Assert.Contains("it waits for a.dat.done", explained);
        Assert.Contains("write the sentinel", explained);
    }

    [Fact]
    public async Task ADirectoryWithALimitOfItsOwnIsHeldToIt()
    {
        // The first object is written once more, to see whether the condition is honoured.
        Dictionary<string, long> arrived = [];
        Server.Arrived += request =>
        {
            if (request.Operation == S3Operation.PutObject)
            {
                lock (arrived)
                    arrived.TryAdd(request.Key, Stopwatch.GetTimestamp());
            }
        };
        for (var i = 0; i < 4; i++)
            Scene.Write($"{i}.dat", 1 << 18);
        await Scene.AssertExit(Start("directory", ("bandwidth", "0.5")), 0);
        Assert.Equal(4, arrived.Count);
        // The first goes at once; timers may be early by a few milliseconds.
        Assert.True(Stopwatch.GetElapsedTime(arrived.Values.Min(), arrived.Values.Max()) >= TimeSpan.FromSeconds(1.4));
    }

    [Fact]
    public async Task WhatIsNoNameIsRefused()
    {
        Assert.Contains("hint:", await Ask(2, [.. Scene.Arguments, "--once", "--sentinel", "*.done"]));
        Assert.Contains("hint:", await Ask(2, [.. Scene.Arguments, "--once", "--root-marker", "a/b"]));
    }

    /// <summary>Written at a time of its own.</summary>
    void Written(string path)
    {
        Scene.Write(path, 1000);
        File.SetLastWriteTimeUtc(Scene.FullPath(path), new(2024, 2, 29, 1, 2, 3, DateTimeKind.Utc));
    }

    /// <summary>Runs once with options that stand there.</summary>
    ProgramRun Start(string place, params (string Option, string Value)[] options)
    {
        List<string> arguments = [.. Scene.Arguments, "--once"];
        Dictionary<string, string?> environment = [];
        var json = new JsonObject();
        foreach (var (option, value) in options)
        {
            var key = string.Concat(option.Split('-').Select((word, i) => i == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));
            switch (place)
            {
                case "command line":
                    arguments.AddRange([$"--{option}", value]);
                    break;
                case "environment":
                    environment[$"S3SYNC_{option.Replace('-', '_').ToUpperInvariant()}"] = value;
                    break;
                default:
                    json[key] = value;
                    break;
            }
        }
        if (place is "file" or "directory")
        {
            if (place == "directory")
            {
                json["path"] = Scene.Root;
                json = new() { ["watchDirs"] = new JsonArray(json) };
                var at = arguments.FindIndex(argument => argument is "-w" or "--watch-dir");
                arguments.RemoveRange(at, 2);
            }
            File.WriteAllText(Config, json.ToJsonString());
            arguments.AddRange(["--config", Config]);
        }
        return Scene.StartWith(arguments, environment);
    }
}
