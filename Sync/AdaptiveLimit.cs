using System;
using System.Threading;

namespace S3Sync.Sync;

/// <summary>What sets a limit. Whether there are enough files to reach it is for its owner to say.</summary>
enum LimitedBy : byte
{
    /// <summary>More under way got no more through, or answers slowed down.</summary>
    Line,

    /// <summary>It said that it is too much, or lost requests.</summary>
    Server,

    /// <summary>What the settings allow.</summary>
    Most,
}

/// <summary>
/// How many requests may be under way to one bucket. Pure: all times are given, in seconds of a monotonic clock. Not thread-safe, but any thread may read
/// <see cref="Now"/>.
/// </summary>
sealed partial class AdaptiveLimit
{
    /// <summary>So many from the start, and no fewer without a reason.</summary>
    const int Start = 16;

    // A doubling takes so long at least: on loopback a round trip says nothing.
    const double ShortestRound = 0.02;

    enum Phase : byte { Rising, Checking, Steady, Trying, Troubled, Returning, Nearing }

    readonly double[] least = new double[LimitSlice.Sizes];
    readonly double[] quickest = new double[LimitSlice.Sizes];
    readonly double[] quickestNow = new double[LimitSlice.Sizes];
    LimitSlice before = new(), current = new();
    Phase phase;
    int now, most;
    double last = double.NaN;
    double usual;
    double deviation = 0.1;

    // Rising: which round, and what of it came back.
    int target;
    bool grows;
    double mark, roundFrom;
    int seen;
    double quicker;

    // Checking, Trying: the limit to go back to; requests to wait for before counting.
    int former;
    int settling;

    // Steady: when to try another limit, and which way.
    double pause = ShortestPause, nextTrial;
    double step = 0.25;
    bool down;
    double slowness = 1;

    const double ShortestPause = 0.5, LongestPause = 30;

    public AdaptiveLimit(int most)
    {
        this.most = Math.Max(1, most);
        now = Math.Min(Start, this.most);
    }

    /// <summary>The limit in force, 1 to <see cref="Most"/>.</summary>
    public int Now => Volatile.Read(ref now);

    public int Most => Volatile.Read(ref most);

    public LimitedBy By => now >= most ? LimitedBy.Most : IsServer ? LimitedBy.Server : LimitedBy.Line;

    /// <summary>Changed settings.</summary>
    public void Allow(int count)
    {
        var was = most;
        most = Math.Max(1, count);
        if (now > most || (now == was && was < Start))
        {
            now = Math.Min(Math.Max(now, Start), most);
        }
        if (phase is Phase.Steady or Phase.Trying or Phase.Checking or Phase.Rising)
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
        if (double.IsNaN(last))
        {
            Rise(begun);
        }
        Forget(begun);
        last = at;
        var took = Math.Max(1e-6, at - begun);
        usual = usual <= 0 ? took : usual + ((took - usual) / 32);
        var size = LimitSlice.SizeOf(bytes);
        if (AnsweredInTrouble(begun, at, underWay))
        {
            return;
        }
        switch (phase)
        {
            case Phase.Rising:
                AnsweredInRise(begun, at, size, took, underWay);
                break;
            case Phase.Checking:
            case Phase.Trying:
            case Phase.Steady:
                if (Count(begun, at, size, took, underWay))
                {
                    switch (phase)
                    {
                        case Phase.Checking: Checked(at); break;
                        case Phase.Trying: Tried(at); break;
                        default: Stayed(at); break;
                    }
                }
                break;
        }
    }

    bool IsUsed(int underWay) => underWay >= 0.8 * now;

    // -- Rising: a doubling a round trip, as long as answers come as fast and the doubling before got more through.

    void Rise(double at)
    {
        phase = Phase.Rising;
        Array.Clear(quickest);
        before.Begin(at, 0);
        Round(at, grow: false);
    }

    void Round(double at, bool grow)
    {
        (before, current) = (current, before);
        current.Begin(at, now);
        Array.Fill(quickestNow, double.MaxValue);
        (mark, roundFrom, seen, quicker) = (at, at, 0, double.MaxValue);
        (target, grows) = (Math.Min(most, 2 * now), grow);
    }

    void AnsweredInRise(double begun, double at, int size, double took, int underWay)
    {
        current.Add(size, took, at, underWay);
        quickestNow[size] = Math.Min(quickestNow[size], took);
        if (begun >= mark)
        {
            seen++;
            quicker = Math.Min(quicker, quickest[size] > 0 ? took / quickest[size] : 0);
        }
        if (grows)
        {
            if (IsUsed(underWay))
            {
                now++;
            }
            grows = now < target;
            return;
        }
        if (now >= most)
        {
            Settle(at, ShortestPause);
        }
        else if (seen >= Math.Max(1, current.Level / 8) && at - roundFrom >= ShortestRound)
        {
            EndRound(at);
        }
    }

    void EndRound(double at)
    {
        if (!current.IsFull && current.UnderWay < 0.8 * current.Level)
        {
            Round(at, grow: false);
            before.Begin(at, 0);
            return;
        }
        var gain = before.Level > 0 && before.Level < current.Level && before.Count >= before.Level ? current.Gain(before) : 0;
        if (quicker is > 1.25 and < double.MaxValue || (gain > 0 && gain < 1.3))
        {
            Check(at);
            return;
        }
        for (var size = 0; size < quickest.Length; size++)
        {
            if (quickestNow[size] < double.MaxValue)
            {
                quickest[size] = quickest[size] > 0 ? Math.Min(quickest[size], quickestNow[size]) : quickestNow[size];
            }
        }
        Round(at, grow: true);
    }

    // -- Checking: the limit stays until it is known whether the last doubling got more through.

    void Check(double at)
    {
        phase = Phase.Checking;
        // The round that just ended was the answer to the limit before.
        (before, current) = (current, before);
        former = before.Level;
        if (former >= now)
        {
            former = Math.Max(Math.Min(Start, most), now / 2);
        }
        Measure(at);
    }

    void Checked(double at)
    {
        if (!current.IsFull)
        {
            Rise(at);
            return;
        }
        var gain = current.Gain(before);
        var grown = (double)now / former;
        if (gain >= 1 + (0.4 * (grown - 1)) || gain <= 0)
        {
            current.Begin(at, now);
            Rise(at);
            grows = true;
            return;
        }
        before.Teach(least);
        now = Math.Clamp((int)(former * gain * 1.15), former, now);
        Settle(at, 2 * ShortestPause);
    }

    // -- Steady: another limit is tried now and then.

    void Settle(double at, double wait)
    {
        phase = Phase.Steady;
        pause = wait;
        nextTrial = at + wait;
        step = 0.25;
        before.Begin(at, 0);
        Measure(at);
    }

    void Measure(double at)
    {
        mark = at;
        settling = Math.Max(1, now / 2);
    }

    /// <summary>True when a slice at this limit is complete.</summary>
    bool Count(double begun, double at, int size, double took, int underWay)
    {
        if (settling > 0)
        {
            if (begun >= mark && --settling == 0)
            {
                current.Begin(at, now);
            }
            return false;
        }
        current.Add(size, took, at, underWay);
        if (before.Level > 0)
        {
            deviation += (Math.Min(4, before.Deviation(size, took)) - deviation) / 128;
        }
        var enough = phase == Phase.Checking ? 2 * now : Math.Max(3 * now, Math.Min(5000, 5000 * deviation));
        return (current.Count >= enough || (current.Seconds > 3 && current.Count >= 3 * now)) && current.Seconds >= (phase == Phase.Checking ? 0.03 : 0.1);
    }

    /// <summary>Relative error of the comparison of both slices.</summary>
    double Error => Math.Sqrt(deviation * ((1.0 / before.Count) + (1.0 / current.Count)));

    int Bottom => Math.Min(most, before.Took > 2 ? Math.Max(2, (int)(Start * 2 / before.Took)) : Start);

    void Stayed(double at)
    {
        if (!current.IsFull)
        {
            before.Begin(at, 0);
            current.Begin(at, now);
            return;
        }
        var gain = before.Level == now ? current.Gain(before) : 0;
        (before, current) = (current, before);
        current.Begin(at, now);
        if (gain > 1.3 || (now < Math.Min(Start, most) && before.Took < 1))
        {
            now = Math.Max(now, Math.Min(Start, most));
            Rise(at);
            return;
        }
        slowness = before.Slowness(least);
        if (slowness > 2.5 && now > Bottom)
        {
            Try(Math.Max(Bottom, now / 2), at);
        }
        else if (at >= nextTrial)
        {
            if (now >= most || (down && slowness > 1.15))
            {
                down = true;
                if (now > Bottom && slowness > 1.15)
                {
                    Try(Math.Max(Bottom, Math.Min(now - 1, (int)(now * 0.8))), at);
                }
            }
            else
            {
                down = false;
                Try(Math.Min(most, Math.Max(now + 1, (int)(now * (1 + step)))), at);
            }
        }
    }

    void Try(int limit, double at)
    {
        phase = Phase.Trying;
        former = now;
        now = limit;
        Measure(at);
    }

    void Tried(double at)
    {
        var gain = current.IsFull ? current.Gain(before) : 0;
        var moved = ((double)now / former) - 1;
        var share = Math.Clamp(0.25 + ((slowness - 1.5) * 0.14), 0.25, 0.7);
        var isGood = gain > 0 && (moved > 0 ? gain - 1 > (share * moved) + Error : 1 - gain < -0.2 * moved);
        if (isGood)
        {
            step = moved > 0 ? Math.Min(1, step * 2) : 0.25;
            (before, current) = (current, before);
            current.Begin(at, now);
            slowness = before.Slowness(least);
            pause = ShortestPause;
            phase = Phase.Steady;
            nextTrial = at;
            return;
        }
        if (moved < 0 && slowness > 2.5 && gain > 0)
        {
            current.Teach(least);
        }
        now = former;
        phase = Phase.Steady;
        step = 0.25;
        down = !down;
        pause = Math.Min(LongestPause, pause * 2);
        nextTrial = at + pause;
        before.Begin(at, 0);
        Measure(at);
    }
}
