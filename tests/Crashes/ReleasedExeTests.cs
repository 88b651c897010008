using System;
using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Crashes;

/// <summary>What users get holds no fail point.</summary>
public sealed class ReleasedExeTests
{
    [Fact]
    public async Task TheSymbolsOfTheReleasedExecutableNameNoFailPoint()
    {
        await FailPointExe.Need();
        Assert.True(Names("failpoints/bin"), "the symbols of the test build lack its fail points: this test would find nothing anywhere");
        Assert.False(Names("bin"), "the released executable holds fail points");
    }

    [Fact]
    public async Task TheReleasedExecutableDoesNotObeyThem()
    {
        var exe = await Needs.PublishedExe();
        await using var server = await S3Server.Start();
        await using var scene = await Scene.Open(exe.Path, server.Url);
        scene.Write("file.dat", 1000);
        var run = scene.StartWith([.. scene.Arguments, "--once"], new Dictionary<string, string?> { ["FAILPOINT"] = "list;exit upload.begun 1" });
        await Scene.AssertExit(run, 0);
        Assert.Equal(0, run.Count("failpoint"));
        await scene.AssertAllMoved();
    }

    /// <summary>True if what the linker wrote of the executable made there speaks of them.</summary>
    static bool Names(string folder)
    {
        var native = Path.Join(Repository.Directory, "artifacts", folder, "s3sync", $"release_{PublishedExe.Rid}", "native");
        var symbols = Path.Join(native, OperatingSystem.IsWindows() ? "s3sync.pdb" : "s3sync.dbg");
        return File.ReadAllBytes(symbols).AsSpan().IndexOf("FailPoint"u8) >= 0;
    }
}
