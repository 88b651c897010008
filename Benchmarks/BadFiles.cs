using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;

namespace S3Sync.Benchmarks;

/// <summary>How long good files wait for others that never succeed, whatever these draw. The null server knows what to answer by their names.</summary>
/// <param name="own">A directory for this measurement.</param>
/// <param name="begin">Begins a run on a ledger and a directory, with so many uploaders.</param>
sealed class BadFiles(string own, NullServerProcess server, Func<string, string, int, Process> begin)
{
    public const int InFront = 400, Good = 300;
    const int Seconds = 60, Every = 2;

    // Parked after the fifth.
    const int MostTries = 5;

    int runs;

    public static IReadOnlyList<string> Kinds { get; } = ["403-AccessDenied", "403-SignatureDoesNotMatch", "500-InternalError", "drop"];

    public static string Said(string kind) => kind == "drop" ? "a dropped connection" : kind.Replace('-', ' ');

    /// <summary>Seconds from the instant in which so many bad files and then the good ones appear until all of the good ones are up.</summary>
    public async Task<double> BehindAsync(string kind, int bad)
    {
        var (name, tree) = NewTree();
        await server.ForgetAsync();
        using var process = begin($"{name}.db", tree, 16);
        await Task.Delay(TimeSpan.FromSeconds(2));
        foreach (var (below, count, prefix) in ((string, int, string)[])[("first", bad, $"bad-{kind}-"), ("second", Good, "good")])
        {
            var aside = Directory.CreateDirectory(Path.Join(own, $"{name}-{below}")).FullName;
            for (var i = 0; i < count; i++)
            {
                await File.WriteAllBytesAsync(Path.Join(aside, $"{prefix}{i:000}"), new byte[100]);
            }
        }
        var begun = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / 10;
        Directory.Move(Path.Join(own, $"{name}-first"), Path.Join(tree, "first"));
        Directory.Move(Path.Join(own, $"{name}-second"), Path.Join(tree, "second"));
        long[] times;
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(200))
        {
            times = [.. (await server.AskAsync()).Objects.Where(pair => pair.Key.Contains("/good", StringComparison.Ordinal)).Select(pair => pair.Value.Time)];
            if (times.Length == Good || waited.Elapsed > TimeSpan.FromMinutes(2))
            {
                break;
            }
        }
        await EndAsync(process);
        return times.Length == Good ? (times.Max() - begun) / 1e6 : double.PositiveInfinity;
    }

    /// <summary>One run of each kind, side by side, with a few bad files each: how long good ones take that appear now and then.</summary>
    public async Task<IEnumerable<(string Figure, FormattableString Value)>> BesideAsync()
    {
        await server.ForgetAsync();
        var runs = (from kind in Kinds from size in ((int, int)[])[(10, 16), (25, 4)] select BesideAsync(kind, size.Item1, size.Item2)).ToList();
        await Task.WhenAll(runs);
        var objects = (await server.AskAsync()).Objects;
        return runs.Select(run =>
        {
            var (kind, bad, uploaders, name, closed) = run.Result;
            var waits = closed.Select(pair => objects.TryGetValue($"/{Contender.Bucket}/{name}/{pair.Key}", out var there) ? (there.Time - pair.Value) / 1e6 : double.PositiveInfinity).Order().ToList();
            var tries = objects.Where(pair => pair.Key.Contains($"/{name}/bad-", StringComparison.Ordinal)).Max(pair => pair.Value.Length);
            return ($"{bad} files that draw {Said(kind)}, {uploaders} uploaders, a good one every {Every} s for {Seconds} s: close to visible p50 / p99",
                (FormattableString)$"{waits[waits.Count / 2]:0.000} / {waits[^1]:0.000} s; bad ones tried {tries} times at most{(tries > MostTries ? ", which is too often" : "")}");
        });
    }

    async Task<(string Kind, int Bad, int Uploaders, string Name, Dictionary<string, long> Closed)> BesideAsync(string kind, int bad, int uploaders)
    {
        var (name, tree) = NewTree();
        for (var i = 0; i < bad; i++)
        {
            await File.WriteAllBytesAsync(Path.Join(tree, $"bad-{kind}-{i:000}"), new byte[100]);
        }
        using var process = begin($"{name}.db", tree, uploaders);
        await Task.Delay(TimeSpan.FromSeconds(1));
        var closed = new Dictionary<string, long>();
        for (var i = 0; i < Seconds / Every; i++)
        {
            await File.WriteAllBytesAsync(Path.Join(tree, $"good{i:000}"), new byte[100]);
            closed.Add($"good{i:000}", (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / 10);
            await Task.Delay(TimeSpan.FromSeconds(Every));
        }
        await EndAsync(process);
        return (kind, bad, uploaders, name, closed);
    }

    (string Name, string Tree) NewTree()
    {
        var name = $"bad{++runs}";
        return (name, Directory.CreateDirectory(Path.Join(own, name)).FullName);
    }

    static async Task EndAsync(Process process)
    {
        process.Kill();
        await process.WaitForExitAsync();
    }
}
