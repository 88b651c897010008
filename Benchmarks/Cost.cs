using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;

namespace S3Sync.Benchmarks;

/// <summary>What one run of a program cost, its children included.</summary>
/// <param name="Start">When it began, in microseconds since 1970.</param>
readonly record struct Cost(long Start, TimeSpan Wall, TimeSpan Cpu, long PeakKiB, int Exit)
{
    /// <summary>Runs a program to its end, with its output thrown away, and measures it.</summary>
    public static Cost Of(string floor, string own, string program, string[] arguments)
    {
        var result = Path.Join(own, "cost");
        using var process = Begin(own, floor, ["measure", result, program, .. arguments]);
        process.WaitForExit();
        var errors = Output(own);
        if (!File.Exists(result))
        {
            throw new InvalidOperationException($"{program}: {File.ReadAllText(errors)}");
        }
        var n = File.ReadAllText(result).Split(' ').Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        if (n[5] != 0)
        {
            Console.Error.WriteLine($"{program} ended with {n[5]}: {string.Join(" | ", File.ReadLines(errors).TakeLast(3))}");
        }
        return new(n[0], TimeSpan.FromMicroseconds(n[1]), TimeSpan.FromMicroseconds(n[2] + n[3]), n[4], (int)n[5]);
    }

    /// <summary>Begins to run a program, with its output thrown away.</summary>
    public static Process Begin(string own, string program, string[] arguments)
    {
        // By the shell: a file for the output costs the program what it costs in use, and nobody has to read it.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" > \"$0\" 2>&1 < /dev/null", Output(own), program, .. arguments]);
        foreach (var (name, value) in Contender.Environment)
        {
            start.Environment[name] = value.Length == 0 ? null : value;
        }
        return Process.Start(start)!;
    }

    static string Output(string own) => Path.Join(own, "errors");
}
