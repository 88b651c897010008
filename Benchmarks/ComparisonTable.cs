using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace S3Sync.Benchmarks;

/// <summary>One program's runs over one tree; what is shown is the median of each figure.</summary>
sealed record ComparisonRow(string Name, IReadOnlyList<Result> Runs)
{
    public double Wall => Median(run => run.Cost.Wall.TotalSeconds);

    public double Cpu => Median(run => run.Cost.Cpu.TotalSeconds);

    public double PeakMiB => Median(run => run.Cost.PeakKiB / 1024.0);

    public int Right => Runs.Min(run => run.Right);

    public int Left => Runs.Max(run => run.Left);

    double Median(Func<Result, double> figure)
    {
        var sorted = Runs.Select(figure).Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}

/// <summary>What all of them cost over one tree.</summary>
sealed record ComparisonTable(Tree Tree, string Server, IReadOnlyList<ComparisonRow> Rows)
{
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"\n{Tree.Files:N0} files of {Size(Tree.Length)} in {Tree.Directories} directories, moved into {Server} (medians of {Rows.Max(row => row.Runs.Count)} interleaved runs; slow programs ran once):\n\n");
        text.Append("| program | wall s | CPU s | CPU us a file | x floor | peak MiB | right | left |\n|---|---:|---:|---:|---:|---:|---:|---:|\n");
        foreach (var row in Rows)
        {
            var ratio = Rows[0].Name == "floor" ? (row.Cpu / Rows[0].Cpu).ToString("0.00", CultureInfo.InvariantCulture) : "";
            text.Append(CultureInfo.InvariantCulture, $"| {row.Name} | {row.Wall:0.00} | {row.Cpu:0.00} | {row.Cpu * 1e6 / Tree.Files:0} | {ratio} | {row.PeakMiB:0.0} | {row.Right} | {row.Left} |\n");
        }
        return text.ToString();
    }

    public static string Size(long bytes) => bytes >= 1 << 20 ? $"{bytes >> 20} MiB" : $"{bytes >> 10} KiB";
}
