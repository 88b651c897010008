using System;
using System.Threading.Tasks;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary>What a run would do with files that are in the bucket and still here.</summary>
public sealed class DryRunTests : OperatorTest
{
    [Fact]
    public async Task AFileThatIsKeptIsSaidToBeKept()
    {
        Scene.Write("old.dat", 10);
        await Scene.Drain(more: "--keep");
        Scene.Write("new.dat", 10);
        var (old, @new) = (Scene.FullPath("old.dat"), Scene.FullPath("new.dat"));
        var there = $"s3://{Scene.Bucket}/in/old.dat at {Server.Url}";
        await Says([], $"would delete {old} if {there} still has it", $"would upload and delete {@new} ");
        await Says(["--keep"], $"would leave alone {old}: it was uploaded to {there}", $"would upload {@new} ");
        await Says(["--keep-for", "7"], $"would keep {old} until {DateTime.Now.AddDays(7):yyyy-MM-dd}", $"would upload and later delete {@new} ");
        await Says(["--keep-free", "1"], $"would keep {old} until its room is needed: it was uploaded to {there}", $"would upload and later delete {@new} ");
        await Says(["--filter", "- old.dat"], $"would leave out {old} by the rule", $"would upload and delete {@new} ");
        await Says(["--prefix", "other"], $"would keep {old}: it was uploaded to {there}, which is not where the settings put it now");
        Assert.Equal(2, Scene.Files().Length);
    }

    [Fact]
    public async Task WhatHasItsTimeToBeDeletedIsDeletedWhateverTheFilterSaysByNow()
    {
        Scene.Write("old.dat", 10);
        await Scene.Drain(more: ["--keep-for", "7"]);
        await Says(["--filter", "- old.dat"], $"would keep {Scene.FullPath("old.dat")} until ", "0 files of 0 bytes to upload, 1 known; nothing was touched");
    }

    async Task Says(string[] more, params string[] lines)
    {
        var said = await Ask(0, [.. Scene.Arguments, "--dry-run", .. more]);
        Assert.All(lines, line => Assert.Contains(line, said));
    }
}
