using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;

namespace S3Sync.Benchmarks;

/// <summary>
/// Draws how many requests s3sync has under way on simulated lines, and compares its limit with others. "simulate
/// [--out DIRECTORY]". Takes seconds and is the same on every machine.
/// </summary>
static class Simulate
{
    const int Most = 256;

    static readonly (string Name, Func<ISimulatedLimit> Limit)[] Limits =
    [
        ("s3sync", () => new OwnLimit(Most)), ("gradient", () => new GradientLimit(Most)),
        ("additive", () => new AdditiveLimit(Most)), ("windows", () => new WindowLimit(Most)),
        ("16", () => new FixedLimit(16)), ("256", () => new FixedLimit(Most)),
    ];

    public static int Run(string[] args)
    {
        var table = Table(Scenario.All);
        Console.WriteLine(table);
        if (Array.IndexOf(args, "--out") is >= 0 and var at)
        {
            var directory = args[at + 1];
            Directory.CreateDirectory(directory);
            File.WriteAllText(Path.Join(directory, "concurrency.md"), table);
            File.WriteAllText(Path.Join(directory, "concurrency.svg"), TraceChart.Draw(Scenario.All, Most));
        }
        return 0;
    }

    static string Table(IReadOnlyList<Scenario> scenarios)
    {
        var text = new StringBuilder("""
            # How many requests are under way, simulated
            `simulate`: seconds for all files / the most under way / percent of all requests that were refused or lost.
            gradient, additive and windows are the ideas of Netflix' concurrency-limits, Vector and
            aws-s3-transfer-manager-rs on the same model; 16 and 256 are fixed. A dash: not done after 60 to 90 s.

            ![traces](concurrency.svg)


            """);
        text.Append("| line | ").AppendJoin(" | ", Limits.Select(one => one.Name)).Append(" |\n|---|");
        text.Append(string.Concat(Limits.Select(_ => "---|"))).Append('\n');
        foreach (var scenario in scenarios)
        {
            var cells = Limits.Select(one => Cell(scenario.Run(one.Limit())));
            text.Append("| ").Append(scenario.Name).Append(" | ").AppendJoin(" | ", cells).Append(" |\n");
        }
        return text.ToString();
    }

    static string Cell(SimulatedBucket bucket)
    {
        var failed = bucket.RefusedCount + bucket.LostCount;
        var share = 100.0 * failed / (failed + bucket.Files);
        var ended = bucket.IsDone ? bucket.Ended.ToString("0.0", CultureInfo.InvariantCulture) : "-";
        return string.Create(CultureInfo.InvariantCulture, $"{ended} / {bucket.MostUnderWay} / {share:0.0}");
    }
}
