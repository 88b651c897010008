using System;

namespace S3Sync.Benchmarks;

/// <summary>How a refusal comes back: as fast as the network goes, or after what a write takes.</summary>
enum Refusing : byte { AtOnce, AsUsual }

/// <summary>What lies between the files and the bucket. Times are in seconds, sizes in bytes, rates a second. A value:
/// a change under way is another one.</summary>
record struct SimulatedLine()
{
    /// <summary>From the last byte sent to the answer: the median. Half of it passes before the request is
    /// there.</summary>
    public double Latency { get; init; } = 0.035;

    /// <summary>Evenly spread so much up and down.</summary>
    public double Jitter { get; init; } = 0.005;

    /// <summary>Lognormal spread of the latency in place of <see cref="Jitter"/>: the deviation of its logarithm. 0:
    /// none.</summary>
    public double Sigma { get; init; }

    /// <summary>Of the line, which all share.</summary>
    public double Bandwidth { get; init; } = 1e9;

    /// <summary>Of one connection.</summary>
    public double PerConnection { get; init; } = 100e6;

    /// <summary>So much waits before the line; what comes then is lost and sent again 0.2 s later.</summary>
    public double Queue { get; init; } = 8e6;

    /// <summary>Connections of another program, which always have something to send.</summary>
    public int Rivals { get; init; }

    /// <summary>Of this machine.</summary>
    public int Cores { get; init; } = 2;

    /// <summary>Work for one file, half before it is sent, half after its answer.</summary>
    public double Cpu { get; init; } = 140e-6;

    /// <summary>Writes a second that the server takes (a bucket of tokens); the others it refuses.</summary>
    public double Rate { get; init; } = double.PositiveInfinity;

    /// <summary>What the bucket of tokens holds, in seconds of <see cref="Rate"/>.</summary>
    public double Depth { get; init; } = 0.2;

    public Refusing Refusing { get; init; } = Refusing.AtOnce;

    /// <summary>Requests that the server works on at a time, the others wait. 0: all of them.</summary>
    public int Workers { get; init; }

    /// <summary>What one of them takes, beside the latency.</summary>
    public double Service { get; init; }

    /// <summary>Share of all requests that is refused without a reason.</summary>
    public double Strays { get; init; }

    /// <summary>Share of all requests whose connection is reset.</summary>
    public double Resets { get; init; }

    /// <summary>Everything is refused.</summary>
    public bool IsDown { get; init; }

    /// <summary>Nothing is answered: each request is given up after <see cref="Timeout"/>.</summary>
    public bool IsSilent { get; init; }

    public double Timeout { get; init; } = 30;
}
