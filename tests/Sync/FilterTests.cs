using System;
using System.IO;
using System.Linq;
using CsCheck;
using S3Sync.Sync;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>Rules in their order, and what else counts.</summary>
public sealed class FilterTests
{
    [Theory]
    [InlineData("- *.log", "a.log", "- *.log")]
    [InlineData("- *.log", "a.csv", null)]
    [InlineData("+ keep.log|- *.log", "x/keep.log", "+ keep.log")]
    [InlineData("- *.log|+ keep.log", "x/keep.log", "- *.log")]
    [InlineData("+ *.csv|- *", "x/a.csv", "+ *.csv")]
    [InlineData("+ *.csv|- *", "x/a.log", "- *")]
    [InlineData("+ /2026/**|- *", "2026/11/a", "+ /2026/**")]
    [InlineData("- cache/", "x/cache/a", "- cache/")]
    public void TheFirstRuleThatFitsDecides(string rules, string path, string? expected) =>
        Assert.Equal(expected, Of(rules).Decide(Local(path))?.Text);

    [Theory]
    [InlineData("- cache/", "x/cache", "- cache/")]
    [InlineData("- cache/", "x", null)]
    [InlineData("+ *.csv|- cache/", "cache", null)]
    [InlineData("+ /cache/keep/**|- cache/", "cache", null)]
    [InlineData("+ /cache/keep/**|- cache/", "cache/keep", null)]
    [InlineData("+ /cache/keep/**|- cache/", "cache/other", "- cache/")]
    [InlineData("+ /in/**|- *", "out", "- *")]
    [InlineData("+ /in/**|- *", "in", null)]
    [InlineData("- *.csv|- *.log", "x", null)]
    public void ADirectoryIsLeftOutWholeOnlyWhereNothingBelowCanBeTaken(string rules, string directory, string? expected) =>
        Assert.Equal(expected, Of(rules).DecideAllBelow(Local(directory))?.Text);

    [Fact]
    public void NothingThatIsTakenLiesBelowADirectoryThatIsLeftOut()
    {
        var pattern = Gen.OneOf<string>("a/", "/a/", "b*", "/a/b/**", "**", "a/**", "*", "/b/?", "{a,b}/", "/*/b/").Select(Gen.Bool, (glob, takes) => $"{(takes ? '+' : '-')} {glob}");
        var path = Gen.OneOf<string>("a", "b", "ab").Array[1, 3].Select(names => string.Join('/', names));
        Gen.Select(pattern.Array[1, 4], path, path).Sample((rules, directory, below) =>
        {
            var filter = Of(string.Join('|', rules));
            if (filter.DecideAllBelow(Local(directory)) is not null)
                Assert.False(filter.Decide(Local($"{directory}/{below}")) is null or { Takes: true }, $"{string.Join('|', rules)} {directory} {below}");
        }, iter: 20_000);
    }

    [Theory]
    [InlineData("report.csv.tmp")]
    [InlineData("x/download.part")]
    [InlineData("x/~$report.docx")]
    [InlineData(".~lock.report.odt#")]
    [InlineData("movie.mkv.crdownload")]
    [InlineData(".#notes")]
    [InlineData("#notes#")]
    [InlineData(".nfs000000000123")]
    [InlineData(".fuse_hidden0001")]
    [InlineData("x/Thumbs.db")]
    [InlineData("desktop.ini")]
    [InlineData(".DS_Store")]
    public void ATemporaryNameIsLeftOutUnlessARuleOrTheOptionTakesIt(string path)
    {
        Assert.True(Filter.Standard.Decide(Local(path)) is { Takes: false } rule && rule.Shown.EndsWith("(a temporary name; --take-temporary takes it)", StringComparison.Ordinal));
        Assert.Null(Filter.None.Decide(Local(path)));
        Assert.True(new Filter([Rule.Parse("+ *", out _)!, .. Rule.Temporary], default).Decide(Local(path)) is { Takes: true });
    }

    [Theory]
    [InlineData("report.csv")]
    [InlineData("tmp")]
    [InlineData("x.tmp/report.csv")]
    [InlineData("temporary.csv")]
    [InlineData("part")]
    [InlineData("#1.csv")]
    [InlineData(".hidden")]
    public void AnOrdinaryNameIsNotTemporary(string path) => Assert.Null(Filter.Standard.Decide(Local(path)));

    [Theory]
    [InlineData(".hidden", true)]
    [InlineData("x/.hidden", true)]
    [InlineData(".git/config", true)]
    [InlineData("x/.git/y/config", true)]
    [InlineData("x.y/z", false)]
    public void NamesWithADotInFrontAreHiddenWhereTheSystemHasNoOtherSign(string path, bool hidden)
    {
        var filter = new Filter([], new(0, 0, default, default, SkipHidden: true));
        Assert.Equal(hidden && !OperatingSystem.IsWindows(), filter.Decide(Local(path)) is { Text: "--skip-hidden", Takes: false });
        Assert.False(filter.NeedsFacts);
    }

    [Theory]
    [InlineData(9, 0, "--min-size 10")]
    [InlineData(10, 0, null)]
    [InlineData(100, 0, null)]
    [InlineData(101, 0, "--max-size 100")]
    [InlineData(50, 59_999, null)]
    [InlineData(50, 60_001, "--max-age 60")]
    public void SizeAndAgeCountWhateverTheRulesSay(long size, long age, string? expected)
    {
        var filter = new Filter([Rule.Parse("+ *", out _)!], new(10, 100, default, TimeSpan.FromSeconds(60), false));
        Assert.True(filter.NeedsFacts);
        Assert.Equal(expected, filter.Decide(new Stamp(1, size, Written(age), 0), Now, out var ripens)?.Text);
        Assert.Equal(0, ripens);
    }

    [Theory]
    [InlineData(0, 0, 1500)]
    [InlineData(1499, 0, 1)]
    [InlineData(1500, 0, 0)]
    // Its time lies in the future, which its last change cannot.
    [InlineData(-100_000, 1000, 500)]
    [InlineData(-100_000, 1500, 0)]
    public void AFileThatIsTooYoungRipens(long age, long changed, long after)
    {
        var filter = new Filter([], new(0, 0, TimeSpan.FromSeconds(1.5), default, false));
        var rule = filter.Decide(new Stamp(1, 1, Written(age), changed == 0 ? 0 : Written(changed)), Now, out var ripens);
        Assert.Equal((after > 0 ? "--min-age 1.5" : null, after > 0 ? Now + after : 0), (rule?.Text, ripens));
    }

    [Theory]
    [InlineData("*.log", "is no rule", "write '- *.log' to leave such files out, '+ *.log' to take them")]
    [InlineData("-*.log", "is no rule", "write a space between the sign and the pattern: '- *.log'")]
    [InlineData("- [", "is no rule: the pattern has a '[' that nothing closes", "for example '- *.log', '+ /2026/**' or '- cache/'")]
    [InlineData("+  ", "is no rule", "write a space between the sign and the pattern: '+ '")]
    public void WhatIsNoRuleIsSaidWithAHint(string text, string why, string hint)
    {
        Assert.Null(Rule.Parse(text, out var wrong));
        Assert.Equal((why, hint), wrong);
    }

    [Fact]
    public void AFilterIsThatOfTheSameRules()
    {
        Assert.Equal(Of("- a|+ b"), Of("- a|+ b"));
        Assert.NotEqual(Of("- a|+ b"), Of("+ b|- a"));
        Assert.NotEqual(new Filter([], default), new Filter([], new(1, 0, default, default, false)));
    }

    static readonly long Now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    static long Written(long age) => (Now - age) * 1_000_000;

    static Filter Of(string rules) => new(rules.Split('|').Select(rule => Rule.Parse(rule, out _)!), default);

    static string Local(string path) => path.Replace('/', Path.DirectorySeparatorChar);
}
