using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.EndToEnd;

/// <summary>What a file costs on Linux, from when it is found to when it is gone, counted by strace(1) in the published program.</summary>
[SupportedOSPlatform("linux")]
public sealed partial class SystemCallTests
{
    const int Files = 100;

    /// <summary>Found by a scan, which reads directories only. Every call but the last is one of a guarantee: see LinuxDisk.</summary>
    static readonly string[] Scanned =
    [
        "openat2", "statx", "fcntl F_SETLEASE F_RDLCK", "fcntl F_SETLEASE F_UNLCK",
        // Read, and not changed meanwhile; proven, and not changed meanwhile.
        "pread64", "statx", "statx",
        // Below a directory that no link leads to, under a lease that no writer waits for before and after.
        "openat2 directory", "fcntl F_SETLEASE F_RDLCK", "statx", "fcntl F_GETLEASE", "unlinkat", "fcntl F_GETLEASE", "close directory",
        "close",
    ];

    /// <summary>Once it has settled it is looked at, as many are gone by then.</summary>
    static readonly string[] Noticed = ["openat2 directory", "statx", "close directory", .. Scanned];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [LinuxFact]
    public async Task AFileThatAScanFindsIsOpenedOnceAndCostsFifteenCalls()
    {
        await using var server = await S3Server.Start();
        await using var scene = await Open(server);
        Write(scene);
        // Younger than the quiet period it would be sent back, and be opened twice.
        await Eventually.True(() => DateTime.UtcNow - File.GetLastWriteTimeUtc(scene.FullPath(Name(Files))) > TimeSpan.FromSeconds(0.5), () => "", Cancel);
        await scene.Drain();
        Assert.Empty(scene.Files());
        CallsIn(scene).AssertCost(Files, Scanned);
    }

    [LinuxFact]
    public async Task AFileThatAWatchFindsIsOpenedOnceAndCostsEighteenCalls()
    {
        await using var server = await S3Server.Start();
        await using var scene = await Open(server);
        scene.Write("first", 4096);
        var run = scene.Start();
        // By the first scan, which then finds nothing of what comes now.
        await Eventually.True(() => scene.Files().Length == 0, () => run.Output, Cancel, Scene.Limit);
        Write(scene);
        await Eventually.True(() => scene.Files().Length == 0, () => run.Output, Cancel, Scene.Limit);
        run.Signal(ProgramRun.Terminate);
        await Scene.AssertExit(run, 0);
        CallsIn(scene).AssertCost(Files, Noticed);
    }

    static async Task<Scene> Open(S3Server server)
    {
        if (PublishedExe.CanInstall)
            await PublishedExe.Run("bash", "tests/Support/install-strace");
        Needs.Check(PublishedExe.IsOnPath("strace") ? null : "strace is not installed");
        var exe = await Needs.PublishedExe();
        // -D: the program is our child, and gets our signals. -y: with the path of each descriptor. -s 0: no content, which would hold signatures.
        return await Scene.Open(new Launch("strace", ["-D", "-f", "-qq", "-y", "-s", "0", "-e", "trace=%file,%desc", "-o", "trace", exe.Path],
            new Dictionary<string, string?>(), path => path, path => path), server.Url);
    }

    static void Write(Scene scene)
    {
        for (var number = 1; number <= Files; number++)
            scene.Write(Name(number), 4096);
    }

    static string Name(int number) => $"file-{number:D3}";

    /// <summary>Whose each call is: its line names the file, by its path or its descriptor's; or the directory, in between which the same thread names the file.</summary>
    static CallsOfFiles CallsIn(Scene scene)
    {
        CallsOfFiles calls = new();
        // By thread: that it has the directory open, and for which file.
        Dictionary<string, string> open = [];
        foreach (var line in File.ReadLines(Path.Join(scene.Place, "trace")))
        {
            if (Call().Match(line) is not { Success: true } call)
                continue;
            var (thread, what, isOfDirectory) = (call.Groups[1].Value, call.Groups[2].Value, line.Contains($"{scene.Root}\"", StringComparison.Ordinal) || line.Contains($"{scene.Root}>", StringComparison.Ordinal));
            var file = FileName().Match(line) is { Success: true } named ? named.Value : null;
            if (file is null && isOfDirectory && what == "openat2")
            {
                open[thread] = "";
            }
            else if (file is null && isOfDirectory && what == "close" && open.Remove(thread, out var of) && of.Length > 0)
            {
                calls.Add(of, "close directory");
            }
            else if (file is not null)
            {
                if (open.TryGetValue(thread, out var known) && known.Length == 0)
                {
                    open[thread] = file;
                    calls.Add(file, "openat2 directory");
                }
                calls.Add(file, what == "fcntl" ? string.Join(' ', [what, .. Command().Matches(line.Split(" = ")[0]).Select(command => command.Value)]) : what);
            }
        }
        return calls;
    }

    /// <summary>Thread and name; not the line that says how one ended that others came in between.</summary>
    [GeneratedRegex(@"^(\d+) +(\w+)\(")]
    private static partial Regex Call();

    [GeneratedRegex(@"\bfile-\d{3}\b")]
    private static partial Regex FileName();

    [GeneratedRegex(@"\bF_[A-Z]+")]
    private static partial Regex Command();
}
