using System;

namespace S3Sync.Sync;

/// <summary>What a server says that has too much to do, and what it loses.</summary>
sealed partial class AdaptiveLimit
{
    // Seconds until it is where refusals were seen.
    const double Approach = 4;

    // Of a first refusal: how many more make it trouble.
    double troubleFrom, troubleBegun, cutAt = double.NegativeInfinity;
    int refusals, successes, atTrouble;
    double ceiling, used;
    int good;
    double nearedAt;

    bool IsServer => phase is Phase.Troubled or Phase.Returning or Phase.Nearing;

    /// <summary>It was too much: it comes back fast.</summary>
    public void Refused(double begun, double at) => Trouble(begun, at);

    /// <summary>A request timed out, or its connection was reset.</summary>
    public void Lost(double begun, double at) => Trouble(begun, at);

    void Trouble(double begun, double at)
    {
        if (double.IsNaN(last))
        {
            Rise(begun);
        }
        last = at;
        if (phase == Phase.Troubled)
        {
            if (begun >= troubleBegun && begun < cutAt)
            {
                refusals++;
            }
            EndTrouble(begun, at);
            return;
        }
        // One cut for all that were under way together.
        if (begun < cutAt)
        {
            return;
        }
        if (refusals == 0 || at - troubleFrom > Math.Max(0.1, 2 * usual))
        {
            (refusals, successes, troubleFrom, troubleBegun) = (0, 0, at, begun);
        }
        refusals++;
        if (refusals >= Math.Min(2 + (now / 64), Math.Max(1, now / 2)))
        {
            atTrouble = now;
            cutAt = at;
            phase = Phase.Troubled;
            now = Math.Max(1, now / 2);
        }
    }

    bool AnsweredInTrouble(double begun, double at, int underWay)
    {
        if (begun >= troubleBegun && refusals > 0 && (phase != Phase.Troubled || begun < cutAt))
        {
            successes++;
        }
        switch (phase)
        {
            case Phase.Troubled:
                EndTrouble(begun, at);
                return true;
            case Phase.Returning:
                if (IsUsed(underWay) && ++now >= Math.Min(most, good))
                {
                    now = Math.Min(most, Math.Max(1, good));
                    Rise(at);
                }
                return true;
            case Phase.Nearing:
                if (IsUsed(underWay))
                {
                    used += Math.Min(at - nearedAt, 1);
                }
                nearedAt = at;
                var way = (used / Approach) - 1;
                now = Math.Clamp((int)(ceiling * (1 + (0.05 * way * way * way))), 1, most);
                if (now > 1.15 * ceiling || now == most)
                {
                    Settle(at, ShortestPause);
                }
                return true;
            default:
                return false;
        }
    }

    void EndTrouble(double begun, double at)
    {
        if (begun < cutAt || at < cutAt + (1.2 * usual))
        {
            return;
        }
        var share = (double)successes / Math.Max(1, successes + refusals);
        if (successes == 0)
        {
            good = Math.Max(good, atTrouble * 9 / 10);
            now = Math.Max(1, atTrouble / 4);
            phase = Phase.Returning;
        }
        else
        {
            good = 0;
            ceiling = Math.Max(1, atTrouble * share);
            now = Math.Clamp((int)(ceiling * 0.95), 1, most);
            (used, nearedAt, phase) = (0, at, Phase.Nearing);
        }
        refusals = 0;
        cutAt = at;
    }

    // -- Forgetting what was reached, when nothing was under way for long.

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
