using System;
using System.Collections.Generic;
using System.Globalization;

namespace S3Sync.Benchmarks;

/// <summary>What the null server and the line to it are like. All zero: as fast as the machine.</summary>
/// <param name="Latency">From a request's last byte to its answer, in ms; the mean.</param>
/// <param name="Jitter">How far a single answer may be from that, in ms; evenly distributed.</param>
/// <param name="Line">What the line to the server carries, in MB (10^6 bytes) a second, heads and bodies of all
/// requests together.</param>
/// <param name="Rate">Writes a second above which the server says SlowDown.</param>
/// <param name="Depth">How many writes above the rate it takes at once.</param>
/// <param name="Handshake">What a new connection costs before its first request is read, in ms.</param>
readonly record struct Conditions(double Latency, double Jitter, double Line, double Rate, double Depth, double Handshake)
{
    /// <summary>S3's servers allow for moments; what they allow is not published.</summary>
    const double DepthSeconds = 0.2;

    /// <summary>
    /// Reads --latency MS (or "30-40", which is the same as 35 with a jitter of 5), --jitter MS, --line MB/s, --rate N,
    /// --depth N, --handshake MS; ignores others.
    /// </summary>
    public static Conditions Parse(string[] args)
    {
        var (jitter, rate) = (Number("--jitter", 0), Number("--rate", 0));
        var latency = Text("--latency")?.Split('-') is [var least, var most] ? ((Parsed(least) + Parsed(most)) / 2, (Parsed(most) - Parsed(least)) / 2) : (Number("--latency", 0), jitter);
        return new(latency.Item1, latency.Item2, Number("--line", 0), rate, Number("--depth", rate * DepthSeconds), Number("--handshake", 0));

        string? Text(string name) => Array.IndexOf(args, name) is var at and >= 0 ? args[at + 1] : null;
        double Number(string name, double standard) => Text(name) is { } text ? Parsed(text) : standard;
        static double Parsed(string text) => double.Parse(text, CultureInfo.InvariantCulture);
    }

    public string[] ToArguments()
    {
        var all = new List<string>();
        foreach (var (name, value) in (ReadOnlySpan<(string, double)>)[("--latency", Latency), ("--jitter", Jitter), ("--line", Line), ("--rate", Rate), ("--depth", Depth), ("--handshake", Handshake)])
        {
            if (value > 0)
            {
                all.AddRange([name, value.ToString(CultureInfo.InvariantCulture)]);
            }
        }
        return [.. all];
    }

    /// <summary>For the name of a file: "-latency-35-rate-3500".</summary>
    public string Suffix => FormattableString.Invariant($"{(Latency > 0 ? $"-latency-{Latency}" : "")}{(Line > 0 ? $"-line-{Line}" : "")}{(Rate > 0 ? $"-rate-{Rate}" : "")}");

    /// <summary>As a table names the server.</summary>
    public override string ToString()
    {
        var said = new List<string>();
        if (Latency > 0)
        {
            said.Add(Jitter > 0 ? FormattableString.Invariant($"answers after {Latency - Jitter} to {Latency + Jitter} ms") : FormattableString.Invariant($"answers after {Latency} ms"));
        }
        if (Rate > 0)
        {
            said.Add(FormattableString.Invariant($"says SlowDown above {Rate:N0} writes a second"));
        }
        if (Line > 0)
        {
            said.Add(FormattableString.Invariant($"is on a line of {Line} MB/s"));
        }
        if (Handshake > 0)
        {
            said.Add(FormattableString.Invariant($"takes {Handshake} ms for a new connection"));
        }
        return said.Count == 0 ? "the null server on loopback" : $"a null server that {string.Join(", ", said)}";
    }
}
