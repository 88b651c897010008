using System;
using System.Threading;

namespace S3Sync.Sync;

/// <summary>What sets a limit. Whether there are enough files to reach it is for its owner to say.</summary>
enum LimitedBy : byte
{
    /// <summary>More under way got no more through, or answers slowed down.</summary>
    Line,

    /// <summary>The server said that it is too much, or lost requests.</summary>
    Server,

    /// <summary>What the settings allow.</summary>
    Most,
}

/// <summary>
/// How many requests may be under way to one bucket: finds out by what comes back. Latency makes it suspicious,
/// throughput decides. It starts at
/// <see cref="Start"/> and doubles in a round trip (AdaptiveLimit.Rise.cs), then tries a little more or less now and
/// then, and keeps what gets more through or loses nothing (AdaptiveLimit.Trials.cs); a server that refuses sets a
/// ceiling (AdaptiveLimit.Trouble.cs). A stretch in which there is too little to do changes nothing, but half of what
/// is above the start is forgotten in a quarter of an hour in which it was not used. Pure: all times are given, in
/// seconds of a monotonic clock. Not thread-safe; any thread may read <see cref="Now"/> and <see cref="Most"/>. Chosen
/// by simulation: Benchmarks/Simulation, tests/Sync/Concurrency, Benchmarks/results/concurrency.md.
/// </summary>
sealed partial class AdaptiveLimit
{
    /// <summary>So many from the start, and no fewer without a reason: enough on loopback, little for a slow
    /// line.</summary>
    public const int Start = 16;

    const double Forgetting = 900;

    enum Phase : byte { Rising, Checking, Steady, Trying, Falling, Troubled, Returning, Nearing }

    LimitSlice before = new(), current = new();
    Phase phase;
    int now, most;
    // When something came back last, and when the limit was used last.
    double last = double.NaN, usedAt;
    // Seconds a request takes, on average.
    double usual;
    // Square of the relative deviation of one answer.
    double deviation = 0.1;
    // Requests that began before do not show what the limit does.
    double mark;

    /// <param name="most">What the settings allow, at least 1.</param>
    public AdaptiveLimit(int most)
    {
        this.most = Math.Max(1, most);
        now = Math.Min(Start, this.most);
    }

    /// <summary>The limit in force, 1 to <see cref="Most"/>.</summary>
    public int Now => Volatile.Read(ref now);

    public int Most => Volatile.Read(ref most);

    public LimitedBy By => now >= most ? LimitedBy.Most : phase >= Phase.Troubled ? LimitedBy.Server : LimitedBy.Line;

    /// <summary>Changed settings: from now on so many at most.</summary>
    public void Allow(int count)
    {
        var wasMost = now == most;
        most = Math.Max(1, count);
        now = Math.Min(wasMost ? Math.Max(now, Start) : now, most);
        if (phase < Phase.Troubled && !double.IsNaN(last))
        {
            Rise(last);
        }
    }

    /// <summary>A request succeeded.</summary>
    /// <param name="begun">When its body began to be sent.</param>
    /// <param name="at">When its answer was there.</param>
    /// <param name="bytes">Its body's length.</param>
    /// <param name="underWay">How many were under way when it ended, itself included.</param>
    public void Answered(double begun, double at, long bytes, int underWay)
    {
        See(begun, at);
        if (IsUsed(underWay))
        {
            usedAt = at;
        }
        var took = Math.Max(1e-6, at - begun);
        usual = usual <= 0 ? took : usual + ((took - usual) / 32);
        AnsweredInTrouble(begun, at, underWay);
        var size = LimitSlice.SizeOf(bytes);
        if (phase == Phase.Rising)
        {
            AnsweredInRise(begun, at, size, took, underWay);
        }
        else if (phase < Phase.Troubled)
        {
            AnsweredInTrial(begun, at, size, took, underWay);
        }
    }

    /// <summary>It was too much: 503 SlowDown and the like, which come back fast.</summary>
    public void Refused(double begun, double at) => Failed(begun, at);

    /// <summary>A request timed out, or its connection was reset.</summary>
    public void Lost(double begun, double at) => Failed(begun, at);

    void See(double begun, double at)
    {
        if (double.IsNaN(last))
        {
            usedAt = begun;
            Rise(begun);
        }
        if (begun - usedAt > Forgetting)
        {
            var times = (int)Math.Min(30, (begun - usedAt) / Forgetting);
            usedAt += times * Forgetting;
            if (now > Start && phase < Phase.Troubled)
            {
                now = Start + ((now - Start) >> times);
                Rise(begun);
            }
        }
        last = at;
    }

    bool IsUsed(int underWay) => underWay >= 0.8 * now;
}
