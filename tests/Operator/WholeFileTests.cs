using System;
using System.IO;
using S3Sync.Sync.Operation;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary>A file that is replaced whole, in a directory where others may write.</summary>
public sealed class WholeFileTests : IDisposable
{
    readonly TemporaryDirectory place = new();

    public void Dispose() => place.Dispose();

    [Theory]
    [InlineData("s3sync.prom.next")]
    [InlineData("s3sync.prom")]
    [InlineData("s3sync.prom.0")]
    public void NoLinkOfAnotherIsFollowed(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "to make a link takes a privilege there");
        File.WriteAllText(place["theirs"], "only root may write this");
        File.CreateSymbolicLink(place[name], place["theirs"]);
        WholeFile.Clean(place["s3sync.prom"]);
        WholeFile.Write(place["s3sync.prom"], "figures");
        WholeFile.Write(place["s3sync.prom"], "figures");
        Assert.Equal("only root may write this", File.ReadAllText(place["theirs"]));
        Assert.Equal("figures", File.ReadAllText(place["s3sync.prom"]));
        Assert.Null(new FileInfo(place["s3sync.prom"]).LinkTarget);
    }

    [Fact]
    public void WhatAKilledRunLeftIsRemovedAndNothingElse()
    {
        var left = place[$"s3sync.prom.{Guid.NewGuid():n}.next"];
        string[] others = [place["s3sync.prom.next"], place["s3sync.prom.today.next"], place[$"other.prom.{Guid.NewGuid():n}.next"], place[$"s3sync.prom.{new string('x', 32)}.next"]];
        foreach (var file in (string[])[left, .. others])
            File.WriteAllText(file, "");
        WholeFile.Clean(place["s3sync.prom"]);
        Assert.False(File.Exists(left));
        Assert.All(others, other => Assert.True(File.Exists(other), other));
    }

    [Fact]
    public void WhereItCannotBeReplacedNothingIsLeftBehind()
    {
        Directory.CreateDirectory(place["s3sync.prom"]);
        Assert.ThrowsAny<Exception>(() => WholeFile.Write(place["s3sync.prom"], "figures"));
        Assert.Equal([place["s3sync.prom"]], Directory.GetFileSystemEntries(place.Path));
    }
}
