using System;

namespace S3Sync.Sync;

/// <summary>
/// Another limit is tried now and then, against what came through just before: more is kept if it gains a good share of
/// what was added, less if next to nothing is lost. Slices last until their noise tells the two apart; the pauses
/// between fruitless trials grow. When answers take several times as long as they did, the limit becomes at once what
/// the line takes, and that is judged in the same way.
/// </summary>
sealed partial class AdaptiveLimit
{
    // Seconds between trials.
    const double ShortestPause = 0.5, LongestPause = 30;

    // What answers take at the least, by size, in seconds; 0 where it is not known.
    readonly double[] least = new double[LimitSlice.Sizes];
    // The limit to go back to, and how many answers to wait for before they count.
    int former, settling;
    double pauseUp = ShortestPause, nextUp;
    double pauseDown = ShortestPause, nextDown;
    // What the next trial adds at least, as a share.
    double step;
    // How many times as long as at the least answers took: in the last slice, and in the last few.
    double slowness = 1, swell = 1;
    // The trial is of what the line takes.
    bool fell;

    /// <summary>Fewer than at the start only where answers take seconds.</summary>
    int Bottom => Math.Min(most, before.Took > 2 ? Math.Max(2, (int)(Start * 2 / before.Took)) : Start);

    /// <summary>Relative error of the comparison of both slices.</summary>
    double Error => Math.Sqrt(deviation * ((1.0 / before.Count) + (1.0 / current.Count)));

    void Deviate() => deviation = current.Deviation is { } here ? (deviation + here) / 2 : deviation;

    void AnsweredInTrial(double begun, double at, int size, double took, int underWay)
    {
        if (least[size] > 0)
        {
            swell += (Math.Min(20, took / least[size]) - swell) / 16;
        }
        if (Count(begun, at, size, took, underWay))
        {
            switch (phase)
            {
                case Phase.Checking: Checked(at); break;
                case Phase.Trying: Tried(at); break;
                case Phase.Falling: Fall(at); break;
                default: Stayed(at); break;
            }
        }
        else if (swell > 3 && phase is Phase.Steady or Phase.Trying && !fell && now > Start && IsUsed(underWay))
        {
            phase = Phase.Falling;
            current.Begin(at, now);
        }
    }

    void Settle(double at, double wait)
    {
        phase = Phase.Steady;
        pauseUp = pauseDown = wait;
        nextUp = nextDown = at + wait;
        (step, swell, fell) = (0, 1, false);
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
        if (settling > 0 && phase != Phase.Falling)
        {
            if (begun >= mark && --settling == 0)
            {
                current.Begin(at, now);
            }
            return false;
        }
        current.Add(size, took, at, underWay, before);
        quickestNow[size] = Math.Min(quickestNow[size], took);
        switch (phase)
        {
            case Phase.Falling:
                return current.Count >= 24 && current.Seconds >= 0.05;
            case Phase.Checking:
                return current.Count >= 2 * now && current.Seconds >= 0.03;
            case Phase.Trying when current.Count >= 2 * now && current.Count % now == 0 && current.Seconds >= 0.1:
                if (Math.Abs(Excess(current.Gain(before, !fell))) > 3 * Error)
                {
                    return true;
                }
                break;
        }
        // A wide step shows in fewer.
        var telling = current.Seconds > 2 ? 0 : Math.Min(5000, 2500 * deviation / (1 + (15 * step * step)));
        var enough = Math.Max(3 * now, telling);
        return current.Count >= enough && current.Seconds >= 0.1;
    }

    /// <summary>By how much a limit that is tried gains more, or loses less, than it has to. The longer the queue
    /// already is, the more it has to gain.</summary>
    double Excess(double gain)
    {
        var moved = ((double)now / former) - 1;
        var share = moved > 0 ? Math.Clamp(0.25 + ((slowness - 1.5) * 0.14), 0.25, 0.7) : 0.2;
        return gain - 1 - (fell ? -0.1 : share * moved);
    }

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
        if (gain > 1.3 || (now < Math.Min(Start, most) && before.Took < 1))
        {
            now = Math.Max(now, Math.Min(Start, most));
            Rise(at);
            return;
        }
        if (gain is > 0 and < 0.8)
        {
            // The line is another one.
            pauseUp = pauseDown = ShortestPause;
            nextUp = nextDown = at;
        }
        slowness = before.Slowness(least);
        if (at >= nextDown + (slowness > 1.15 ? 0 : 8) && now > Bottom)
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

    void Fall(double at)
    {
        var slow = current.Slowness(least);
        var enough = Math.Max(Bottom, (int)(2 * current.Count / current.Seconds * current.Took / slow));
        if (enough >= 0.75 * now)
        {
            current.Teach(least);
            Settle(at, ShortestPause);
            return;
        }
        (before, current) = (current, before);
        (slowness, fell) = (slow, true);
        Try(enough, at);
    }

    void Try(int limit, double at)
    {
        phase = Phase.Trying;
        swell = 1;
        former = now;
        now = limit;
        Measure(at);
    }

    void Tried(double at)
    {
        Deviate();
        var gain = current.IsFull ? current.Gain(before, !fell) : 0;
        var rose = now > former;
        if (gain > 0 && Excess(gain) > (rose ? Error : 0))
        {
            Keep(at, rose);
            return;
        }
        now = former;
        if (!rose && gain is > 0 and < 0.85)
        {
            // Not a queue: it takes as long with fewer.
            current.Teach(least);
        }
        if (fell && gain > 0)
        {
            Rise(at);
            fell = false;
            return;
        }
        if (rose)
        {
            pauseUp = Math.Min(LongestPause, pauseUp * 2);
            nextUp = at + pauseUp;
        }
        else
        {
            pauseDown = Math.Min(LongestPause, pauseDown * 2);
            nextDown = at + pauseDown;
        }
        phase = Phase.Steady;
        (step, swell, fell) = (0, 1, false);
        before.Begin(at, 0);
        Measure(at);
    }

    void Keep(double at, bool rose)
    {
        // After success the next trial is wider, unless a server refused lately.
        step = rose && at > cutAt + Memory ? Math.Min(1, 2.0 * (now - former) / former) : 0;
        (before, current) = (current, before);
        current.Begin(at, now);
        slowness = before.Slowness(least);
        phase = Phase.Steady;
        (swell, fell) = (1, false);
        pauseDown = ShortestPause;
        pauseUp = rose ? ShortestPause : pauseUp;
        (nextUp, nextDown) = rose ? (at, at + pauseDown) : (nextUp, at);
    }
}
