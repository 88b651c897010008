using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Faults;

/// <summary>
/// A name of the endpoint that is not known, at first or from some moment on. The published program has a mount namespace of its own, in which
/// names are looked up in a file of the test's and nowhere else, so that no packet leaves this machine: mount_namespaces(7), nsswitch.conf(5).
/// </summary>
public sealed class NameTests : IAsyncLifetime
{
    const string Name = "s3.test";

    const string NotKnown = "its name is not found in DNS";

    /// <summary>Has the test's files ($1 to $3) in the place of the system's, and becomes the program.</summary>
    const string OwnNames = "mount --bind $1 /etc/hosts && mount --bind $2 /etc/nsswitch.conf && mount --bind $3 /etc/resolv.conf && shift 3 && exec \"$@\"";

    TemporaryDirectory names = null!;
    S3Server server = null!;
    Scene scene = null!;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Needs.Check(OperatingSystem.IsLinux() ? null : "mount namespaces are Linux's own");
        string[] namespaces = Environment.IsPrivilegedProcess ? ["--mount"] : ["--user", "--map-root-user", "--mount"];
        names = new();
        File.WriteAllText(names["nsswitch"], "hosts: files\n");
        // Should anything ask all the same: nobody listens there.
        File.WriteAllText(names["resolv"], "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
        Forget();
        string[] first = [.. namespaces, "/bin/sh", "-ec", OwnNames, "sh", names["hosts"], names["nsswitch"], names["resolv"]];
        Needs.Check(await Works([.. first, "/bin/true"]) ? null : "no mount namespace can be made here, and the names are the whole machine's otherwise");
        var exe = (await Needs.PublishedExe()).Path;
        server = await S3Server.Start();
        scene = await Scene.Open(new Launch("unshare", [.. first, exe], new Dictionary<string, string?>(), path => path, path => path), server.Url);
    }

    public async ValueTask DisposeAsync()
    {
        if (scene is not null)
            await scene.DisposeAsync();
        if (server is not null)
            await server.DisposeAsync();
        names?.Dispose();
    }

    [LinuxFact]
    public async Task WhileItIsNotKnownYetEverythingStaysOnDiskAndThenOneRequestComesBeforeAllOthers()
    {
        Write(300);
        var run = Start();
        await run.WaitForLine("uploads rest for", Scene.Limit);
        Write(50);
        await Eventually.True(() => run.HasExited || LedgerRows.Count(scene.Ledger) == 350, () => run.Output, Cancel, Scene.Limit);
        await AssertAllOnDisk();
        var beside = HoldUpTheFirst();
        Learn();
        await Emptied(run);
        Assert.Equal(0, beside());
        await Stop(run);
        Assert.Equal((1, 1), (run.Count("uploads rest for"), run.Count("the endpoint answers again")));
        Assert.Equal(0, run.Count("failed ") + run.Count("parked "));
        await scene.AssertAllMoved();
    }

    [LinuxFact]
    public async Task WhereItIsForgottenInTheMiddleTheRestWaitsUntilItIsKnownAgain()
    {
        Learn();
        var slow = server.Faults.Add(Fault.Stall(TimeSpan.FromMilliseconds(20)));
        Write(300);
        var run = Start();
        await Eventually.True(() => run.HasExited || server.Objects(scene.Bucket).Count >= 30, () => run.Output, Cancel, Scene.Limit);
        Forget();
        // Connections that are open need no name.
        await server.Stop();
        await server.Restart();
        server.Faults.Remove(slow);
        // Of which the loss of the connections may be the first reason; a further one is said a minute later. The server is there, and hears nothing.
        await run.WaitForLine("uploads rest for", Scene.Limit);
        Write(50);
        await Eventually.True(() => run.HasExited || LedgerRows.Count(scene.Ledger) == 350, () => run.Output, Cancel, Scene.Limit);
        var judgement = await scene.Judge();
        judgement.AssertSound();
        Assert.InRange(judgement.InBucket, 30, 299);
        var beside = HoldUpTheFirst();
        Learn();
        await Emptied(run);
        Assert.Equal(0, beside());
        await Stop(run);
        await scene.AssertAllMoved();
    }

    [LinuxFact]
    public async Task ADrainGivesUpWith1AndAHintOrEndsWellWhereItIsKnownInTime()
    {
        Write(100);
        var run = Start("--once", "--patience", "2");
        await Scene.AssertExit(run, 1);
        Assert.Contains("cannot go on: the endpoint has failed for", run.Output, StringComparison.Ordinal);
        Assert.Contains(NotKnown, run.Output, StringComparison.Ordinal);
        await AssertAllOnDisk();
        var patient = Start("--once", "--patience", "120");
        await patient.WaitForLine("uploads rest for", Scene.Limit);
        Learn();
        await Scene.AssertExit(patient, 0);
        await scene.AssertAllMoved();
    }

    void Learn() => File.WriteAllText(names["hosts"], $"127.0.0.1 {Name}\n");

    void Forget() => File.WriteAllText(names["hosts"], "127.0.0.1 localhost\n");

    void Write(int files)
    {
        for (var i = 0; i < files; i++)
            scene.Write($"{scene.Expected.Count % 7}/{scene.Expected.Count}.dat", 1000);
    }

    /// <summary>Starts a run that knows the server by name.</summary>
    ProgramRun Start(params string[] more) =>
        scene.StartWith([.. scene.Arguments.Chunk(2).Where(pair => pair[0] != "--endpoint").SelectMany(pair => pair), "--endpoint", $"http://{Name}:{server.Port}", "--allow-http", .. more]);

    /// <summary>Holds up the first request to come, and tells how many came beside it meanwhile.</summary>
    Func<int> HoldUpTheFirst()
    {
        var pause = TimeSpan.FromSeconds(1);
        server.Faults.Add(Fault.Stall(pause).Times(1));
        var (first, beside) = (0L, 0);
        server.Arrived += _ =>
        {
            var begun = Interlocked.CompareExchange(ref first, Stopwatch.GetTimestamp(), 0);
            if (begun != 0 && Stopwatch.GetElapsedTime(begun) < pause * 0.9)
                Interlocked.Increment(ref beside);
        };
        return () => beside;
    }

    async Task AssertAllOnDisk()
    {
        var judgement = await scene.Judge();
        judgement.AssertSound();
        Assert.Equal((scene.Expected.Count, 0, 0), (judgement.Left, judgement.InBucket, judgement.Receipts));
    }

    async Task Emptied(ProgramRun run) =>
        await Eventually.True(() => run.HasExited || scene.Files().Length == 0, () => run.Output, Cancel, Scene.Limit);

    static async Task Stop(ProgramRun run)
    {
        run.Signal(ProgramRun.Interrupt);
        await Scene.AssertExit(run, 0);
    }

    static async Task<bool> Works(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("unshare", arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync(Cancel);
        return process.ExitCode == 0;
    }
}
