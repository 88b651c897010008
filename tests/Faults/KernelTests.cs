using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Faults;

/// <summary>The kernel's own limits: a queue of notifications that overflows, and watches that run out. Every file is found all the same.</summary>
[Collection(Alone.Name)]
public sealed class KernelTests
{
    const string QueueLimit = "/proc/sys/fs/inotify/max_queued_events";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>FAULT_KERNEL_FILES asks for more than the few of an ordinary run: 200000, say.</summary>
    [LinuxFact]
    public async Task FilesThatComeFasterThanTheQueueHoldsAreAllUploaded()
    {
        var files = int.Parse(Environment.GetEnvironmentVariable("FAULT_KERNEL_FILES") ?? "6000");
        // One file makes two notifications: whatever comes before these are read is lost, however fast the reader is.
        const int directories = 500, queue = 2;
        await using var stand = await PipelineStand.Start(isAws: true);
        for (var i = 0; i < directories; i++)
            Directory.CreateDirectory(Path.Join(stand.Root.Path, $"{i:D3}"));
        await using var running = await WithQueueOf(queue, () => stand.Run());
        stand.Write("first", PipelineStand.Bytes(10));
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 1, stand.Log.ToString, Cancel);
        for (var i = 0; i < files; i++)
            stand.Write($"{i % directories:D3}/{i}", PipelineStand.Bytes(20, i));
        await Eventually.True(() => running.Pipeline.Tally.Deleted == files + 1, () => $"{running.Pipeline.Tally.Deleted} of {files}, {running.Pipeline.Overflows} overflows", Cancel, TimeSpan.FromMinutes(15));
        await running.StopAsync();
        Assert.True(running.Pipeline.Overflows > 0, "the queue never overflowed");
        Assert.True(stand.Log.Count("notifications were lost") > 0);
        Assert.Equal(new OracleCount(0, files + 1, 0), stand.Oracle.Check());
        TestContext.Current.TestOutputHelper?.WriteLine($"{files} files, {running.Pipeline.Overflows} overflows");
    }

    /// <summary>In a user namespace of its own, whose limit is nobody else's: user_namespaces(7), /proc/sys/user.</summary>
    [LinuxFact]
    public async Task WhereWatchesRunOutTheRestIsFoundByScansAndThatIsSaid()
    {
        const int watches = 5, directories = 20;
        var exe = Environment.GetEnvironmentVariable("TESTS_EXE") ?? (await Needs.PublishedExe()).Path;
        var limited = $"echo {watches} > /proc/sys/user/max_inotify_watches && exec \"$0\" \"$@\"";
        Needs.Check(await CanUnshare() ? null : "no user namespace can be made here, and the limit of watches is the whole machine's otherwise");
        await using var server = await Support.S3.S3Server.Start();
        await using var scene = await Scene.Open(new Launch("unshare", ["--user", "--map-root-user", "/bin/sh", "-c", limited, exe], new Dictionary<string, string?>(), path => path, path => path), server.Url);
        for (var i = 0; i < directories; i++)
            scene.Write($"{i}/before.dat", 100);
        var run = scene.Start("--rescan-interval", "1");
        // One is the directory of requests.
        await run.WaitForLine($"cannot watch {directories + 2 - watches} of the directories below", Scene.Limit);
        Assert.Equal(1, run.Count("fs.inotify.max_user_watches"));
        for (var i = 0; i < directories; i++)
            scene.Write($"{i}/later.dat", 100);
        await Eventually.True(() => scene.Files().Length == 0 || run.HasExited, () => run.Output, Cancel, Scene.Limit);
        // Said once, however often they are scanned; and the limit may be raised.
        Assert.Equal(1, run.Count("cannot watch"));
        await RaiseWatches(run);
        await run.WaitForLine("all directories below", Scene.Limit);
        run.Signal(ProgramRun.Interrupt);
        await Scene.AssertExit(run, 0);
        await scene.AssertAllMoved();
    }

    [LinuxFact]
    public async Task ADirectoryThatCouldNotBeWatchedIsOnceThereAreWatchesAgain()
    {
        var exe = Environment.GetEnvironmentVariable("TESTS_EXE") ?? (await Needs.PublishedExe()).Path;
        Needs.Check(await CanUnshare() ? null : "no user namespace can be made here, and the limit of watches is the whole machine's otherwise");
        await using var server = await Support.S3.S3Server.Start();
        await using var scene = await Scene.Open(new Launch("unshare", ["--user", "--map-root-user", "/bin/sh", "-c", "echo 0 > /proc/sys/user/max_inotify_watches && exec \"$0\" \"$@\"", exe], new Dictionary<string, string?>(), path => path, path => path), server.Url);
        scene.Write("before.dat", 100);
        var run = scene.Start();
        await run.WaitForLine($"{scene.Root} cannot be watched", Scene.Limit);
        Assert.Equal(1, run.Count($"{scene.Root} cannot be watched"));
        Assert.True(run.Count("fs.inotify.max_user_watches") > 0);
        await RaiseWatches(run);
        await run.WaitForLine($"watching {scene.Root}", Scene.Limit);
        scene.Write("later.dat", 100);
        await Eventually.True(() => scene.Files().Length == 0 || run.HasExited, () => run.Output, Cancel, Scene.Limit);
        run.Signal(ProgramRun.Interrupt);
        await Scene.AssertExit(run, 0);
        await scene.AssertAllMoved();
    }

    /// <summary>As the administrator of its user namespace.</summary>
    static async Task RaiseWatches(ProgramRun run)
    {
        using var raise = System.Diagnostics.Process.Start("nsenter", ["--user", "--preserve-credentials", "--target", $"{run.Id}", "/bin/sh", "-c", "echo 1000 > /proc/sys/user/max_inotify_watches"]);
        await raise.WaitForExitAsync(Cancel);
        Assert.Equal(0, raise.ExitCode);
    }

    static async Task<bool> CanUnshare()
    {
        using var process = System.Diagnostics.Process.Start("unshare", ["--user", "--map-root-user", "/bin/sh", "-c", "echo 5 > /proc/sys/user/max_inotify_watches"]);
        await process.WaitForExitAsync(Cancel);
        return process.ExitCode == 0;
    }

    /// <summary>Starts something while the kernel's limit is lowered; an inotify instance keeps the limit it was made with.</summary>
    static async Task<T> WithQueueOf<T>(int limit, Func<T> start)
    {
        Needs.Check(Environment.IsPrivilegedProcess ? null : "only root can lower the kernel's limit of notifications");
        var before = await File.ReadAllTextAsync(QueueLimit, Cancel);
        try
        {
            await File.WriteAllTextAsync(QueueLimit, $"{limit}", Cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Needs.Check($"the kernel's limit of notifications cannot be lowered here: {e.Message}");
        }
        try
        {
            return start();
        }
        finally
        {
            await File.WriteAllTextAsync(QueueLimit, before, CancellationToken.None);
        }
    }
}
