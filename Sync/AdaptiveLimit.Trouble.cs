using System;

namespace S3Sync.Sync;

/// <summary>
/// What a server says that has too much to do, and what it loses. One refusal among thousands is chance. Several together lower the limit, once for all
/// that were under way, until they end; then it nears the ceiling that was found, and passes it slowly (as TCP CUBIC does). Where nothing succeeds any
/// more it falls to a few, and is back as soon as something does.
/// </summary>
sealed partial class AdaptiveLimit
{
    // Seconds until it is again where refusals were seen, and in which they are remembered.
    const double Approach = 4, Memory = 60;

    double troubleFrom = double.NegativeInfinity, troubleBegun;
    double cutAt = double.NegativeInfinity, endedAt = double.NegativeInfinity;
    int refusals, successes, answers = 32, atTrouble;
    bool isKnown, hasReturned;
    double refusedAt;
    double ceiling, used, usedAt;
    int good;

    bool IsServer => phase is Phase.Troubled or Phase.Returning or Phase.Nearing;

    /// <summary>It was too much: it comes back fast.</summary>
    public void Refused(double begun, double at) => Trouble(begun, at);

    /// <summary>A request timed out, or its connection was reset.</summary>
    public void Lost(double begun, double at) => Trouble(begun, at);

    /// <summary>So many refusals together are more than chance.</summary>
    static int Enough(int limit) => 4 + (limit / 32);

    void Trouble(double begun, double at)
    {
        if (double.IsNaN(last))
        {
            Rise(begun);
        }
        last = at;
        if (phase == Phase.Troubled)
        {
            if (begun >= cutAt)
            {
                // Its place is not given to another, which would be refused as well.
                now = Math.Max(1, now - 1);
                (refusals, refusedAt) = (refusals + 1, at);
            }
            EndTrouble(begun, at);
        }
        // What was under way at the last cut has been paid for.
        else if (begun >= cutAt)
        {
            if (answers >= 32 && at - troubleFrom > Math.Max(0.1, 2 * usual))
            {
                (refusals, successes, answers, troubleFrom, troubleBegun) = (0, 0, 0, at, begun);
            }
            if (++refusals >= Enough(now) && refusals > 0.03 * answers)
            {
                Cut(at);
            }
        }
    }

    void Cut(double at)
    {
        (atTrouble, cutAt, refusedAt) = (now, at, at);
        good = phase == Phase.Returning && !hasReturned ? good : 0;
        isKnown = true;
        if (phase == Phase.Trying && now > former)
        {
            now = former;
        }
        else if (phase == Phase.Nearing || at < endedAt + Memory)
        {
            now = Math.Max(1, (int)(now * 0.96));
        }
        else
        {
            now = Math.Max(1, now / 2);
            isKnown = false;
        }
        phase = Phase.Troubled;
        (refusals, successes) = (0, 0);
    }

    bool AnsweredInTrouble(double begun, double at, int underWay)
    {
        answers++;
        switch (phase)
        {
            case Phase.Troubled:
                if (good > 0 && begun >= cutAt)
                {
                    Return();
                    return true;
                }
                successes += begun >= troubleBegun && (isKnown ? begun >= cutAt : begun < cutAt) ? 1 : 0;
                EndTrouble(begun, at);
                return true;
            case Phase.Returning:
                hasReturned = true;
                if (IsUsed(underWay) && ++now >= Math.Min(most, good))
                {
                    now = Math.Min(most, Math.Max(1, good));
                    good = 0;
                    Rise(at);
                }
                return true;
            case Phase.Nearing:
                used += IsUsed(underWay) ? Math.Min(at - usedAt, 1) : 0;
                usedAt = at;
                var way = (used / Approach) - 1;
                now = Math.Clamp((int)(ceiling * (1 + (0.05 * way * way * way))), 1, most);
                if (now > 1.3 * ceiling || now == most)
                {
                    Settle(at, ShortestPause);
                }
                return true;
            default:
                successes += begun >= troubleBegun ? 1 : 0;
                return false;
        }
    }

    void Return()
    {
        phase = Phase.Returning;
        hasReturned = false;
    }

    void EndTrouble(double begun, double at)
    {
        if (begun < cutAt || at < cutAt + (1.5 * usual) || (successes > 0 && at < refusedAt + (usual * Math.Min(1, 64.0 / now))))
        {
            return;
        }
        if (successes == 0 && (refusals > 0 || !isKnown))
        {
            good = Math.Max(good, atTrouble * 9 / 10);
            Return();
        }
        else if (!isKnown && refusals == 0)
        {
            // What began between the first refusal and the cut shows how many succeed at a time.
            var bear = successes * usual / Math.Max(1e-6, cutAt - troubleBegun);
            now = Math.Clamp((int)(0.85 * bear), now, Math.Max(now, (int)(atTrouble * 0.96)));
            isKnown = true;
            successes = 0;
            cutAt = at;
            return;
        }
        else
        {
            ceiling = now / 0.97;
            (used, usedAt, phase) = (0, at, Phase.Nearing);
            good = 0;
        }
        (refusals, answers) = (0, 32);
        cutAt = endedAt = at;
    }

    /// <summary>Half of what was reached is forgotten in ten minutes without anything under way.</summary>
    void Forget(double begun)
    {
        var idle = begun - last;
        if (idle > 60 && now > Start)
        {
            now = Start + (int)((now - Start) * Math.Pow(0.5, idle / 600));
            Rise(begun);
        }
    }
}
