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

    public double ServerCpu => Median(run => run.Seen.Cpu.TotalSeconds);

    public double Requests => Median(run => run.Seen.Requests);

    public double Refused => Median(run => run.Seen.Refused);

    public double Broken => Median(run => run.Seen.Broken);

    public double MostUnderWay => Median(run => run.Seen.MostUnderWay);

    public double P50 => Median(run => run.Seen.P50.TotalMilliseconds);

    public double P99 => Median(run => run.Seen.P99.TotalMilliseconds);

    public double Longest => Median(run => run.Seen.Longest.TotalMilliseconds);

    public double Megabytes => Median(run => run.Seen.Megabytes);

    /// <summary>
    /// Files a second between the tenth part of them and the last tenth: neither starting nor ending is in it.
    /// </summary>
    public double Rate => Median(run => run.Rate);

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
        var text = Caption($"{Tree} in {Tree.Directories} directories");
        text.Append("| program | wall s | CPU s | CPU us a file | x floor | peak MiB | right | left |\n|---|---:|---:|---:|---:|---:|---:|---:|\n");
        foreach (var row in Rows)
        {
            var ratio = Rows[0].Name == "floor" ? (row.Cpu / Rows[0].Cpu).ToString("0.00", CultureInfo.InvariantCulture) : "";
            text.Append(CultureInfo.InvariantCulture, $"| {row.Name} | {row.Wall:0.00} | {row.Cpu:0.00} | {row.Cpu * 1e6 / Tree.Count:0} | {ratio} | {row.PeakMiB:0.0} | {row.Right} | {row.Left} |\n");
        }
        return text.ToString();
    }

    /// <summary>
    /// With what a server that makes programs wait saw of them. Times are a request's, from its first byte to the last
    /// one of its answer.
    /// </summary>
    public string ToMarkdown(Conditions conditions)
    {
        var text = Caption($"{Tree}");
        text.Append("| program | wall s | x floor | CPU s | cores | peak MiB | files/s once it runs | requests | refused | broken off | most under way | request p50 ms | p99 ms | longest ms |");
        text.Append(conditions.Line > 0 ? " of the line | server CPU s | right | left |\n" : " server CPU s | right | left |\n");
        text.Append("|---").Insert(text.Length, "|---:", conditions.Line > 0 ? 17 : 16).Append("|\n");
        foreach (var row in Rows)
        {
            var ratio = Rows[0].Name == "floor" ? (row.Wall / Rows[0].Wall).ToString("0.00", CultureInfo.InvariantCulture) : "";
            text.Append(CultureInfo.InvariantCulture, $"| {row.Name} | {row.Wall:0.00} | {ratio} | {row.Cpu:0.00} | {row.Cpu / row.Wall:0.00} | {row.PeakMiB:0.0} | {row.Rate:0.#} | {row.Requests:0} | {row.Refused:0} | {row.Broken:0} | {row.MostUnderWay:0} | {row.P50:0.0} | {row.P99:0.0} | {row.Longest:0.0} |");
            text.Append(conditions.Line > 0 ? FormattableString.Invariant($" {row.Megabytes / conditions.Line * 100:0.0} % |") : "");
            text.Append(CultureInfo.InvariantCulture, $" {row.ServerCpu:0.00} | {row.Right} | {row.Left} |\n");
        }
        return text.ToString();
    }

    StringBuilder Caption(string tree) => new StringBuilder().Append(CultureInfo.InvariantCulture, $"\n{tree}, moved into {Server} (medians of {Rows.Max(row => row.Runs.Count)} interleaved runs; slow programs ran once):\n\n");
}
