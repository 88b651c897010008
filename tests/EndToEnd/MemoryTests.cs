using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Threading.Tasks;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.EndToEnd;

/// <summary>What the published program takes of the machine: --buffer-memory and what it needs by itself.</summary>
[SupportedOSPlatform("linux")]
public sealed class MemoryTests
{
    const long MiB = 1 << 20;

    // Without options: 48 MiB of buffers, and what the program needs by itself.
    const long Most = 80 * MiB;

    /// <summary>Files of six parts and a shorter one, small ones, and such as are neither.</summary>
    [LinuxFact]
    public async Task AnyMixOfSizesStaysWithinTheBuffers()
    {
        var peak = await PeakAsync((12, 50 * MiB), (2000, 4096), (100, MiB), (40, 3 * MiB));
        Assert.InRange(peak, 1, Most);
    }

    [LinuxFact]
    public async Task ManySmallFilesUnderWayTakeLittle()
    {
        var peak = await PeakAsync(["-u", "256"], (5000, 4096));
        Assert.InRange(peak, 1, 48 * MiB);
    }

    static Task<long> PeakAsync(params (int Count, long Size)[] files) => PeakAsync([], files);

    /// <summary>The most that was resident, in bytes, while these files were moved.</summary>
    static async Task<long> PeakAsync(string[] more, params (int Count, long Size)[] files)
    {
        // Publishing takes minutes: TESTS_EXE names the program of another build, to try a change at once.
        var exe = Environment.GetEnvironmentVariable("TESTS_EXE") ?? (await Needs.PublishedExe()).Path;
        await using var server = await S3Server.Start(new() { DiscardBodies = true });
        await using var scene = await Scene.Open(exe, server.Url);
        foreach (var (count, size) in files)
        {
            for (var i = 0; i < count; i++)
            {
                using var file = File.Create(scene.FullPath($"{size}-{i}"));
                file.SetLength(size);
            }
        }
        var run = scene.Start(["--once", .. more]);
        var peak = 0L;
        while (!run.HasExited)
        {
            peak = Math.Max(peak, PeakOf(run.Id));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
        await Scene.AssertExit(run, 0);
        Assert.Empty(scene.Files());
        Assert.Equal(files.Sum(some => some.Count), server.Objects(scene.Bucket).Count);
        return peak;
    }

    /// <summary>0 once the process has ended.</summary>
    static long PeakOf(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status")
                .FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ')[^2], CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
