using System;
using System.Linq;
using Xunit;

namespace S3Sync.Tests.Sync.Settings;

using S3Sync.Sync.Settings;

/// <summary>Every way to write a command line, those of the original program first.</summary>
public sealed class CommandLineTests : IDisposable
{
    readonly Scene _scene = new();

    public CommandLineTests()
    {
        foreach (var name in new[] { "run", "@in", "[in]", "-5" })
            _scene.Make(name);
    }

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData("-w in -b bucket", "in")]
    [InlineData("run -w in -b bucket", "in")]
    [InlineData("--watch-dir in --bucket bucket", "in")]
    [InlineData("-w in out -b bucket", "in out")]
    [InlineData("-b bucket -w in -w out", "in out")]
    [InlineData("-b bucket -w out in", "out in")]
    [InlineData("-w in --bucket=bucket -w out", "in out")]
    [InlineData("-win -bbucket", "in")]
    [InlineData("-w=in -b=bucket", "in")]
    [InlineData("-w:in --bucket:bucket", "in")]
    [InlineData("-w in -b bucket -b bucket", "in")]
    [InlineData("-w run in -b bucket", "run in")]
    [InlineData("-w @in [in] -b bucket", "@in [in]")]
    [InlineData("-w -5 -b bucket", "-5")]
    [InlineData("-w in/ ./out/. -b bucket", "in out")]
    public void NamesTheDirectories(string line, string expected)
    {
        var reading = _scene.Read(line.Split(' '));
        Assert.Equal("", Scene.Shown(reading));
        Assert.Equal(expected.Split(' '), reading.Settings!.Roots.Select(root => root.Prefix));
        Assert.Equal(expected.Split(' ').Select(_scene.Path), reading.Settings.Roots.Select(root => root.Path));
        Assert.All(reading.Settings.Roots, root => Assert.Equal("bucket", root.Bucket));
    }

    // Bundling would read it as -b -i n5.
    [Fact]
    public void AValueAtItsLetterIsNeverTakenForMoreLetters() =>
        Assert.Equal("in5", _scene.Read("-w", "in", "-bin5").Settings!.Roots[0].Bucket);

    [Fact]
    public void AllOptionsOfTheOriginalTogether()
    {
        var settings = _scene.Read("-w", "in", "out", "-b", "bucket", "-i", "0.25", "-s", "16", "-u", "4").Settings!;
        Assert.Equal((2, TimeSpan.FromSeconds(0.25), 16L << 20, 4),
            (settings.Roots.Length, settings.WatcherInterval, settings.UploadPartSize, settings.UploaderThreads));
    }

    [Theory]
    [InlineData("--prefix=")]
    [InlineData("--prefix", "")]
    [InlineData("--prefix:")]
    public void ThePrefixMayBeEmpty(params string[] prefix) =>
        Assert.Equal("", _scene.Read(["-w", "in", "-b", "bucket", .. prefix]).Settings!.Roots[0].Prefix);

    [Theory]
    [InlineData("--prefix=--once", "--once")]
    [InlineData("--prefix=a=b:c", "a=b:c")]
    public void WhatFollowsAnEqualsSignIsTheValue(string given, string expected)
    {
        var settings = _scene.Read("-w", "in", "-b", "bucket", given).Settings!;
        Assert.Equal(expected, settings.Roots[0].Prefix);
        Assert.False(settings.Once);
    }

    [Fact]
    public void AnUnknownOptionIsNotTakenForADirectory() =>
        Assert.Equal("unknown option '--dry-rn' | did you mean --dry-run?", Scene.Shown(_scene.Read("-b", "bucket", "-w", "in", "--dry-rn", "out")));

    [Theory]
    [InlineData("--help", nameof(Command.Help))]
    [InlineData("-h", nameof(Command.Help))]
    [InlineData("run --help --nonsense -u 0", nameof(Command.Help))]
    [InlineData("--version --help", nameof(Command.Help))]
    [InlineData("--version", nameof(Command.Version))]
    [InlineData("-V", nameof(Command.Version))]
    [InlineData("-w in -b bucket", nameof(Command.Run))]
    [InlineData("-w in -b bucket --help=false", nameof(Command.Run))]
    public void HelpAndVersionComeBeforeEverythingElse(string line, string expected)
    {
        _scene.Environment["S3SYNC_NONSENSE"] = expected == nameof(Command.Run) ? "" : "1";
        if (expected == nameof(Command.Run))
            _scene.Environment.Remove("S3SYNC_NONSENSE");
        var reading = _scene.Read(line.Split(' '));
        Assert.Equal(expected, reading.Command.ToString());
        Assert.Empty(reading.Problems);
        Assert.Equal(reading.Command == Command.Run, reading.Settings is not null);
    }

    [Theory]
    [InlineData("rnu", "unknown command 'rnu' | did you mean run?")]
    [InlineData("/data", "unknown command '/data' | watched directories are named with -w DIR; s3sync --help lists the options")]
    [InlineData("[in]", "unknown command '[in]' | watched directories are named with -w DIR; s3sync --help lists the options")]
    public void ACommandIsTheFirstWordOrNone(string first, string expected) =>
        Assert.Equal(expected, Scene.Shown(_scene.Read(first, "-w", "in", "-b", "bucket")));

    [Fact]
    public void NothingAfterTwoHyphensIsAnOption() =>
        Assert.Contains("'-b' belongs to no option", Scene.Shown(_scene.Read("-w", "in", "--", "-b", "bucket")));
}
