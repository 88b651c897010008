using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.IO.Enumeration;
using System.Linq;
using System.Threading.Tasks;

namespace S3Sync.Benchmarks;

/// <summary>
/// Files that come steadily and faster than one at a time can leave: how many there are on the disk, and how long each
/// takes to be an object.
/// </summary>
sealed class Arriving(string floor, string own, NullServerProcess server)
{
    public const int PerSecond = 1000, Seconds = 60;
    const int StartSeconds = 3, EndSeconds = 5;

    /// <param name="run">Runs the program for so many seconds on a directory.</param>
    public async Task<(string Figure, FormattableString Value)> RunAsync(Func<string, int, Cost> run)
    {
        var tree = Directory.CreateDirectory(Path.Join(own, "tree")).FullName;
        var result = Path.Join(own, "produced");
        var running = Task.Run(() => run(tree, StartSeconds + Seconds + EndSeconds));
        await Task.Delay(TimeSpan.FromSeconds(StartSeconds));
        await server.ForgetAsync();
        using var producer = Process.Start(floor, ["produce", tree, $"{PerSecond * Seconds}", $"{PerSecond}", result]);
        var most = Sample(tree, producer);
        var cost = await running;
        var produced = File.ReadLines(result).Select(line => line.Split(' '))
            .Select(file => (Name: file[0], Closed: long.Parse(file[1]), Late: long.Parse(file[2]))).ToList();
        var (seen, objects) = await server.AskAsync();
        var waits = produced.Select(file => objects.TryGetValue($"/{Contender.Bucket}/tree/{file.Name}", out var there)
            ? (there.Time - file.Closed) / 1000.0
            : double.PositiveInfinity).Order().ToList();
        var lags = produced.Select(file => file.Late / 1000.0).Order().ToList();
        return ($"{PerSecond:N0} files of 4 KiB a second for {Seconds} s, watching, interval 0, {server.Name}",
            $"never more than {most:N0} on disk; close to object p50 / p99 {Said(waits, 0.5)} / {Said(waits, 0.99)} ms; {waits.Count(double.IsFinite):N0} objects; most under way {seen.MostUnderWay}; {cost.Cpu.TotalSeconds:0.0} s CPU, {cost.PeakKiB / 1024} MiB; the producer was late by p99 / most {Said(lags, 0.99)} / {Said(lags, 1)} ms");
    }

    /// <param name="sorted">Infinity for what did not come about.</param>
    static string Said(List<double> sorted, double share)
    {
        var at = sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];
        return double.IsFinite(at) ? at.ToString("0.0", CultureInfo.InvariantCulture) : "never";
    }

    /// <summary>
    /// The most files there were at any time while they came. Looked at every 10 ms; more seldom where looking takes
    /// more than 0.5 ms, because no file can be
    /// made or deleted in a directory meanwhile.
    /// </summary>
    static int Sample(string tree, Process producer)
    {
        const int least = 10, pauses = 20;
        var (most, pause) = (0, least);
        while (!producer.WaitForExit(pause))
        {
            var begun = Stopwatch.GetTimestamp();
            most = Math.Max(most, new FileSystemEnumerable<int>(tree, (ref FileSystemEntry _) => 1).Count());
            pause = Math.Max(least, (int)(Stopwatch.GetElapsedTime(begun).TotalMilliseconds * pauses));
        }
        return most;
    }
}
