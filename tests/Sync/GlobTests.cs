using System;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using S3Sync.Sync;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>Patterns of paths, held against tables and against the same written as a regular expression.</summary>
public sealed class GlobTests
{
    [Theory]
    [InlineData("*.tmp", "a.tmp|x/a.tmp|.tmp|x/y/.tmp", "a.tmp.csv|tmp|a.tmp/x|a.TMP")]
    [InlineData("/*.tmp", "a.tmp", "x/a.tmp")]
    [InlineData("a.csv", "a.csv|x/a.csv", "xa.csv|a.csv/x|A.csv")]
    [InlineData("x/*.csv", "x/a.csv|y/x/a.csv", "x/y/a.csv|xx/a.csv|x/a")]
    [InlineData("/x/**.csv", "x/a.csv|x/y/z/a.csv", "a.csv|y/x/a.csv")]
    [InlineData("/x/**/a", "x/y/a|x/y/z/a", "x/a|a")]
    [InlineData("cache/", "cache/a|x/cache/a|x/cache/y/z", "cache|xcache/a|cachex/a|x/cache")]
    [InlineData("/cache/", "cache/a|cache/b/c", "x/cache/a|cache")]
    [InlineData("/2026/**", "2026/a|2026/11/23/a", "2026|2025/a|x/2026/a")]
    [InlineData("?.csv", "a.csv|x/é.csv|🦊.csv", "ab.csv|.csv")]
    [InlineData("[a-c].csv", "a.csv|c.csv", "d.csv|ab.csv|A.csv")]
    [InlineData("[!a-c].csv", "d.csv|é.csv|🦊.csv", "a.csv|x/a.csv")]
    [InlineData("x[^a]y", "xby", "xay|x/y")]
    [InlineData("[]-].csv", "].csv|-.csv", "a.csv")]
    [InlineData("*.{jpg,jp?g,p*}", "a.jpg|a.jpeg|a.p|a.png", "a.jg|a.gif")]
    [InlineData("{a,b/c}/x", "a/x|z/b/c/x", "c/x|ab/c/y")]
    [InlineData("{,x}a", "a|xa", "xxa")]
    [InlineData("\\*.csv", "*.csv", "a.csv")]
    [InlineData("\\[a\\]\\{\\}", "[a]{}|x/[a]{}", "a")]
    [InlineData("*", "a|x/a|x/y/.z", "")]
    [InlineData("**", "a|x/a", "")]
    [InlineData("/*", "a|.b", "x/a")]
    [InlineData("~$*", "~$report.docx|x/~$", "report~$.docx|~")]
    [InlineData("a*b*c", "abc|axbxc|abbc|x/a.b.c", "ab|acb|a/b/c|abcd")]
    [InlineData("a**c", "abc|a/b/c|z/a/b/c", "ab")]
    [InlineData("é*", "é|école", "e|É")]
    public void APatternFitsWhatItSays(string pattern, string fits, string others)
    {
        var glob = Glob.Parse(pattern, '/', windows: false, out var why);
        Assert.True(glob is not null, why);
        Assert.All(fits.Split('|'), path => Assert.True(glob.Fits(path), path));
        Assert.All(others.Split('|', StringSplitOptions.RemoveEmptyEntries), path => Assert.False(glob.Fits(path), path));
    }

    [Theory]
    [InlineData("*.TMP", @"a.tmp|x\A.Tmp", "a.tm")]
    [InlineData("/Cache/**", @"cache\a|CACHE\b\c", @"x\cache\a")]
    [InlineData("x/*.csv", @"y\X\a.CSV", @"x\y\a.csv")]
    [InlineData("[a-c]É", "bé|BÉ", "dé")]
    [InlineData("\\[a\\]", "[A]", "a")]
    public void OnWindowsUpperAndLowerCaseAreAlikeAndTheSeparatorIsTheSystems(string pattern, string fits, string others)
    {
        var glob = Glob.Parse(pattern, '\\', windows: true, out var why);
        Assert.True(glob is not null, why);
        Assert.All(fits.Split('|'), path => Assert.True(glob.Fits(path), path));
        Assert.All(others.Split('|'), path => Assert.False(glob.Fits(path), path));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("/", "names nothing ('/**' is everything)")]
    [InlineData("{a,}", "names nothing ('/**' is everything)")]
    [InlineData("a//b", "has an empty part: '//'")]
    [InlineData("./a", "has a part '.' or '..', which no path below the watched directory has")]
    [InlineData("a/../b", "has a part '.' or '..', which no path below the watched directory has")]
    [InlineData("***", "has more than two '*' in a row")]
    [InlineData("{a,{b,c}}", "has a '{' within '{ }'")]
    [InlineData("{{a+}}", "has '{{': regular expressions are not known here")]
    [InlineData("{a,b", "has a '{' that nothing closes")]
    [InlineData("a}", "has a '}' that nothing opens")]
    [InlineData("a]", "has a ']' that nothing opens")]
    [InlineData("[a", "has a '[' that nothing closes")]
    [InlineData("[", "has a '[' that nothing closes")]
    [InlineData("[!", "has a '[' that nothing closes")]
    [InlineData("[a-", "has a '[' that nothing closes")]
    [InlineData("[z-a]", "has a range from 'z' to 'a', which is empty")]
    [InlineData("[a/]", "has a '/' within '[ ]'")]
    [InlineData("{0,1,2,3,4,5,6,7,8,9}{0,1,2,3,4,5,6,7,8,9}{0,1}", "can be read in more than 100 ways")]
    [InlineData("a\\", @"has a '\' where nothing needs one: between directories stands '/', also on Windows")]
    [InlineData("a\\b", @"has a '\' where nothing needs one: between directories stands '/', also on Windows")]
    [InlineData("a\nb", "has a control character or half a character in it")]
    public void APatternThatCannotBeMeantIsRefused(string pattern, string expected)
    {
        Assert.Null(Glob.Parse(pattern, '/', windows: false, out var why));
        Assert.Equal(expected, why);
        Assert.Null(Glob.Parse(pattern, '\\', windows: true, out _));
    }

    [Theory]
    [InlineData(@"cache\*.csv", @"has a '\' where nothing needs one: between directories stands '/', also on Windows")]
    [InlineData("D:/out/*.csv", "has a ':' in it, which no name can hold: it begins at the watched directory, not at a drive")]
    public void APathOfWindowsIsNoPattern(string pattern, string expected)
    {
        Assert.Null(Glob.Parse(pattern, '\\', windows: true, out var why));
        Assert.Equal(expected, why);
    }

    [Fact]
    public void APatternIsNeitherTooLongNorBroken()
    {
        Assert.Null(Glob.Parse(new('a', 501), out var why));
        Assert.Equal("is longer than 500 characters", why);
        Assert.Null(Glob.Parse("a\ud800", out _));
        var longest = string.Concat(Enumerable.Repeat("*a", 249)) + "b/";
        Assert.True(Glob.Parse(longest, '/', windows: false, out _)!.Fits(new string('a', 249) + "b/x"));
        Assert.False(Glob.Parse(longest, '/', windows: false, out _)!.Fits(new string('a', 248) + "b/x"));
    }

    /// <summary>One that tried every way to divide the letters among the stars would not come to an end.</summary>
    [Fact]
    public void NoPatternTakesLongerThanItsPathIsLong()
    {
        var glob = Glob.Parse(string.Concat(Enumerable.Repeat("**a*a", 60)) + "?b", '/', windows: false, out _)!;
        for (var i = 0; i < 100; i++)
            Assert.False(glob.Fits(new string('a', 2000)));
        Assert.True(glob.Fits(new string('a', 2000) + "b"));
    }

    static readonly Gen<string> Pattern = Gen.OneOf<string>("a", "b", "A", ".", "é", "/", "*", "**", "?", "[ab]", "[!a]", "[^.]", "[a-é]", "{a,b}", "{b,*,a/b}", "{**,?a,ab/b}", "\\*", "c").Array[1, 9].Select(string.Concat);
    static readonly Gen<string> Path = Gen.OneOf<string>("a", "b", "A", ".", "é", "É", "*", "c").Array[1, 4].Select(string.Concat).Array[1, 4].Select(names => string.Join('/', names));

    [Fact]
    public void APatternFitsExactlyWhatItsRegularExpressionDoes() =>
        Gen.Select(Pattern, Path.Array[20]).Sample((pattern, paths) =>
        {
            if (Glob.Parse(pattern, '/', windows: false, out _) is not { } glob)
                return;
            var slow = Slow(pattern, RegexOptions.None);
            foreach (var path in paths)
                Assert.True(slow.IsMatch(path) == glob.Fits(path), $"{pattern} {slow} {path}");
        }, iter: 20_000);

    [Fact]
    public void OnWindowsAsWell() =>
        Gen.Select(Pattern.Select(pattern => pattern.Replace("\\*", "a").Replace("[a-é]", "[a-b]")), Path.Select(path => path.Replace("*", "b")).Array[20]).Sample((pattern, paths) =>
        {
            if (Glob.Parse(pattern, '\\', windows: true, out _) is not { } glob)
                return;
            var slow = Slow(pattern, RegexOptions.IgnoreCase);
            foreach (var path in paths)
                Assert.True(slow.IsMatch(path) == glob.Fits(path.Replace('/', '\\')), $"{pattern} {slow} {path}");
        }, iter: 5_000);

    [Fact]
    public void WhatIsSaidOfAllPathsBelowADirectoryHoldsForEach() =>
        Gen.Select(Pattern, Path, Path.Array[20]).Sample((pattern, directory, paths) =>
        {
            if (Glob.Parse(pattern, '/', windows: false, out _) is not { } glob)
                return;
            foreach (var path in paths)
            {
                var fits = glob.Fits($"{directory}/{path}");
                Assert.True(fits || !glob.FitsAllBelow(directory), $"{pattern} {directory} {path}");
                Assert.True(!fits || glob.MayFitBelow(directory), $"{pattern} {directory} {path}");
            }
        }, iter: 10_000);

    [Theory]
    [InlineData("cache/", "cache|x/cache|x/cache/y", "cachex|x")]
    [InlineData("/cache/**", "cache|cache/x", "x/cache|x")]
    [InlineData("*", "x|x/y", "")]
    [InlineData("/x/*", "", "x")]
    [InlineData("*.tmp", "", "x.tmp")]
    public void ADirectoryIsKnownToBeCoveredWhole(string pattern, string covered, string others)
    {
        var glob = Glob.Parse(pattern, '/', windows: false, out _)!;
        Assert.All(covered.Split('|', StringSplitOptions.RemoveEmptyEntries), directory => Assert.True(glob.FitsAllBelow(directory), directory));
        Assert.All(others.Split('|', StringSplitOptions.RemoveEmptyEntries), directory => Assert.False(glob.FitsAllBelow(directory), directory));
    }

    [Theory]
    [InlineData("/x/y/*.csv", "x|x/y", "y|x/z|x/y/z|xx")]
    [InlineData("/x/**", "x|x/y", "y")]
    [InlineData("/x", "", "x|y")]
    [InlineData("*.csv", "x|y/z", "")]
    public void ADirectoryIsKnownToHoldNothingOfAPattern(string pattern, string may, string cannot)
    {
        var glob = Glob.Parse(pattern, '/', windows: false, out _)!;
        Assert.All(may.Split('|', StringSplitOptions.RemoveEmptyEntries), directory => Assert.True(glob.MayFitBelow(directory), directory));
        Assert.All(cannot.Split('|', StringSplitOptions.RemoveEmptyEntries), directory => Assert.False(glob.MayFitBelow(directory), directory));
    }

    /// <summary>The obvious way.</summary>
    static Regex Slow(string pattern, RegexOptions options)
    {
        var text = new StringBuilder(pattern[0] == '/' ? "^" : "^(?:.*/)?");
        for (var i = pattern[0] == '/' ? 1 : 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*' when i + 1 < pattern.Length && pattern[i + 1] == '*':
                    text.Append(".*");
                    i++;
                    break;
                case '*':
                    text.Append("[^/]*");
                    break;
                case '?':
                    text.Append("[^/]");
                    break;
                case '[':
                    var end = pattern.IndexOf(']', i);
                    text.Append("(?!/)[").Append(pattern[(i + 1)..end].Replace('!', '^')).Append(']');
                    i = end;
                    break;
                case '{':
                    text.Append("(?:");
                    break;
                case '}':
                    text.Append(')');
                    break;
                case ',':
                    text.Append('|');
                    break;
                case '\\':
                    text.Append(Regex.Escape(pattern[++i..(i + 1)]));
                    break;
                default:
                    text.Append(Regex.Escape(pattern[i..(i + 1)]));
                    break;
            }
        }
        return new(text.Append(pattern.EndsWith('/') ? @".+\z" : @"\z").ToString(), options | RegexOptions.Singleline | RegexOptions.CultureInvariant);
    }
}
