using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;

namespace S3Sync.Tests.Crashes;

/// <summary>What a process holds of the system at one moment.</summary>
/// <param name="Memory">Resident bytes.</param>
readonly record struct Usage(TimeSpan Time, int Files, int Kills, int Handles, int Threads, long Memory)
{
    public const string Head = """
        | minute | files so far | kills of the other | handles | threads | memory, MB |
        |---|---|---|---|---|---|
        """;

    // A program that has just started grows to its size.
    static readonly TimeSpan Least = TimeSpan.FromMinutes(2);

    public static Usage Of(int process, TimeSpan time, int files, int kills)
    {
        using var seen = Process.GetProcessById(process);
        // On Linux .NET knows no handle count; each entry is an open descriptor (proc_pid_fd(5)).
        var handles = OperatingSystem.IsLinux() ? Directory.GetFileSystemEntries($"/proc/{process}/fd").Length : seen.HandleCount;
        return new(time, files, kills, handles, seen.Threads.Count, seen.WorkingSet64);
    }

    /// <summary>The smallest and the largest of each after the first quarter.</summary>
    public static string Spans(IReadOnlyList<Usage> all)
    {
        var settled = all.Skip(all.Count / 4).ToList();
        return settled.Count == 0 ? "| | " : string.Create(CultureInfo.InvariantCulture,
            $"{settled.Min(one => one.Handles)} to {settled.Max(one => one.Handles)} | {settled.Min(one => one.Threads)} to {settled.Max(one => one.Threads)} | {settled.Min(one => one.Memory) >> 20} to {settled.Max(one => one.Memory) >> 20}");
    }

    /// <summary>
    /// What grew: the middle of the last quarter against that of the second, a line each. The slack is for what moves all the time: connections, files under way,
    /// the pool's threads, the collector's mood.
    /// </summary>
    public static IEnumerable<string> Growth(IReadOnlyList<Usage> all)
    {
        if (all.Count == 0 || all[^1].Time < Least)
            yield break;
        var quarter = all.Count / 4;
        foreach (var (name, of, slack) in ((string, Func<Usage, double>, double)[])
        [
            ("handles", one => one.Handles, 16), ("threads", one => one.Threads, 4), ("memory in MB", one => one.Memory >> 20, 10),
        ])
        {
            var (before, after) = (Middle(all.Skip(quarter).Take(quarter).Select(of)), Middle(all.Skip(all.Count - quarter).Select(of)));
            if (after > before * 1.1 + slack)
                yield return $"{name} grew from {before} to {after}";
        }
    }

    static double Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"| {Time.TotalMinutes:0.0} | {Files:N0} | {Kills:N0} | {Handles} | {Threads} | {Memory / 1048576.0:0.0} |");
}
