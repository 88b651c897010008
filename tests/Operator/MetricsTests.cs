using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
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
    public void OddPathsAreEscaped()
    {
        RootStatus root = new(new(1, "D:\\a \"b\"\nc", null, null), 1, 2, 3, 500, default, default, new(9, 8, 7, 6, 5, 4, 3), default, null, null);
        var metrics = Parse(MetricsText.Of(new(1500, "ledger", true, new LedgerRun(1, 2, 3, "0.1.0"), 10, [root], [])));
        Assert.Equal(1, metrics["s3sync_oldest_pending_seconds{directory=\"D:\\\\a \\\"b\\\"\\nc\"}"]);
        Assert.Equal(1, metrics["s3sync_build_info{version=\"0.1.0\"}"]);
    }

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
            Assert.Equal(typed, sample.Groups[1].Value);
            samples.Add(sample.Groups[1].Value + sample.Groups[2].Value, double.Parse(sample.Groups[3].Value, CultureInfo.InvariantCulture));
        }
        return samples;
    }

    [GeneratedRegex(@"^# HELP (s3sync_[a-z_]+) \S.*\.$")]
    private static partial Regex Help();

    [GeneratedRegex("^# TYPE (s3sync_[a-z_]+) (counter|gauge)$")]
    private static partial Regex Type();

    [GeneratedRegex(@"^(s3sync_[a-z_]+)(\{[a-z]+=""(?:[^""\\\n]|\\[\\""n])*""\})? ([0-9.E+]+)$")]
    private static partial Regex Sample();
}
