using System;

namespace S3Sync.Sync;

/// <summary>
/// Doubling in a round trip, one more with each answer, as long as the first answers of a round come as fast as before
/// and the doubling before it got more through (as TCP's slow start, with HyStart's end). On suspicion the limit stays
/// until the last doubling can be judged.
/// </summary>
sealed partial class AdaptiveLimit
{
    // A round takes so long at least: on loopback a round trip says nothing.
    const double ShortestRound = 0.02;

    // Answers that take so many times as long as the quickest wait for others, or for a server that answers when it likes.
    const double Full = 2;

    // The least seconds an answer took, by size: in the rounds before, and in this one.
    readonly double[] quickest = new double[LimitSlice.Sizes], quickestNow = new double[LimitSlice.Sizes];
    int target, seen;
    bool grows;
    double roundFrom;
    // How many times as long as the quickest before the quickest of this round took.
    double quicker;

    void Rise(double at)
    {
        phase = Phase.Rising;
        Array.Fill(quickest, double.MaxValue);
        Round(at, grow: false);
        before.Begin(at, 0);
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
            if (quickest[size] < double.MaxValue)
            {
                quicker = Math.Min(quicker, took / quickest[size]);
            }
        }
        if (grows)
        {
            now += IsUsed(underWay) && now < most ? 1 : 0;
            grows = now < target;
        }
        else if (seen >= Math.Max(1, current.Level / 8) && at - roundFrom >= ShortestRound)
        {
            EndRound(at);
        }
    }

    void EndRound(double at)
    {
        if (!current.IsFull)
        {
            // Too little to do.
            Round(at, grow: false);
            before.Begin(at, 0);
            return;
        }
        // What came back in this round began at the limit before it grew.
        var hasGrown = current.Level < now;
        var isComparable = before.Level > 0 && before.Level < current.Level && before.Count >= before.Level;
        var gain = isComparable ? current.Gain(before) : 0;
        var isSlower = quicker is > 1.25 and < double.MaxValue;
        for (var size = 0; size < quickest.Length; size++)
        {
            quickest[size] = Math.Min(quickest[size], quickestNow[size]);
        }
        // A line that is full already when it begins shows in the first round: most wait there for others.
        var isSuspicious = isSlower || gain is > 0 and < 1.3 || current.Spread(quickest) > Full;
        if (hasGrown && (isSuspicious || now >= most))
        {
            Check(at);
            return;
        }
        if (now >= most)
        {
            Settle(at, ShortestPause);
        }
        else
        {
            Round(at, grow: true);
        }
    }

    void Check(double at)
    {
        phase = Phase.Checking;
        (before, current) = (current, before);
        former = before.Level;
        Array.Fill(quickestNow, double.MaxValue);
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
        if (gain <= 0 || gain * (1 + (2 * Error)) >= 1 + (0.6 * (grown - 1)))
        {
            if (now >= most)
            {
                Settle(at, ShortestPause);
                return;
            }
            phase = Phase.Rising;
            quickestNow.CopyTo(quickest, 0);
            Round(at, grow: true);
            return;
        }
        now = Math.Clamp((int)(former * gain * 1.15), former, now);
        var isGuess = deviation > 0.15;
        if (!isGuess)
        {
            before.Slowness(least);
        }
        Settle(at, 2 * ShortestPause);
        if (isGuess)
        {
            // Answers differ much, and those of the round before were the quickest: it is tried again, and longer.
            (nextUp, step) = (at, 1);
        }
    }
}
