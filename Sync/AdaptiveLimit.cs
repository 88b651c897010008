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
/// ceiling (AdaptiveLimit.Trouble.cs). Where answers come sooner than this machine could send that many files, as on
/// loopback, more would only wait for the machine: then it stays lower. A stretch in which there is too little to do changes nothing, but half of what
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

    // Seconds for which a file keeps a machine busy at the least: a fast one, with all of its processors.
    const double LeastCost = 6e-6;

    // So many are enough where answers come soon; where they do not, as many as get so many through in a second.
    const int Plenty = 256, PlentyPerSecond = 5000;

    // The quickest of so many answers did not wait for a processor; and by how much it may be slower than the last.
    const int Among = 128;
    const double Slower = 1.1;

    enum Phase : byte { Rising, Checking, Steady, Trying, Falling, Troubled, Returning, Nearing }

    LimitSlice before = new(), current = new();
    Phase phase;
    // The limit; the most it may be now; and what the settings allow.
    int now, most, allowed;
    // When something came back last, and when the limit was used last.
    double last = double.NaN, usedAt;
    // Seconds that the quickest of so many answers takes, lately. 0 while it is not known.
    double quick, quickestOf = double.MaxValue;
    int quickCount;
    // Seconds a request takes, on average.
    double usual;
    // Square of the relative deviation of one answer.
    double deviation = 0.1;
    // Requests that began before do not show what the limit does.
    double mark;

    /// <param name="most">What the settings allow, at least 1.</param>
    public AdaptiveLimit(int most)
    {
        allowed = Math.Max(1, most);
        now = Math.Min(Start, allowed);
        Bound();
    }

    /// <summary>The limit in force, 1 to <see cref="Most"/>.</summary>
    public int Now => Volatile.Read(ref now);

    public int Most => Volatile.Read(ref allowed);

    public LimitedBy By => now >= allowed ? LimitedBy.Most : phase >= Phase.Troubled ? LimitedBy.Server : LimitedBy.Line;

    /// <summary>Changed settings: from now on so many at most.</summary>
    public void Allow(int count)
    {
        allowed = Math.Max(1, count);
        Bound();
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
        if (Quicken(took))
        {
            Bound();
        }
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

    /// <summary>True each time that a group of answers is complete, and shows how quick the quickest are.</summary>
    bool Quicken(double took)
    {
        quickestOf = Math.Min(quickestOf, took);
        if (++quickCount < Among)
        {
            return false;
        }
        quick = quick <= 0 ? quickestOf : Math.Min(quickestOf, quick * Slower);
        (quickestOf, quickCount) = (double.MaxValue, 0);
        return true;
    }

    /// <summary>Of more than this machine could send in the time of a quick answer the others would wait for it.</summary>
    void Bound()
    {
        var useful = quick > 0 ? Math.Min(quick / LeastCost, Math.Max(Plenty, quick * PlentyPerSecond)) : Plenty;
        var wasMost = now == most;
        most = Math.Min(allowed, useful < allowed ? Math.Max(Start, (int)useful) : allowed);
        if (now > most || (wasMost && now < most))
        {
            now = Math.Min(wasMost ? Math.Max(now, Start) : now, most);
            if (phase < Phase.Troubled && !double.IsNaN(last))
            {
                Rise(last);
            }
        }
    }

    bool IsUsed(int underWay) => underWay >= 0.8 * now;
}
