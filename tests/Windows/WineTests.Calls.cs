using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Windows;

/// <summary>What a file costs on Windows, from when it is found to when it is gone, in calls of the kernel. Wine traces what goes through ntdll.dll.</summary>
public sealed partial class WineTests
{
    const int FilesCounted = 100;

    /// <summary>What takes a handle of a file, or closes it. What reaches a file by its path is traced besides.</summary>
    const string Traced = "ntdll.NtQueryInformationFile;ntdll.NtSetInformationFile;ntdll.NtQueryVolumeInformationFile;ntdll.NtReadFile;ntdll.NtFsControlFile;ntdll.NtDuplicateObject;ntdll.NtClose";

    /// <summary>Found by a scan, which reads directories only. All of it, its name among it, then what identifies it; each in one call.</summary>
    static readonly string[] Scanned =
    [
        "open", "FileAllInformation", "FileIdInformation",
        // Read, and not changed meanwhile; proven, and not changed meanwhile.
        "NtReadFile", "FileNetworkOpenInformation", "FileNetworkOpenInformation",
        // Again, as one open for reading and deletion would refuse other programs that read.
        "open", "FileAllInformation", "FileIdInformation", "FileDispositionInformation", "NtClose",
        "NtClose",
    ];

    /// <summary>When it is told of, whether it is a directory; and once it has settled it is looked at, as many are gone by then.</summary>
    static readonly string[] Noticed = ["attributes", "open", "FileAllInformation", "FileIdInformation", "NtClose", .. Scanned];

    [Fact]
    public async Task AFileThatAScanFindsIsOpenedTwiceAndCostsTwelveCalls()
    {
        WriteCounted();
        // Younger than the quiet period it would be sent back, and be opened once more.
        var last = File.GetLastWriteTimeUtc(scene.FullPath(NameOfCounted(FilesCounted)));
        await Eventually.True(() => DateTime.UtcNow - last > TimeSpan.FromSeconds(0.5), () => "", Cancel);
        var run = await StartTraced([.. scene.Arguments, "--once"]);
        await Scene.AssertExit(run, 0);
        Assert.Empty(scene.Files());
        CallsIn(run.Output).AssertCost(FilesCounted, Scanned);
    }

    [Fact]
    public async Task AFileThatAWatchFindsIsAskedForOnceOpenedThriceAndCostsSeventeenCalls()
    {
        scene.Write("first", 4096);
        var run = await StartTraced(scene.Arguments);
        // By the first scan, which then finds nothing of what comes now.
        await WaitUntilGone(run);
        WriteCounted();
        await WaitUntilGone(run);
        await Stop(run);
        CallsIn(run.Output).AssertCost(FilesCounted, Noticed);
    }

    void WriteCounted()
    {
        for (var number = 1; number <= FilesCounted; number++)
            scene.Write(NameOfCounted(number), 4096);
    }

    static string NameOfCounted(int number) => $"file-{number:D3}";

    async Task<ProgramRun> StartTraced(string[] arguments)
    {
        await using (var set = ProgramRun.Start("wine", scene.Place, WineExe.Environment, "reg", "add", @"HKCU\Software\Wine\Debug", "/v", "RelayInclude", "/d", Traced, "/f"))
            Assert.Equal(0, await set.Exit(Scene.Limit));
        return scene.StartWith(arguments, new Dictionary<string, string?> { ["WINEDEBUG"] = "+relay,+file" });
    }

    /// <summary>Which file a path leads to; which handle its opening gave, on the same thread; and what is done with that handle until it is closed.</summary>
    static CallsOfFiles CallsIn(string trace)
    {
        CallsOfFiles calls = new();
        Dictionary<string, string> opening = [], open = [];
        HashSet<string> asking = [];
        foreach (var line in trace.Split('\n'))
        {
            if (Asked().Match(line) is { Success: true } asked)
            {
                asking.Add(asked.Groups[1].Value);
            }
            else if (PathOfFile().Match(line) is { Success: true } path)
            {
                var (thread, name) = (path.Groups[1].Value, path.Groups[2].Value);
                calls.Add(name, asking.Remove(thread) ? "attributes" : "open");
                opening[thread] = name;
            }
            else if (Opened().Match(line) is { Success: true } opened && opening.Remove(opened.Groups[1].Value, out var file))
            {
                open[opened.Groups[2].Value.ToLowerInvariant()] = file;
            }
            else if (OnHandle().Match(line) is { Success: true } call && open.TryGetValue(call.Groups[2].Value, out var of))
            {
                var what = call.Groups[1].Value;
                calls.Add(of, what.EndsWith("InformationFile", StringComparison.Ordinal) ? Information(call.Groups[3].Value) : what);
                if (what == "NtClose")
                    open.Remove(call.Groups[2].Value);
            }
        }
        return calls;
    }

    /// <summary>FILE_INFORMATION_CLASS of wdm.h. Only the lower half of the word is the argument.</summary>
    static string Information(string argument) => (int)(ulong.Parse(argument, NumberStyles.HexNumber, CultureInfo.InvariantCulture) & uint.MaxValue) switch
    {
        4 => "FileBasicInformation",
        5 => "FileStandardInformation",
        9 => "FileNameInformation",
        13 => "FileDispositionInformation",
        16 => "FileModeInformation",
        18 => "FileAllInformation",
        34 => "FileNetworkOpenInformation",
        59 => "FileIdInformation",
        var other => $"information {other}",
    };

    [GeneratedRegex(@"^(\w+):trace:file:GetFileAttributesW ")]
    private static partial Regex Asked();

    // Each path that is looked up, whatever for, is translated once.
    [GeneratedRegex(@"^(\w+):trace:file:nt_to_unix_file_name\w* L"".*\\(file-\d{3})"" -> ")]
    private static partial Regex PathOfFile();

    [GeneratedRegex(@"^(\w+):trace:file:CreateFileW returning 0*([0-9A-Fa-f]+)\s*$")]
    private static partial Regex Opened();

    [GeneratedRegex(@"^\w+:Call ntdll\.(Nt\w+)\(0*([0-9a-fA-F]+)(?:,[^)]*?)?(?:,?([0-9a-f]+))?\) ret=")]
    private static partial Regex OnHandle();
}
