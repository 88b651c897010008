using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;

namespace S3Sync.Benchmarks;

/// <summary>
/// The end-to-end comparison: floor, s3sync and whichever peers are installed move the same trees into the null server (or radosgw), one after the other and again,
/// so that what else the machine does meets all of them. "compare [--rounds N] [--only NAME,...] [--trees NAME,...]
/// [--radosgw]
/// [--latency MS --jitter MS --line MB/s --rate N --depth N --handshake MS] [--exe FILE] [--before FILE] [--also
/// "ARGUMENT ..."] [--out DIRECTORY]"
/// With a latency, line or rate every program runs as it comes, and the null server is what <see cref="Conditions"/>
/// says. --before adds another executable
/// of s3sync, --also s3sync with arguments.
/// </summary>
static class Compare
{
    static readonly Tree[] Trees =
    [
        new("small", 10_000, 4096, 100), new("medium", 1000, 1 << 20, 10),
        new("fifty", 20, 50 << 20, 1), new("large", 4, 512L << 20, 1),
        new("burst", 100_000, 10 * 1024, 100), new("slow", 2000, 4096, 20, new("", 20, 1 << 20, 1)),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        var floor = await Publish.FloorAsync();
        var s3sync = Option(args, "--exe") ?? await Publish.S3SyncAsync();
        var only = Option(args, "--only")?.Split(',');
        var conditions = Conditions.Parse(args);
        var isSlow = conditions != default;
        var trees = (Option(args, "--trees") ?? (conditions.Rate > 0 ? "burst"
            : conditions.Line > 0 ? "slow"
            : isSlow ? "small,medium,fifty,large"
            : "small,medium,large")).Split(',');
        var more = new List<(string, string, string[])>();
        if (Option(args, "--before") is { } before)
        {
            more.Add(("s3sync before", before, []));
        }
        if (Option(args, "--also") is { } also)
        {
            more.Add(($"s3sync {also}", s3sync, also.Split(' ')));
        }
        var rounds = int.Parse(Option(args, "--rounds") ?? "5", CultureInfo.InvariantCulture);
        var onRados = args.Contains("--radosgw");
        var kind = onRados ? "compare-radosgw" : $"compare{conditions.Suffix}";
        var file = isSlow && Option(args, "--trees") is { } chosen ? $"{kind}-{chosen.Replace(',', '-')}" : kind;
        var all = Contender.All(floor, s3sync, isSlow, more).Where(one => (one.Name != Contender.Careful || onRados) && (only is null || only.Contains(one.Name) || more.Any(row => row.Item1 == one.Name))).ToList();
        var contenders = all.Where(one => one.Program is not null).ToList();
        var report = new StringBuilder(Machine.Head(["compare", .. args]));
        report.Append($"Peers: {Listed(contenders.Select(one => one.Version()).OfType<string>())}. Not installed: {Listed(all.Where(one => one.Program is null).Select(one => one.Name))}.\n");
        foreach (var tree in Trees.Where(tree => trees.Contains(tree.Name)))
        {
            using IComparisonServer server = onRados ? await RadosServer.StartAsync() : new NullServerProcess(floor, conditions);
            var table = await RunAsync(tree, contenders, rounds, floor, server);
            var text = isSlow ? table.ToMarkdown(conditions) : table.ToMarkdown();
            report.Append(text);
            Console.WriteLine(text);
            if (Option(args, "--out") is { } directory)
            {
                Directory.CreateDirectory(directory);
                File.WriteAllText(Path.Join(directory, $"{file}.md"), report.ToString());
                File.WriteAllText(Path.Join(directory, $"{kind}-{tree.Name}.svg"), isSlow
                    ? Chart.Draw(table, "Seconds", row => row.Wall)
                    : Chart.Draw(table, "CPU seconds", row => row.Cpu));
            }
        }
        return 0;
    }

    static string Listed(IEnumerable<string> names) => string.Join(", ", names.DefaultIfEmpty("none"));

    static async Task<ComparisonTable> RunAsync(Tree tree, List<Contender> contenders, int rounds, string floor, IComparisonServer server)
    {
        var results = contenders.ToDictionary(one => one, _ => new List<Result>());
        for (var round = 0; round < rounds; round++)
        {
            // The slow ones would take hours, and vary no more than the others.
            foreach (var contender in contenders.Where(one => round == 0 || results[one][0].Cost.Wall < TimeSpan.FromSeconds(20)))
            {
                results[contender].Add(await RunAsync(tree, contender, server, floor));
                Console.Error.WriteLine($"{tree.Name} {round + 1} {contender.Name}: {results[contender][^1]}");
            }
        }
        return new(tree, server.Name, [.. results.Select(pair => new ComparisonRow(pair.Key.Name, pair.Value))]);
    }

    static async Task<Result> RunAsync(Tree tree, Contender contender, IComparisonServer server, string floor)
    {
        var own = Directory.CreateTempSubdirectory("s3sync-compare-").FullName;
        try
        {
            var directory = Directory.CreateDirectory(Path.Join(own, "tree")).FullName;
            var expected = tree.Write(directory);
            // What the disk still has to write of the tree is not the contender's.
            using (var sync = Process.Start("sync"))
            {
                sync.WaitForExit();
            }
            await server.ForgetAsync();
            var cost = Cost.Of(floor, own, contender.Program!, contender.Arguments(directory, server, own));
            var (seen, objects) = await server.ObjectsAsync();
            var right = expected.Count(pair => objects.TryGetValue($"tree/{pair.Key}", out var stored) && stored.Length == pair.Value.Length && (stored.Hash == 0 || stored.Length > Tree.PieceBytes || stored.Hash == pair.Value.Hash));
            return new(cost, seen, Rate([.. objects.Values.Select(one => one.Time).Order()]), right, Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Count());
        }
        finally
        {
            Directory.Delete(own, recursive: true);
        }
    }

    /// <summary>Of so few objects that a tenth of them is none, 0.</summary>
    static double Rate(long[] times)
    {
        var (tenth, last) = (times.Length / 10, times.Length * 9 / 10);
        return tenth == 0 ? 0 : (last - tenth) * 1e6 / Math.Max(1, times[last] - times[tenth]);
    }

    public static string? Option(string[] args, string name) => Array.IndexOf(args, name) is var at and >= 0 ? args[at + 1] : null;
}

/// <summary>
/// One run: its cost, what the server saw, files a second once it ran, how many objects were right, and how many files
/// were left behind.
/// </summary>
readonly record struct Result(Cost Cost, Seen Seen, double Rate, int Right, int Left)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Cost.Wall.TotalSeconds:0.00} s, {Cost.Cpu.TotalSeconds:0.00} s CPU, {Cost.PeakKiB >> 10} MiB, {Rate:0} files/s, {Right} right, {Left} left, exit code {Cost.Exit}");
}
