using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync.Operation;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary>The metrics file of a run, read as strictly as Prometheus does.</summary>
public sealed partial class MetricsTests : OperatorTest
{
    string File => Path.Combine(Scene.Place, "s3sync.prom");

    [Fact]
    public async Task ADrainLeavesItsFiguresAndThatNothingRuns()
    {
        for (var i = 0; i < 7; i++)
            Scene.Write($"{i}.dat", 100);
        await Scene.Drain(more: ["--metrics-file", File]);
        var metrics = Parse(System.IO.File.ReadAllText(File));
        var label = $"{{directory=\"{Scene.Root}\"}}";
        Assert.Equal((7, 7, 700, 7, 0), (metrics["s3sync_found_files_total" + label], metrics["s3sync_uploaded_files_total" + label],
            metrics["s3sync_uploaded_bytes_total" + label], metrics["s3sync_deleted_files_total" + label], metrics["s3sync_pending_files" + label]));
        Assert.Equal(0, metrics["s3sync_running"]);
        foreach (var name in (string[])["latency_seconds", "upload_duration_seconds"])
        {
            Assert.Equal(7, metrics[$"s3sync_{name}_count{label}"]);
            Assert.InRange(metrics[$"s3sync_{name}_sum{label}"], 0.001, 300);
        }
        Assert.True(metrics[$"s3sync_upload_duration_seconds_sum{label}"] <= metrics[$"s3sync_latency_seconds_sum{label}"]);
        // The tool of Prometheus itself, where it is at hand.
        if (PublishedExe.IsOnPath("promtool"))
            await PublishedExe.Run("sh", "-c", $"promtool check metrics < '{File}'");
        Assert.Equal(["in", "s3sync.prom", "state"], Entries());
    }

    [Fact]
    public async Task BesideARunItIsThereFromTheStart()
    {
        var run = Scene.Start("--metrics-file", File);
        await Eventually.True(() => System.IO.File.Exists(File) && Parse(System.IO.File.ReadAllText(File))["s3sync_running"] == 1, () => run.Output, Cancel);
    }

    [Fact]
    public async Task WhereItCannotBeWrittenThatIsSaidAndTheRunGoesOn()
    {
        Scene.Write("a.dat", 10);
        var run = await Scene.Drain(more: ["--metrics-file", Path.Combine(Scene.Place, "nowhere", "s3sync.prom")]);
        Assert.Equal(1, run.Count("cannot be written"));
        await Scene.AssertAllMoved();
    }

    [Fact]
    public async Task ItMayNotStandInAWatchedDirectory() =>
        Assert.Contains("metrics file", await Ask(2, [.. Scene.Arguments, "--metrics-file", Scene.FullPath("s3sync.prom")]));

    [Fact]
    public void WhatTheReadmeAndTheDashboardAskForIsThere()
    {
        Assert.SkipUnless(Repository.IsHere, "the sources are not on this machine");
        var known = Parse(MetricsText.Of(new(1500, "ledger", true, null, 10, [Some("/in")], []))).Keys.Select(sample => sample.Split('{')[0]).ToHashSet();
        var dashboard = Repository.Read("Sync/Operation/dashboard.json");
        using var json = JsonDocument.Parse(dashboard);
        var readme = Repository.Read("README.md");
        var rules = readme[readme.IndexOf("```yaml\ngroups:", StringComparison.Ordinal)..];
        foreach (var text in (string[])[dashboard, rules[..rules.IndexOf("\n```\n", StringComparison.Ordinal)]])
            Assert.All(Metric().Matches(text), match => Assert.Contains(match.Value, known));
        Assert.Equal(json.RootElement.GetProperty("panels").GetArrayLength(), json.RootElement.GetProperty("panels").EnumerateArray().Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        Assert.Contains("Sync/Operation/dashboard.json", readme);
    }

    [Fact]
    public void BucketsOfAHistogramCountAllThatTookNoLonger()
    {
        var times = new LedgerPeriod();
        foreach (var time in (long[])[5, 20, 20, 500, 4_000_000, 40_000_000])
            times.WaitSteps[LatencySteps.Of(time)]++;
        var metrics = Parse(MetricsText.Of(new(1500, "ledger", true, null, 10, [Some("/in") with { Times = times }], [])));
        foreach (var (bound, count) in (ReadOnlySpan<(string, int)>)[("0.01", 1), ("0.031", 3), ("0.1", 3), ("1", 4), ("3162", 4), ("10000", 5), ("+Inf", 6)])
            Assert.Equal(count, metrics[$"s3sync_latency_seconds_bucket{{directory=\"/in\",le=\"{bound}\"}}"]);
    }

    [Fact]
    public void OddPathsAreEscaped()
    {
        var root = Some("D:\\a \"b\"\nc");
        var metrics = Parse(MetricsText.Of(new(1500, "ledger", true, new LedgerRun(1, 2, 3, "0.1.0"), 10, [root], [])));
        Assert.Equal(1, metrics["s3sync_oldest_pending_seconds{directory=\"D:\\\\a \\\"b\\\"\\nc\"}"]);
        Assert.Equal(1, metrics["s3sync_build_info{version=\"0.1.0\"}"]);
    }

    static RootStatus Some(string path) => new(new(1, path, null, null), 1, 2, 3, 500, default, default, new(9, 8, 7, 6, 5, 4, 3), default, null, null);

    string[] Entries()
    {
        List<string> names = [];
        foreach (var entry in Directory.EnumerateFileSystemEntries(Scene.Place))
            names.Add(Path.GetFileName(entry));
        names.Sort(StringComparer.Ordinal);
        return [.. names];
    }

    /// <summary>Every line is a help, a type that follows its help, or a sample of the type before it; every sample is there once.</summary>
    static Dictionary<string, double> Parse(string text)
    {
        Assert.EndsWith("\n", text);
        var samples = new Dictionary<string, double>(StringComparer.Ordinal);
        var (helped, typed, type) = ("", "", "");
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            if (Help().Match(line) is { Success: true } help)
            {
                helped = help.Groups[1].Value;
                continue;
            }
            if (Type().Match(line) is { Success: true } kind)
            {
                (typed, type) = (kind.Groups[1].Value, kind.Groups[2].Value);
                Assert.Equal(helped, typed);
                Assert.Equal(type == "counter", typed.EndsWith("_total", StringComparison.Ordinal));
                continue;
            }
            var sample = Sample().Match(line);
            Assert.True(sample.Success, line);
            Assert.Contains(sample.Groups[1].Value, type == "histogram" ? [typed + "_bucket", typed + "_sum", typed + "_count"] : (string[])[typed]);
            samples.Add(sample.Groups[1].Value + sample.Groups[2].Value, double.Parse(sample.Groups[3].Value, CultureInfo.InvariantCulture));
        }
        return samples;
    }

    [GeneratedRegex("s3sync_[a-z_]+")]
    private static partial Regex Metric();

    [GeneratedRegex(@"^# HELP (s3sync_[a-z_]+) \S.*\.$")]
    private static partial Regex Help();

    [GeneratedRegex("^# TYPE (s3sync_[a-z_]+) (counter|gauge|histogram)$")]
    private static partial Regex Type();

    [GeneratedRegex(@"^(s3sync_[a-z_]+)(\{[a-z]+=""(?:[^""\\\n]|\\[\\""n])*""(?:,(?:le=""(?:[0-9.]+|\+Inf)""|[a-z]+=""[a-z_]+""))?\})? ([0-9.E+]+)$")]
    private static partial Regex Sample();
}
