using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

namespace S3Sync.Benchmarks;

/// <summary>What each thread of a process that goes on has used so far, as Linux counts it: proc(5).</summary>
/// <param name="Threads">By their ids: nanoseconds on a processor (schedstat), and how often it gave the processor away to wait (voluntary_ctxt_switches).</param>
sealed record Standing(IReadOnlyDictionary<string, (long Nanoseconds, long WakeUps)> Threads)
{
    const string Switches = "voluntary_ctxt_switches:";

    public static Standing Of(int process) => new(Directory.GetDirectories($"/proc/{process}/task").ToDictionary(thread => thread, thread => (
        Number(File.ReadAllText(Path.Join(thread, "schedstat")).Split(' ')[0]),
        Number(File.ReadLines(Path.Join(thread, "status")).First(line => line.StartsWith(Switches, StringComparison.Ordinal))[Switches.Length..]))));

    /// <summary>What was used since then, by the threads that there still are.</summary>
    public (double Milliseconds, long WakeUps) Since(Standing earlier)
    {
        var used = Threads.Select(thread => earlier.Threads.GetValueOrDefault(thread.Key) is var before ? (thread.Value.Nanoseconds - before.Nanoseconds, thread.Value.WakeUps - before.WakeUps) : default).ToList();
        return (used.Sum(thread => thread.Item1) / 1e6, used.Sum(thread => thread.Item2));
    }

    static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
