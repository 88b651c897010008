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

    enum Phase : byte { Rising, Checking, Steady, Trying, Falling, Troubled, Returning, Nearing }

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
    double pauseUp = ShortestPause, nextUp;
    double pauseDown = ShortestPause, nextDown;
    double step;
    double slowness = 1;

    // How much longer than at the least the last answers took.
    double swell = 1;
    bool fell;

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
        if (phase < Phase.Troubled)
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
            case Phase.Falling:
                if (Count(begun, at, size, took, underWay))
                {
                    switch (phase)
                    {
                        case Phase.Falling: Fall(at); break;
                        case Phase.Checking: Checked(at); break;
                        case Phase.Trying: Tried(at); break;
                        default: Stayed(at); break;
                    }
                }
                else if (swell > 3 && IsUsed(underWay) && phase is Phase.Steady or Phase.Trying && !fell && now > Math.Min(Start, most))
                {
                    phase = Phase.Falling;
                    current.Begin(at, now);
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
        current.Add(size, took, at, underWay, before);
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
        if (seen >= Math.Max(1, current.Level / 8) && at - roundFrom >= ShortestRound)
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
        current.Slowness(least);
        if (now >= most)
        {
            Check(at);
            return;
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
        Deviate();
        var gain = current.Gain(before);
        var grown = (double)now / former;
        if ((gain * (1 + (1.5 * Error))) >= 1 + (0.4 * (grown - 1)) || gain <= 0)
        {
            if (now >= most)
            {
                Settle(at, ShortestPause);
                return;
            }
            current.Begin(at, now);
            Rise(at);
            grows = true;
            return;
        }
        before.Slowness(least);
        now = Math.Clamp((int)(former * gain * 1.15), former, now);
        Settle(at, 2 * ShortestPause);
    }

    // -- Steady: another limit is tried now and then.

    void Settle(double at, double wait)
    {
        phase = Phase.Steady;
        pauseUp = pauseDown = wait;
        nextUp = nextDown = at + wait;
        step = 0;
        (swell, fell) = (1, false);
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
        if (least[size] > 0)
        {
            swell += (Math.Min(20, took / least[size]) - swell) / 16;
        }
        if (settling > 0)
        {
            if (begun >= mark && --settling == 0)
            {
                current.Begin(at, now);
            }
            return false;
        }
        current.Add(size, took, at, underWay, before);
        if (phase == Phase.Falling)
        {
            return current.Count >= 24 && current.Seconds >= 0.05;
        }
        if (phase == Phase.Trying && current.Count >= 2 * now && current.Count % now == 0 && current.Seconds >= 0.1 && Math.Abs(Excess(current.Gain(before))) > 3 * Error)
        {
            return true;
        }
        var enough = phase == Phase.Checking ? 2 * now : Math.Max(3 * now, Math.Min(5000, 2500 * deviation));
        return (current.Count >= enough || (current.Seconds > 2 && current.Count >= 3 * now)) && current.Seconds >= (phase == Phase.Checking ? 0.03 : 0.1);
    }

    /// <summary>By how much a limit that is tried gains more, or loses less, than it has to.</summary>
    double Excess(double gain)
    {
        var moved = ((double)now / former) - 1;
        var share = Math.Clamp(0.25 + ((slowness - 1.5) * 0.14), 0.25, 0.7);
        return moved > 0 ? gain - 1 - (share * moved) : gain - 1 - (fell ? -0.1 : 0.2 * moved);
    }

    /// <summary>A slice ended.</summary>
    void Deviate() => deviation = current.Deviation is { } here ? (deviation + here) / 2 : deviation;

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
        Deviate();
        var gain = before.Level == now ? current.Gain(before) : 0;
        (before, current) = (current, before);
        current.Begin(at, now);
        if (gain is > 0 and (< 0.8 or > 1.25))
        {
            // The line is another one.
            pauseUp = pauseDown = ShortestPause;
            nextUp = nextDown = at;
        }
        if (gain > 1.3 || (now < Math.Min(Start, most) && before.Took < 1))
        {
            now = Math.Max(now, Math.Min(Start, most));
            Rise(at);
            return;
        }
        slowness = before.Slowness(least);
        if (at >= nextDown + (slowness > 1.15 ? 0 : 20) && now > Bottom)
        {
            Try(Math.Max(Bottom, Math.Min(now - 1, (int)(now * (slowness > 2 ? 0.5 : 0.8)))), at);
        }
        else if (at >= nextUp && now < most)
        {
            // What is to be told apart must stand out from the noise of a second.
            var noise = Math.Sqrt(2 * deviation * Math.Max(before.Took, 0.001) / now);
            var wide = Math.Max(step, noise < 0.04 ? 0.25 : noise < 0.08 ? 0.5 : 1);
            Try(Math.Min(most, Math.Max(now + 1, (int)(now * (1 + wide)))), at);
        }
    }

    // -- Falling: answers take several times as long as they did. The limit becomes what the line takes, if no less comes through then.

    void Fall(double at)
    {
        var slow = current.Slowness(least);
        var enough = (int)(2 * current.Count / current.Seconds * current.Took / slow);
        (before, current) = (current, before);
        enough = Math.Max(enough, Bottom);
        phase = Phase.Steady;
        swell = 1;
        if (enough < 0.75 * now)
        {
            slowness = slow;
            fell = true;
            Try(enough, at);
        }
        else
        {
            before.Teach(least);
            Settle(at, ShortestPause);
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
        Deviate();
        var gain = current.IsFull ? current.Gain(before) : 0;
        var rose = now > former;
        var hasFallen = fell;
        if (gain > 0 && Excess(gain) > (rose ? Error : 0))
        {
            (before, current) = (current, before);
            current.Begin(at, now);
            slowness = before.Slowness(least);
            phase = Phase.Steady;
            (swell, fell) = (1, false);
            if (rose)
            {
                step = at < cutAt + 60 ? 0 : Math.Min(1, 2.0 * (now - former) / former);
                pauseUp = pauseDown = ShortestPause;
                (nextUp, nextDown) = (at, at + pauseDown);
            }
            else
            {
                pauseDown = ShortestPause;
                nextDown = at;
            }
            return;
        }
        now = former;
        if (hasFallen && gain > 0)
        {
            // Not a queue: it takes as long with fewer.
            current.Teach(least);
            Rise(at);
            return;
        }
        if (rose)
        {
            pauseUp = Math.Min(LongestPause, pauseUp * 2);
            nextUp = at + pauseUp;
        }
        else
        {
            if (gain is > 0 and < 0.85)
            {
                current.Teach(least);
            }
            pauseDown = Math.Min(LongestPause, pauseDown * 2);
            nextDown = at + pauseDown;
        }
        phase = Phase.Steady;
        (step, swell, fell) = (0, 1, false);
        before.Begin(at, 0);
        Measure(at);
    }
}
