using System;
using System.IO;
using System.Linq;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Sync.Operation;
using Xunit;

namespace S3Sync.Tests.Sync.Settings;

using S3Sync.Sync.Settings;

/// <summary>Which files are taken, as it is said on the command line, in the environment and in the file.</summary>
public sealed class FiltersTests : IDisposable
{
    const string Example = " | for example '- *.log', '+ /2026/**' or '- cache/'";

    readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void RulesKeepTheirOrderAndStandBeforeThoseForTemporaryNames()
    {
        var settings = Settled(_scene.Read("--filter", "+ keep.tmp", "- *.log", "-w", "in", "out", "-b", "bucket", "--filter", "- /cache/"));
        Assert.All(settings.Roots, root => Assert.Equal(With("+ keep.tmp", "- *.log", "- /cache/"), root.Filter));
        Assert.Equal(settings.Filter, settings.Roots[0].Filter);
        Assert.Equal(new(Rules("- *.log"), default), Settled(_scene.Read("-w", "in", "-b", "bucket", "--filter=- *.log", "--take-temporary")).Filter);
    }

    [Theory]
    [InlineData("- *.log;+ a")]
    [InlineData(" - *.log ; ;+ a;")]
    [InlineData("- *.log\n+ a\n")]
    public void InTheEnvironmentRulesAreDividedBySemicolonsOrLines(string value)
    {
        _scene.Environment["S3SYNC_FILTER"] = value;
        Assert.Equal(With("- *.log", "+ a"), Settled(_scene.Read("-w", "in", "-b", "bucket")).Filter);
    }

    [Fact]
    public void InTheFileADirectorysOwnRulesReplaceTheGeneralOnes()
    {
        const string json = """
            { "bucket": "bucket", "filters": ["- *.log", "+ *.csv"], "minSize": 1,
              "watchDirs": ["in", { "path": "out", "filters": ["- *.csv"] }, { "path": "third", "filters": "- x" }, { "path": "fourth", "filters": [] }] }
            """;
        _scene.Make("third");
        _scene.Make("fourth");
        var settings = Settled(_scene.ReadJson(json));
        Bounds bounds = new(1, 0, default, default, false);
        Assert.Equal([With(bounds, "- *.log", "+ *.csv"), With(bounds, "- *.csv"), With(bounds, "- x"), With(bounds)], settings.Roots.Select(root => root.Filter));
        // Who asks beside a run finds the same.
        var beside = S3Sync.Sync.Settings.Settings.Read(["--config", "s3sync.json"], _scene.Environment, _scene.Directory, privileged: false, withRoots: false).Settings!;
        Assert.All(settings.Roots, root => Assert.Equal(root.Filter, beside.FilterOf(root.Path)));
    }

    [Fact]
    public void TheCommandLineLeavesADirectoryItsOwnRulesAndSaysSo()
    {
        var reading = _scene.ReadJson("""{ "bucket": "bucket", "watchDirs": [{ "path": "in", "filters": ["- a", "- b"] }, "out"] }""", "--filter", "- c");
        Assert.Equal([With("- a", "- b"), With("- c")], Settled(reading).Roots.Select(root => root.Filter));
        Assert.Equal(@"watchDirs[0] in s3sync.json keeps its own filter '- a; - b'; --filter '- c' is for those without one", Assert.Single(reading.Notes));
    }

    [Theory]
    [InlineData("--filter|*.log", "--filter: '*.log' is no rule | write '- *.log' to leave such files out, '+ *.log' to take them")]
    [InlineData("--filter|- a|- [", "--filter: '- [' is no rule: the pattern has a '[' that nothing closes" + Example)]
    [InlineData("--filter|- {{x}}|+ a//b", "--filter: '- {{x}}' is no rule: the pattern has '{{': regular expressions are not known here" + Example + "\n--filter: '+ a//b' is no rule: the pattern has an empty part: '//'" + Example)]
    [InlineData("--filter", "--filter has no value | give it one: --filter RULE...")]
    [InlineData("--min-size|-1", "--min-size: '-1' is not a whole number of bytes from 0 to 5497558138880 | for example 0, which is the default")]
    [InlineData("--min-size|10|--max-size|9", "no file has at least 10 bytes and at most 9 | give another --min-size or --max-size")]
    [InlineData("--min-age|10|--max-age|10", "no file is older than 10 s and not older than 10 s | give another --min-age or --max-age")]
    public void WhatCannotBeMeantIsSaidBeforeAnythingIsTouched(string arguments, string expected) =>
        Assert.Equal(expected, Scene.Shown(_scene.Read(["-w", "in", "-b", "bucket", .. arguments.Split('|')])));

    [Theory]
    [InlineData("""{ "filters": ["a"], "watchDirs": ["in"] }""", "filters[0] in s3sync.json: 'a' is no rule | write '- a' to leave such files out, '+ a' to take them")]
    [InlineData("""{ "filters": [{ "path": "a" }], "watchDirs": ["in"] }""", "filters[0] in s3sync.json is no rule | give text: \"- *.log\"")]
    [InlineData("""{ "watchDirs": [{ "path": "in", "filters": ["a"] }] }""", "filters of watchDirs[0] in s3sync.json: 'a' is no rule | write '- a' to leave such files out, '+ a' to take them")]
    [InlineData("""{ "watchDirs": [{ "path": "in", "filters": [["- a"]] }] }""", "watchDirs[0].filters in s3sync.json is not a single value | give text")]
    [InlineData("""{ "watchDirs": [{ "path": "in", "minSize": 1 }] }""", "unknown key 'minSize' of watchDirs[0] in s3sync.json | did you mean filters?")]
    public void AFileWithABadRuleIsRefused(string json, string expected)
    {
        var shown = Scene.Shown(_scene.ReadJson(json, "-b", "bucket"));
        Assert.StartsWith(expected.Split(" | ")[0], shown, StringComparison.Ordinal);
        if (!expected.StartsWith("unknown", StringComparison.Ordinal))
            Assert.Equal(expected, shown);
    }

    [Fact]
    public void ADirectoryInsideAnotherCannotHaveRulesOfItsOwn()
    {
        _scene.Make("in/sub");
        const string json = """{ "watchDirs": ["in", { "path": "in/sub", "filters": ["- a"] }], "bucket": "bucket" }""";
        Assert.EndsWith("is inside 'in' but has other filters | leave its filters out, or watch directories that lie side by side", Scene.Shown(_scene.ReadJson(json)), StringComparison.Ordinal);
    }

    [Fact]
    public void ARecipeRepeatsTheRulesAsTheyWere()
    {
        var problems = new System.Collections.Generic.List<S3Sync.Sync.Problem>();
        var line = CommandLine.Read(["run", "-w", "in", "--filter", "- *.log", "+ a"], problems, out _);
        Assert.Empty(problems);
        Assert.Equal(["--watch-dir", _scene.Path("in"), "--filter", "- *.log", "--filter", "+ a"], Repeated.From(line, _scene.Directory));
    }

    [Fact]
    public void ADryRunNamesEachFileThatIsLeftOutWithItsRule()
    {
        foreach (var path in (string[])["in/a.log", "in/b.csv", "in/c.tmp", "in/cache/d", "in/empty"])
        {
            _scene.Make(Path.GetDirectoryName(path)!);
            _scene.Write(path, path == "in/empty" ? "" : "x");
        }
        var settings = Settled(_scene.Read("-w", "in", "-b", "bucket", "--filter", "- *.log", "- cache/", "--min-size", "1", "--ledger", "ledger", "--dry-run"));
        using var output = new StringWriter();
        Assert.Equal(Exit.Done, DryRun.Run(settings, "", Platform.OpenDisk([_scene.Path("in")]), output));
        var lines = output.ToString().ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains($"would leave out {_scene.Path("in/a.log")} by the rule - *.log", lines);
        Assert.Contains($"would leave out {_scene.Path("in/c.tmp")} by the rule - *.tmp (a temporary name; --take-temporary takes it)", lines);
        Assert.Contains($"would leave out {_scene.Path("in/cache")}{Path.DirectorySeparatorChar} with all below it by the rule - cache/", lines);
        Assert.Contains($"would leave out {_scene.Path("in/empty")} by the rule --min-size 1", lines);
        Assert.Equal("1 files of 1 bytes to upload, 0 known, 3 left out; nothing was touched", lines[^1]);
        Assert.False(File.Exists(_scene.Path("ledger")));
    }

    static Filter With(params string[] rules) => With(default(Bounds), rules);

    static Filter With(Bounds bounds, params string[] rules) => new([.. Rules(rules), .. Rule.Temporary], bounds);

    static Rule[] Rules(params string[] rules) => [.. rules.Select(rule => Rule.Parse(rule, out _)!)];

    static Settings Settled(Reading reading)
    {
        Assert.Equal("", Scene.Shown(reading));
        return reading.Settings!;
    }
}
