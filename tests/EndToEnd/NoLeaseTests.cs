using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.EndToEnd;

/// <summary>
/// The published program without CAP_LEASE, as in a container with Docker's default capabilities, and with another user's files:
/// the kernel does not tell it whether they are still being written.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class NoLeaseTests
{
    const string SetPriv = "/usr/bin/setpriv", Producer = "23456";

    /// <summary>Neither leases nor a look at other users' processes.</summary>
    static readonly string[] Blind = ["--bounding-set", "-lease,-sys_ptrace", "--inh-caps", "-all"];

    /// <summary>No leases, but every process of the machine can be looked at.</summary>
    static readonly string[] Seeing = ["--bounding-set", "-lease", "--inh-caps", "-all"];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [LinuxFact]
    public async Task ASlowProducersFileStaysUntilItIsSureAndOneRenamedIntoPlaceGoesAtOnce()
    {
        await using var server = await S3Server.Start();
        await using var scene = await Open(server, Blind);
        var run = scene.Start();
        await run.WaitForLine("watching", Scene.Limit);
        Assert.Equal(1, run.Count("cannot always be told"));
        Assert.Equal(1, run.Count("setcap cap_lease+ep s3sync"));
        // "slow query > result.csv", and a header that is followed by more through another handle.
        using var query = Produce(scene, "exec > result.csv; read go; echo whole");
        using var report = Produce(scene, "echo header > report.csv; ( read go; echo rest ) >> report.csv");
        await run.WaitForLine("not settled " + scene.FullPath("result.csv"), Scene.Limit);
        await run.WaitForLine("not settled " + scene.FullPath("report.csv"), Scene.Limit);
        using var moved = Produce(scene, "echo moved > .moved.tmp; mv .moved.tmp moved.csv");
        await Eventually.True(() => server.Objects(scene.Bucket).ContainsKey("in/moved.csv"), () => run.Output, Cancel);
        Assert.Equal(["in/moved.csv"], server.Objects(scene.Bucket).Select(one => one.Key));
        await End(query);
        await End(report);
        run.Signal(ProgramRun.Terminate);
        await Scene.AssertExit(run, 0);
        Assert.Equal(("whole\n", "header\nrest\n"), (File.ReadAllText(scene.FullPath("result.csv")), File.ReadAllText(scene.FullPath("report.csv"))));
        // What has not changed for long enough is taken.
        await scene.Drain(0, "--unsure-interval", "0.3");
        Assert.Equal(3, server.Objects(scene.Bucket).Count);
        Assert.Empty(scene.Files());
    }

    [LinuxFact]
    public async Task AWriterThatMayBeSeenKeepsItsFileHoweverShortTheInterval()
    {
        await using var server = await S3Server.Start();
        await using var scene = await Open(server, Seeing);
        var run = scene.Start("--unsure-interval", "0");
        await run.WaitForLine("watching", Scene.Limit);
        using var query = Produce(scene, "exec > result.csv; read go; echo whole");
        await run.WaitForLine("somebody has it open for writing", Scene.Limit);
        Assert.Empty(server.Objects(scene.Bucket));
        await End(query);
        await Eventually.True(() => scene.Files().Length == 0, () => run.Output, Cancel);
        Assert.Equal("whole\n"u8.ToArray(), await scene.View.Get("in/result.csv", Cancel));
    }

    [LinuxFact]
    public async Task CheckWarnsOfItWithWhatHelps()
    {
        await using var server = await S3Server.Start();
        await using var scene = await Open(server, Blind);
        var run = scene.StartWith(["check", .. scene.Arguments]);
        await Scene.AssertExit(run, 0);
        Assert.Contains("warning  directory", run.Output, StringComparison.Ordinal);
        foreach (var help in (string[])["setcap cap_lease+ep", "AmbientCapabilities=CAP_LEASE", "--cap-add LEASE", "--sentinel", "rename files into place"])
            Assert.Contains(help, run.Output, StringComparison.Ordinal);
    }

    static async Task<Scene> Open(S3Server server, string[] rights)
    {
        Needs.Check(Environment.IsPrivilegedProcess ? null : "only root can start a program with fewer rights, and producers of another user");
        Needs.Check(File.Exists(SetPriv) ? null : "setpriv (package util-linux) is not installed");
        var exe = Environment.GetEnvironmentVariable("TESTS_EXE") ?? (await Needs.PublishedExe()).Path;
        var scene = await Scene.Open(new Launch(SetPriv, [.. rights, exe], new Dictionary<string, string?>(), path => path, path => path), server.Url);
        foreach (var directory in (string[])[scene.Place, scene.Root])
            File.SetUnixFileMode(directory, (UnixFileMode)0x1FF);
        return scene;
    }

    /// <summary>A shell of another user in the watched directory, which goes on when told.</summary>
    static Process Produce(Scene scene, string script) => Process.Start(new ProcessStartInfo(
        SetPriv, ["--reuid", Producer, "--regid", Producer, "--clear-groups", "/bin/sh", "-ec", script])
    { WorkingDirectory = scene.Root, RedirectStandardInput = true })!;

    static async Task End(Process producer)
    {
        await producer.StandardInput.WriteLineAsync("go on");
        await producer.WaitForExitAsync(Cancel);
        Assert.Equal(0, producer.ExitCode);
    }
}
