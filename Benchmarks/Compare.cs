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
/// so that what else the machine does meets all of them. "compare [--rounds N] [--only NAME,...] [--trees small,medium,large] [--radosgw]
/// [--exe FILE] [--out DIRECTORY]"
/// </summary>
static class Compare
{
    static readonly Tree[] Trees = [new("small", 10_000, 4096, 100), new("medium", 1000, 1 << 20, 10), new("large", 4, 512L << 20, 1)];

    public static async Task<int> RunAsync(string[] args)
    {
        var floor = await Publish.FloorAsync();
        var s3sync = Option(args, "--exe") ?? await Publish.S3SyncAsync();
        var only = Option(args, "--only")?.Split(',');
        var trees = Option(args, "--trees")?.Split(',');
        var rounds = int.Parse(Option(args, "--rounds") ?? "5", CultureInfo.InvariantCulture);
        var onRados = args.Contains("--radosgw");
        var kind = onRados ? "compare-radosgw" : "compare";
        var all = Contender.All(floor, s3sync).Where(one => (one.Name != Contender.Careful || onRados) && (only is null || only.Contains(one.Name))).ToList();
        var contenders = all.Where(one => one.Program is not null).ToList();
        var report = new StringBuilder(Machine.Head(["compare", .. args]));
        report.Append($"Peers: {Listed(contenders.Select(one => one.Version()).OfType<string>())}. Not installed: {Listed(all.Where(one => one.Program is null).Select(one => one.Name))}.\n");
        foreach (var tree in Trees.Where(tree => trees is null || trees.Contains(tree.Name)))
        {
            using IComparisonServer server = onRados ? await RadosServer.StartAsync() : new NullServerProcess(floor);
            var table = await RunAsync(tree, contenders, rounds, floor, server);
            report.Append(table.ToMarkdown());
            Console.WriteLine(table.ToMarkdown());
            if (Option(args, "--out") is { } directory)
            {
                Directory.CreateDirectory(directory);
                File.WriteAllText(Path.Join(directory, $"{kind}.md"), report.ToString());
                File.WriteAllText(Path.Join(directory, $"{kind}-{tree.Name}.svg"), Chart.Draw(table));
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
            var objects = await server.ObjectsAsync();
            var right = expected.Count(pair => objects.TryGetValue($"tree/{pair.Key}", out var stored) && stored.Length == pair.Value.Length && (stored.Hash == 0 || tree.Name == "large" || stored.Hash == pair.Value.Hash));
            return new(cost, right, Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Count());
        }
        finally
        {
            Directory.Delete(own, recursive: true);
        }
    }

    public static string? Option(string[] args, string name) => Array.IndexOf(args, name) is var at and >= 0 ? args[at + 1] : null;
}

/// <summary>One run: its cost, how many objects were right, and how many files were left behind.</summary>
readonly record struct Result(Cost Cost, int Right, int Left);
