using System;
using System.Collections.Generic;
using System.Linq;

namespace S3Sync.Benchmarks;

/// <summary>A line, its files and what changes under way, to be drawn and compared.</summary>
/// <param name="Name">What it is, for a title.</param>
/// <param name="Line">At first.</param>
/// <param name="Work">The files.</param>
/// <param name="Until">Seconds at most.</param>
/// <param name="Changes">And when.</param>
sealed record Scenario(
    string Name, SimulatedLine Line, IEnumerable<SimulatedWork.File> Work, double Until,
    params (double At, Func<SimulatedLine, SimulatedLine> Change)[] Changes)
{
    static readonly SimulatedLine Usual = new();

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("10,000 files of 4 KiB at 30 to 40 ms", Usual, SimulatedWork.AtOnce(10_000, 4096), 60),
        new("answers after 25 ms, one in a hundred after 200 ms",
            Usual with { Latency = 0.025, Sigma = 0.9 }, SimulatedWork.AtOnce(60_000, 4096), 60),
        new("loopback, 0.5 ms", Usual with { Latency = 0.0005, Jitter = 0.0003 },
            SimulatedWork.AtOnce(50_000, 4096), 60),
        new("1 MB/s, 40 ms: 2,000 of 4 KiB, then 20 of 1 MiB", Usual with { Latency = 0.04, Bandwidth = 1e6 },
            SimulatedWork.AtOnce(2000, 4096).Concat(SimulatedWork.AtOnce(20, 1 << 20)), 90),
        new("SlowDown above 3,500 a second", Usual with { Rate = 3500 }, SimulatedWork.AtOnce(100_000, 4096), 90),
        new("3,000 a second, refused for 10 s", Usual, SimulatedWork.AtRate(3000, 30, 4096), 90,
            (8, line => line with { IsDown = true }), (18, line => line with { IsDown = false })),
        new("16 KiB: 100 MB/s, 1 MB/s from second 5 to 25", Usual with { Bandwidth = 100e6 },
            SimulatedWork.AtOnce(140_000, 16_384), 90,
            (5, line => line with { Bandwidth = 1e6 }), (25, line => line with { Bandwidth = 100e6 })),
        new("1,000 files of 4 KiB a second at 30 to 40 ms", Usual, SimulatedWork.AtRate(1000, 10, 4096), 60),
    ];

    public SimulatedBucket Run(ISimulatedLimit limit, int seed = 1, double sample = 0.05)
    {
        var simulation = new Simulation(Line, seed, Changes);
        var bucket = simulation.Add(limit, Work, sample);
        simulation.Run(Until);
        return bucket;
    }
}
