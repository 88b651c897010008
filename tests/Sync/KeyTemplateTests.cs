using System;
using System.Linq;
using System.Text;
using CsCheck;
using S3Sync.Sync;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>How keys are made of a template, and which templates could give two files one key and are refused.</summary>
public sealed class KeyTemplateTests
{
    // 2026-03-07 09:05:01 UTC.
    const long Modified = 1_772_874_301_123_456_789;

    static readonly Gen<string> Word = Gen.OneOf("{yyyy}", "{MM}", "{dd}", "{HH}", "{hash:1}", "{hash:2}", "{hash:8}", "{root}", "{host}", "a", "b", "0", "07", "2026", "/", "-", ".", "{{", "}}", "ä");

    static readonly Gen<string> Text = Gen.Select(Word.Array[0, 4], Word.Array[0, 3], (head, tail) => string.Concat(head) + "{path}" + string.Concat(tail));

    static readonly Gen<string> Name = Gen.OneOf("a", "b", "0", "07", "2026", "ä", "...", "a.b");

    static readonly Gen<string> Path = Name.Array[1, 4].Select(names => string.Join('/', names));

    static readonly Gen<string> Prefix = Gen.OneOf("", "a", "a/b", "2026", "in");

    static readonly Gen<long> Time = Gen.OneOf(Gen.Long[0, 4_000_000_000].Select(second => second * 1_000_000_000), Gen.Const(Modified), Gen.Const(-1_000_000_000L));

    static readonly Gen<Root> AnyRoot = Gen.Select(Gen.OneOf(Text, Gen.Const("{path}")), Prefix, Gen.OneOf("in", "a", "out"), (text, prefix, name) =>
        new Root(0, "/" + name, "bucket", prefix) { Template = Parse(text, name) is { IsPlain: false } template ? template : null });

    [Theory]
    [InlineData("{path}", "in/sub/a.txt")]
    [InlineData("{root}/{path}", "in/data/sub/a.txt")]
    [InlineData("{host}/{path}", "in/host-1/sub/a.txt")]
    [InlineData("{yyyy}/{MM}/{dd}/{HH}/{path}", "in/2026/03/07/09/sub/a.txt")]
    [InlineData("{hash:2}/{path}", "in/91/sub/a.txt")]
    [InlineData("{hash:8}-{path}", "in/91e3aa0b-sub/a.txt")]
    [InlineData("{{{yyyy}}}/{path}.{dd}", "in/{2026}/sub/a.txt.07")]
    public void AKeyIsThePrefixAndWhatTheTemplateMakesOfThePathAndTheTimeInUtc(string text, string expected)
    {
        var root = new Root(0, "/data", "bucket", "in") { Template = Parse(text, "data") };
        foreach (var (separator, path) in new[] { ('/', "sub/a.txt"), ('\\', @"sub\a.txt") })
        {
            Assert.Equal(KeyVerdict.Ok, Keys.Make(root, path, separator, out var key, Modified));
            // Which digits a hash has is a matter of SHA-256, and of it alone.
            var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("sub/a.txt"u8));
            Assert.Equal(expected.Replace("91e3aa0b", hash[..8], StringComparison.Ordinal).Replace("/91/", $"/{hash[..2]}/", StringComparison.Ordinal), key);
            Assert.Equal(path, Keys.PathOf(root, key, separator));
        }
    }

    [Theory]
    [InlineData("{yyyy}/", "no {path}")]
    [InlineData("{path}/{path}", "more than once")]
    [InlineData("{year}/{path}", "{year}")]
    [InlineData("{hash}/{path}", "{hash}")]
    [InlineData("{hash:0}/{path}", "{hash:0}")]
    [InlineData("{hash:9}/{path}", "{hash:9}")]
    [InlineData("{hash:10}/{path}", "{hash:10}")]
    [InlineData("{path", "single '{'")]
    [InlineData("a}{path}", "single '}'")]
    [InlineData("/{path}", "begins with '/'")]
    [InlineData("{path}/", "ends with '/'")]
    [InlineData("a//{path}", "empty part")]
    [InlineData("../{path}", "'..'")]
    [InlineData("a/./{path}", "'.'")]
    [InlineData("{path}/..", "'..'")]
    [InlineData("a\n/{path}", "control character")]
    public void ATemplateThatMakesNoGoodKeysIsRefusedWithAHint(string text, string why)
    {
        Assert.Null(KeyTemplate.Parse(text, "in", "host-1", out var wrong));
        Assert.Contains(why, wrong.Why, StringComparison.Ordinal);
        Assert.NotEqual("", wrong.Hint);
    }

    [Fact]
    public void TwoPathsOfOneRootNeverGetOneKeyAtWhateverTimes() =>
        Gen.Select(AnyRoot, Path, Time, Path, Time).Sample((root, one, first, other, second) =>
            one == other || Key(root, one, first) != Key(root, other, second), iter: 50_000);

    [Fact]
    public void TwoRootsThatAreAcceptedNeverGiveTwoFilesOneKey() =>
        Gen.Select(AnyRoot, AnyRoot, Path, Time, Path, Time).Sample((a, b, one, first, other, second) =>
            // Without a template the second of two such files is parked: see Keys.Twin.
            (a.Template is null && b.Template is null) || Keys.Overlap(a, b) || Key(a, one, first) != Key(b, other, second), iter: 200_000);

    [Fact]
    public void OverlapIsTheSameInBothDirectionsAndARootOverlapsItself() =>
        Gen.Select(AnyRoot, AnyRoot).Sample((a, b) => Keys.Overlap(a, b) == Keys.Overlap(b, a) && Keys.Overlap(a, a));

    [Fact]
    public void OfAKeyFollowsThePath() =>
        Gen.Select(AnyRoot, Path, Time).Sample((root, path, time) => Keys.PathOf(root, Key(root, path, time), '/') == path, iter: 20_000);

    [Fact]
    public void NoKeyHasAnEmptyPartNorADotForOne() =>
        Gen.Select(AnyRoot, Path, Time).Sample((root, path, time) => Key(root, path, time).Split('/').All(part => part is not ("" or "." or "..")), iter: 20_000);

    [Theory]
    [InlineData("2026/03/07/sub/a.txt", "sub/a.txt")]
    [InlineData("2026/3/07/sub/a.txt", null)]
    [InlineData("year/03/07/sub/a.txt", null)]
    [InlineData("2026/03/07/", null)]
    [InlineData("2026/03/07", null)]
    [InlineData("2026/03/07/../a", null)]
    public void WhatNoFileCanHaveIsNoKey(string key, string? path) =>
        Assert.Equal(path, Keys.PathOf(new(0, "/in", "bucket", "") { Template = Parse("{yyyy}/{MM}/{dd}/{path}", "in") }, key, '/'));

    [Fact]
    public void AKeyWithAnotherHashIsNobodys()
    {
        var root = new Root(0, "/in", "bucket", "") { Template = Parse("{hash:4}/{path}", "in") };
        var key = Key(root, "a", 0);
        Assert.Equal("a", Keys.PathOf(root, key, '/'));
        Assert.Null(Keys.PathOf(root, (key[0] == '0' ? '1' : '0') + key[1..], '/'));
    }

    [Theory]
    [InlineData("{yyyy}/{path}", "", "{yyyy}/{path}", "", true)]
    [InlineData("{yyyy}/{path}", "a", "{yyyy}/{path}", "b", false)]
    [InlineData("{yyyy}/{path}", "a", "{path}", "a", true)]
    [InlineData("{yyyy}/{path}", "a", "{path}", "a/2026", true)]
    [InlineData("{yyyy}/{path}", "a", "{path}", "a/year", false)]
    [InlineData("{hash:2}/{path}", "", "{path}", "in", false)]
    [InlineData("{hash:2}/{path}", "", "{path}", "ff", true)]
    [InlineData("{path}.a", "", "{path}.b", "", false)]
    [InlineData("{path}.{dd}", "", "{path}7", "", true)]
    [InlineData("{path}.{dd}", "", "{path}.7", "", false)]
    [InlineData("{path}.{dd}", "", "{path}.x", "", false)]
    public void RootsOverlapWhereTheirFixedPartsDoNotTellThemApart(string one, string prefix, string other, string otherPrefix, bool overlap) =>
        Assert.Equal(overlap, Keys.Overlap(new(0, "/x", "bucket", prefix) { Template = Parse(one, "x") }, new(1, "/y", "bucket", otherPrefix) { Template = Parse(other, "y") }));

    [Theory]
    [InlineData(1024, KeyVerdict.Ok)]
    [InlineData(1025, KeyVerdict.KeyTooLong)]
    public void AKeyHasAtMost1024BytesWithAllThatIsInIt(int bytes, object verdict)
    {
        var root = new Root(0, "/in", "bucket", "in") { Template = Parse("{yyyy}/{hash:3}/{path}.ä", "in") };
        var path = new string('x', bytes - "in/2026/abc/.".Length - 2);
        Assert.Equal(verdict, Keys.Make(root, path, '/', out var key, Modified));
        Assert.Equal(verdict is KeyVerdict.Ok ? bytes : 0, Encoding.UTF8.GetByteCount(key));
        // Whatever the time.
        Assert.Equal(verdict, Keys.Make(root, path, '/', out _));
    }

    static KeyTemplate? Parse(string text, string root) => KeyTemplate.Parse(text, root, "host-1", out _);

    static string Key(Root root, string path, long modified)
    {
        Assert.Equal(KeyVerdict.Ok, Keys.Make(root, path, '/', out var key, modified));
        return key;
    }
}
