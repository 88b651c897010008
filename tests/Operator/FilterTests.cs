using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary>The published program leaves out what it is told to, and says why to who asks.</summary>
public sealed class FilterTests : OperatorTest
{
    [Fact]
    public async Task WhatIsLeftOutStaysAndIsExplainedWithItsRule()
    {
        foreach (var path in (string[])["a.csv", "b.log", "keep.log", "c.csv.tmp", "cache/d.csv"])
            Scene.Write(path, 100);
        string[] rules = ["--filter", "+ keep.log", "- *.log", "- cache/"];
        var dry = await Scene.Drain(more: ["--dry-run", .. rules]);
        Assert.Equal(3, dry.Count("would leave out"));
        Assert.Equal(2, dry.Count("would upload and delete"));
        var run = await Scene.Drain(more: rules);
        Assert.Contains("2 new files, 2 uploaded (200 bytes), 2 deleted, 0 left, 3 left out by the filters", run.Output);
        Assert.Equal(["b.log", "c.csv.tmp", Path.Combine("cache", "d.csv")], Scene.Files().Order(System.StringComparer.Ordinal));

        Assert.Contains("filter      left out by the rule - *.log\n", await Explain("b.log", rules));
        Assert.Contains("filter      left out by the rule - cache/\n", await Explain("cache/d.csv", rules));
        Assert.Contains("filter      left out by the rule - *.tmp (a temporary name; --take-temporary takes it)\n", await Explain("c.csv.tmp"));
        Assert.Contains("to do       nothing, if it is not wanted in the bucket: it is left out, and stays here; else change the filter", await Explain("c.csv.tmp"));
        Assert.Contains("filter      taken by the rule + keep.log\n", await Explain("keep.log", rules));
        Assert.Contains("filter      taken: no rule leaves it out\n", await Explain("a.csv", rules));
        Assert.Contains("it is in the bucket", await Explain("a.csv", ["--filter", "- *"]));
        Assert.Contains("filter      left out by the rule --min-age 100000\n", await Explain("b.log", ["--min-age", "100000"]));
        Assert.Contains("to do       wait: it is taken when it is old enough", await Explain("b.log", ["--min-age", "100000"]));
    }

    [Fact]
    public async Task ABadRuleIsSaidBeforeAnythingIsTouched()
    {
        Scene.Write("a.log", 100);
        var run = await Scene.Drain(2, "--filter", "*.log");
        Assert.Contains("s3sync: error: --filter: '*.log' is no rule", run.Output);
        Assert.Contains("s3sync: hint: write '- *.log' to leave such files out, '+ *.log' to take them", run.Output);
        Assert.False(File.Exists(Scene.Ledger));
    }

    [Fact]
    public async Task RulesInTheFileCountAndChangeWhileItRuns()
    {
        var config = Path.Combine(Scene.Place, "s3sync.json");
        void Write(params string[] rules)
        {
            var own = new JsonObject { ["path"] = Scene.Root, ["filters"] = new JsonArray([.. rules.Select(rule => (JsonNode)rule)]) };
            var json = new JsonObject { ["bucket"] = Scene.Bucket, ["endpoint"] = Scene.Url, ["watcherInterval"] = 0.2, ["watchDirs"] = new JsonArray(own) };
            File.WriteAllText(config + ".new", json.ToJsonString());
            File.Move(config + ".new", config, overwrite: true);
        }
        Write("- *.log");
        var run = Scene.StartWith(["--config", config, .. AtLedger]);
        await run.WaitForLine("watching ", Scene.Limit);
        Scene.Write("a.log", 10);
        Scene.Write("b.csv", 10);
        await run.WaitForLine($"uploaded and deleted {Scene.FullPath("b.csv")}", Scene.Limit);
        Assert.Equal(["a.log"], Scene.Files());
        Assert.Contains("left out by the rule - *.log", await Ask(0, ["explain", Scene.FullPath("a.log"), "--config", config, .. AtLedger]));
        Write("- *.csv");
        await run.WaitForLine($"filters is now {Scene.Root}: - *.csv, as the settings file says; it was {Scene.Root}: - *.log", Scene.Limit);
        await Eventually.True(() => Scene.Files().Length == 0, () => run.Output, Cancel);
        Assert.Equal(0, run.Count("after a restart"));
        run.Signal(ProgramRun.Interrupt);
        await Scene.AssertExit(run, 0);
        await Scene.AssertAllMoved();
    }

    async Task<string> Explain(string path, params IEnumerable<string> more) => await Ask(0, ["explain", Scene.FullPath(path), .. AtLedger, .. more]);
}
