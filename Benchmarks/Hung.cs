using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;

namespace S3Sync.Benchmarks;

/// <summary>How fast one watched directory is moved while another one is on a file system that does not answer: bindfs (FUSE), stopped by a signal.</summary>
static class Hung
{
    public const int Files = 20_000;
    const int Rounds = 3;

    /// <summary>Files a second with both answering and with one of them hung, medians, each over the whole time from the first file made to the last one gone; null where there is no bindfs.</summary>
    /// <param name="begin">Starts the program on two directories.</param>
    public static async Task<(double Alone, double Beside)?> RatesAsync(string own, NullServerProcess server, Func<string, string, Process> begin)
    {
        if (!File.Exists("/usr/bin/bindfs"))
        {
            return null;
        }
        var (back, hung, tree) = (Make(own, "back"), Make(own, "hung"), Make(own, "tree"));
        using var mount = Process.Start("bindfs", ["-f", back, hung]);
        try
        {
            await UntilAsync(() => File.ReadAllText("/proc/self/mountinfo").Contains($" {hung} ", StringComparison.Ordinal));
            using var process = begin(tree, hung);
            double[] alone = new double[Rounds], beside = new double[Rounds];
            for (var round = 0; round < Rounds; round++)
            {
                alone[round] = await RateAsync(own, tree, $"alone{round}", server);
                // Its uploaders are all at it when it hangs.
                for (var i = 0; i < 1000; i++)
                {
                    await File.WriteAllBytesAsync(Path.Join(back, $"{round}-{i}"), new byte[4096]);
                    File.Move(Path.Join(back, $"{round}-{i}"), Path.Join(hung, $"h{round}-{i}"));
                }
                await SignalAsync(mount, "STOP");
                beside[round] = await RateAsync(own, tree, $"beside{round}", server);
                await SignalAsync(mount, "CONT");
                await UntilAsync(() => Directory.GetFiles(back).Length == 0);
            }
            process.Kill();
            await process.WaitForExitAsync();
            return (alone.Order().ElementAt(Rounds / 2), beside.Order().ElementAt(Rounds / 2));
        }
        finally
        {
            await SignalAsync(mount, "CONT");
            using var unmount = Process.Start("umount", ["-l", hung]);
            await unmount.WaitForExitAsync();
            mount.Kill();
            await mount.WaitForExitAsync();
        }
    }

    static async Task<double> RateAsync(string own, string tree, string name, NullServerProcess server)
    {
        await server.ForgetAsync();
        var made = Path.Join(own, name);
        new Tree(name, Files, 4096, 100).Write(made);
        var begun = Stopwatch.GetTimestamp();
        var there = Path.Join(tree, name);
        Directory.Move(made, there);
        await UntilAsync(() => !Directory.EnumerateFiles(there, "*", SearchOption.AllDirectories).Any());
        return Files / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    static string Make(string own, string name) => Directory.CreateDirectory(Path.Join(own, name)).FullName;

    static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        await kill.WaitForExitAsync();
    }

    static async Task UntilAsync(Func<bool> condition)
    {
        for (var begun = Stopwatch.GetTimestamp(); !condition(); await Task.Delay(20))
        {
            if (Stopwatch.GetElapsedTime(begun) > TimeSpan.FromMinutes(5))
            {
                throw new TimeoutException("it does not come to an end");
            }
        }
    }
}
