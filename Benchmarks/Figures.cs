using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.S3;
using S3Sync.Storage;

namespace S3Sync.Benchmarks;

/// <summary>
/// Single figures of the published executable against the null server. "figures [--files N] [--rows N] [--only NAME,...] [--exe FILE] [--out DIRECTORY]";
/// the names are put, start, restart, backlog, ledger, latency, arriving, concurrent, idle, bad, hung.
/// </summary>
sealed class Figures(string floor, string s3sync, int files, int rows)
{
    const int Known = 100_000, PerSecond = 50, Seconds = 10, Settled = 30, Idle = 60;

    /// <summary>A line as most have it: 30 to 40 ms.</summary>
    static readonly Conditions Usual = new(Latency: 35, Jitter: 5, 0, 0, 0, 0);

    readonly StringBuilder table = new("| figure | value |\n|---|---|\n");

    public static async Task<int> RunAsync(string[] args)
    {
        var figures = new Figures(await Publish.FloorAsync(), Compare.Option(args, "--exe") ?? await Publish.S3SyncAsync(),
            int.Parse(Compare.Option(args, "--files") ?? "1000000", CultureInfo.InvariantCulture), int.Parse(Compare.Option(args, "--rows") ?? "10000000", CultureInfo.InvariantCulture));
        var only = Compare.Option(args, "--only")?.Split(',');
        foreach (var (name, measure) in (ReadOnlySpan<(string, Func<Task>)>)
        [
            ("put", figures.PutAsync), ("start", figures.StartAsync), ("restart", figures.RestartAsync), ("latency", figures.LatencyAsync),
            ("arriving", figures.ArrivingAsync), ("concurrent", figures.ConcurrentAsync),
            ("idle", figures.IdleAsync), ("hung", figures.HungAsync), ("backlog", figures.BacklogAsync), ("ledger", figures.LedgerAsync),
            ("bad", figures.BadAsync),
        ])
        {
            if (only is null || only.Contains(name))
            {
                measure().GetAwaiter().GetResult();
            }
        }
        Console.WriteLine(figures.table);
        if (Compare.Option(args, "--out") is { } directory)
        {
            File.WriteAllText(Path.Join(Directory.CreateDirectory(directory).FullName, "figures.md"), $"{Machine.Head(["figures", .. args])}{figures.table}");
        }
        return 0;
    }

    /// <summary>In this process, so compiled as it runs; the executable's code is about as fast, and allocates the same.</summary>
    Task PutAsync() => WithPlaceAsync(async (own, server) =>
    {
        const int loops = 16, warm = 20_000, count = 40_000;
        var options = new BucketOptions(new(server.Url), true, "us-east-1", ChecksumKind.Crc64Nvme, loops);
        var credentials = new BasicAWSCredentials("access", "secret");
        using var bucket = new Bucket(new AmazonS3Client(credentials, BucketCredentials.Configure(options, out _)!), credentials, options);
        var body = new byte[4096];
        new Random(1).NextBytes(body);
        var digest = Digest.Of(ChecksumKind.Crc64Nvme, body);
        await PutAsync(warm);
        var (cpu, bytes) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(precise: true));
        await PutAsync(count);
        Add($"PUT of 4 KiB, {loops} at a time, {count:N0} of them", $"{(Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / count:0} us CPU, {(GC.GetTotalAllocatedBytes(precise: true) - bytes) / count:N0} bytes allocated");

        Task PutAsync(int puts) => Task.WhenAll(Enumerable.Range(0, loops).Select(loop => Task.Run(async () =>
        {
            for (var i = loop; i < puts; i += loops)
            {
                var reply = await bucket.PutAsync(Contender.Bucket, "2026/11/23/measurement-000001.csv", body, digest, onlyIfNew: false, default);
                if (!reply.Ok)
                {
                    throw new InvalidOperationException(reply.Detail);
                }
            }
        })));
    });

    Task StartAsync() => WithPlaceAsync(async (own, server) =>
    {
        var times = new List<double>();
        for (var i = 0; i < 21; i++)
        {
            var tree = Path.Join(own, $"tree{i}");
            new Tree("one", 1, 4096, 1).Write(tree);
            await server.ForgetAsync();
            var cost = Run(own, $"ledger{i}", ["--once", "-i", "0", "-w", tree], server);
            times.Add(((await server.AskAsync()).Seen.First - cost.Start) / 1000.0);
        }
        Add("start of the executable to the first request, median of 21", $"{times.Order().ElementAt(10):0} ms");
    });

    Task RestartAsync() => WithPlaceAsync((own, server) =>
    {
        var tree = Path.Join(own, "tree");
        new Tree("known", Known, 16, 100).Write(tree);
        string[] arguments = ["--once", "--keep", "--log-level", "warn", "-i", "0", "-w", tree];
        Run(own, "ledger", arguments, server);
        var again = Enumerable.Range(0, 5).Select(_ => Run(own, "ledger", arguments, server)).OrderBy(cost => cost.Wall).ElementAt(2);
        Add($"--keep, started again with {Known:N0} known files, nothing to do, median of 5", $"{again.Wall.TotalSeconds:0.00} s, {again.Cpu.TotalSeconds:0.00} s CPU, {again.PeakKiB / 1024} MiB");
        return Task.CompletedTask;
    });

    Task LatencyAsync() => WithPlaceAsync(async (own, server) =>
    {
        var tree = Directory.CreateDirectory(Path.Join(own, "tree")).FullName;
        var running = Task.Run(() => Run(own, "ledger", ["-i", "0", "-w", tree], server, Seconds + 6));
        await Task.Delay(TimeSpan.FromSeconds(3));
        var closed = new Dictionary<string, long>();
        for (var i = 0; i < PerSecond * Seconds; i++)
        {
            var name = $"{i:00000}";
            await File.WriteAllBytesAsync(Path.Join(tree, name), new byte[4096]);
            closed.Add($"/{Contender.Bucket}/tree/{name}", (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / 10);
            await Task.Delay(1000 / PerSecond);
        }
        await running;
        var times = (await server.AskAsync()).Objects.Select(pair => (pair.Value.Time - closed[pair.Key]) / 1000.0).Order().ToList();
        Add($"last close to object visible, watching, interval 0, about {PerSecond} files/s, {times.Count} files: p50 / p99", $"{times[times.Count / 2]:0.0} / {times[times.Count * 99 / 100]:0.0} ms");
    });

    Task ArrivingAsync() => WithPlaceAsync(async (own, server) =>
    {
        var (figure, value) = await new Arriving(floor, own, server).RunAsync((tree, seconds) => Run(own, "ledger", ["-i", "0", "--log-level", "warn", "-w", tree], server, seconds));
        Add(figure, value);
    }, Usual);

    /// <summary>The latency is such that a few seconds' work needs them all.</summary>
    Task ConcurrentAsync() => WithPlaceAsync(async (own, server) =>
    {
        foreach (var arguments in (string[][])[[], ["-u", "256"]])
        {
            var runs = new List<(long PeakKiB, int MostUnderWay)>();
            for (var i = 0; i < 3; i++)
            {
                var tree = Path.Join(own, $"tree{i}{arguments.Length}");
                new Tree("small", 10_000, 4096, 100).Write(tree);
                await server.ForgetAsync();
                var cost = Run(own, $"ledger{i}{arguments.Length}", ["--once", "-i", "0", "-w", tree, .. arguments], server);
                runs.Add((cost.PeakKiB, (await server.AskAsync()).Seen.MostUnderWay));
            }
            var (peak, most) = runs.Order().ElementAt(1);
            Add($"10,000 files of 4 KiB, {server.Name}, {(arguments.Length == 0 ? "defaults" : string.Join(' ', arguments))}, median of 3", $"{peak / 1024.0:0.0} MiB with {most} under way");
        }
    }, new(Latency: 100, 5, 0, 0, 0, 0));

    Task IdleAsync() => WithPlaceAsync(async (own, server) =>
    {
        var trees = Enumerable.Range(0, 10).Select(i => Directory.CreateDirectory(Path.Join(own, $"tree{i}")).FullName).ToArray();
        using var process = Cost.Begin(own, s3sync, [.. Arguments(own, "ledger", server), "-w", .. trees]);
        // What starting costs is over by then, and threads that were needed for it have ended.
        await Task.Delay(TimeSpan.FromSeconds(Settled));
        var before = Standing.Of(process.Id);
        await Task.Delay(TimeSpan.FromSeconds(Idle));
        var (milliseconds, wakeUps) = Standing.Of(process.Id).Since(before);
        process.Kill();
        process.WaitForExit();
        Add($"{Idle} s idle with 10 watched trees", $"{milliseconds:0.0} ms CPU, threads woke up {wakeUps} times");
    });

    Task HungAsync() => WithPlaceAsync(async (own, server) =>
    {
        if (await Hung.RatesAsync(own, server, (tree, hung) => Cost.Begin(own, s3sync, [.. Arguments(own, "ledger", server), "-i", "0", "-w", tree, hung])) is var (alone, beside))
        {
            Add($"{Hung.Files:N0} files of 4 KiB moved while another watched directory does not answer", $"{beside:0} files/s, {beside / alone:0.00} of the {alone:0} without that");
        }
    });

    Task BacklogAsync() => WithPlaceAsync(async (own, server) =>
    {
        foreach (var count in (int[])[10_000, files])
        {
            var tree = Path.Join(own, $"tree{count}");
            WriteOut(new Tree("backlog", count, 16, 100), tree);
            await server.ForgetAsync();
            var cost = Run(own, $"ledger{count}", ["--once", "-i", "0", "--log-level", "warn", "-w", tree], server);
            var (seen, objects) = await server.AskAsync();
            Add($"backlog of {count:N0} files of 16 bytes, {objects.Count:N0} uploaded", $"{cost.PeakKiB / 1024} MiB, first request after {(seen.First - cost.Start) / 1e6:0.00} s, {cost.Cpu.TotalMicroseconds / count:0} us CPU a file, {cost.Wall.TotalSeconds:0.0} s");
            // What so many files cost the file system: reading them cold, unlinking them.
            WriteOut(new Tree("backlog", count, 16, 100), tree);
            var least = Cost.Of(floor, own, floor, ["put", server.Url, Contender.Bucket, tree, "16"]);
            Add($"the same by the floor", $"{least.PeakKiB / 1024} MiB, {least.Cpu.TotalMicroseconds / count:0} us CPU a file, {least.Wall.TotalSeconds:0.0} s");
        }
    });

    /// <summary>Files that are on the disk, as a backlog is: of a few the system would never have written the content before it is deleted, of many it would.</summary>
    static void WriteOut(Tree tree, string directory)
    {
        tree.Write(directory);
        using var sync = Process.Start("sync");
        sync.WaitForExit();
    }

    Task LedgerAsync() => WithPlaceAsync(async (own, server) =>
    {
        foreach (var count in (int[])[0, rows])
        {
            var tree = Path.Join(own, $"tree{count}");
            var bytes = Fill(Path.Join(own, $"ledger{count}"), tree, count);
            WriteOut(new Tree("few", 10_000, 16, 100), tree);
            await server.ForgetAsync();
            var cost = Run(own, $"ledger{count}", ["--once", "-i", "0", "--log-level", "warn", "-w", tree], server);
            var (seen, _) = await server.AskAsync();
            Add($"10,000 files with {count:N0} finished rows in the ledger", $"first request after {(seen.First - cost.Start) / 1e6:0.00} s, {cost.Cpu.TotalMicroseconds / 10_000:0} us CPU a file{(count == 0 ? "" : $", {(double)bytes / count:0} bytes a row")}");
        }
    });

    /// <summary>Writes rows as a year of files of 40-byte paths leaves them, one after the other in time; returns the database's bytes.</summary>
    static long Fill(string path, string tree, int count)
    {
        using (var ledger = Ledger.Open(path))
        {
            var (root, target) = (ledger.RootId(tree), ledger.TargetId(Contender.Bucket, Path.GetFileName(tree)));
            for (var i = 0; i < count; i++)
            {
                ledger.Begin();
                var (name, time) = (string.Create(CultureInfo.InvariantCulture, $"2025/{(i / 1_000_000) + 1:00}/{i / 30_000 % 30:00}/measurement-{i:0000000000}.csv"), 1_760_000_000_000 + i);
                ledger.Add(root, name, time, time);
                ledger.SetUploaded(root, name, time + 10, time, new(1_000_000UL + (ulong)i, 4096, time * 1_000_000, time * 1_000_000), target, new(ChecksumKind.Crc64Nvme, "rosUhgyXmIg=", "b1946ac92492d2347c6235b4d2611184", null));
                ledger.SetDeleted(root, name, time + 20, null);
                if (i % 10_000 == 0)
                {
                    ledger.Commit();
                }
            }
            ledger.Commit();
        }
        return new FileInfo(path).Length;
    }

    Task BadAsync() => WithPlaceAsync(async (own, server) =>
    {
        var files = new BadFiles(own, server, (ledger, tree, uploaders) =>
            Cost.Begin(own, s3sync, [.. Arguments(own, ledger, server), "-i", "0", "-u", uploaders.ToString(CultureInfo.InvariantCulture), "-w", tree]));
        foreach (var kind in BadFiles.Kinds)
        {
            var (alone, behind) = (await files.BehindAsync(kind, 0), await files.BehindAsync(kind, BadFiles.InFront));
            Add($"{BadFiles.Good} files behind {BadFiles.InFront} that draw {BadFiles.Said(kind)}, 16 uploaders: until all are up", $"{behind:0.00} s; without those {alone:0.00} s");
        }
        foreach (var (figure, value) in await files.BesideAsync())
        {
            Add(figure, value);
        }
    });

    Cost Run(string own, string ledger, string[] arguments, NullServerProcess server, int seconds = 0)
    {
        string[] all = [s3sync, .. arguments, .. Arguments(own, ledger, server)];
        return seconds == 0 ? Cost.Of(floor, own, all[0], all[1..]) : Cost.Of(floor, own, "timeout", ["--preserve-status", "-s", "TERM", seconds.ToString(CultureInfo.InvariantCulture), .. all]);
    }

    static string[] Arguments(string own, string ledger, NullServerProcess server) =>
        ["-b", Contender.Bucket, "--endpoint", server.Url, "--checksum", "crc64nvme", "--ledger", Path.Join(own, ledger)];

    async Task WithPlaceAsync(Func<string, NullServerProcess, Task> measure, Conditions conditions = default)
    {
        var own = Directory.CreateTempSubdirectory("s3sync-figures-").FullName;
        try
        {
            using var server = new NullServerProcess(floor, conditions);
            await measure(own, server);
        }
        finally
        {
            Directory.Delete(own, recursive: true);
        }
    }

    void Add(string figure, FormattableString value)
    {
        var row = string.Create(CultureInfo.InvariantCulture, $"| {figure} | {FormattableString.Invariant(value)} |");
        Console.Error.WriteLine(row);
        table.Append(row).Append('\n');
    }
}
