using System;

namespace S3Sync.Sync;

/// <summary>
/// What a server says that has too much to do, and what gets lost. A few refusals among hundreds are chance. Several
/// together lower the limit, once for all that were under way, and each further one takes its place away until they
/// end; then the limit nears the ceiling that was found, and passes it slowly (as TCP CUBIC does). Where nothing
/// succeeds any more it falls to one, and is back as soon as something does.
/// </summary>
sealed partial class AdaptiveLimit
{
    // Seconds until it is again where refusals were seen, and in which they are remembered.
    const double Approach = 3, Memory = 60;

    // Refusals that came together: since when, and when the first of them began.
    double troubleFrom, troubleBegun;
    int refusals, successes, answers = 32;
    double cutAt = double.NegativeInfinity, endedAt = double.NegativeInfinity, refusedAt;
    // The limit at the cut; true where it had been near its ceiling.
    int atTrouble;
    bool wasNear;
    // How many at a time the server seems to take.
    double bears;
    // Nearing: seconds in which the limit was used.
    double ceiling, depth, nearing, nearedAt;
    // Returning: the limit that worked before nothing did, and whether anything does.
    int good;
    bool hasReturned;

    /// <summary>So many refusals together are more than chance.</summary>
    static int Enough(int limit) => 4 + (limit / 32);

    void Failed(double begun, double at)
    {
        See(begun, at);
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
        var hasTried = phase == Phase.Trying && now > former;
        wasNear = hasTried || phase == Phase.Nearing || at < endedAt + Memory;
        now = hasTried ? former : Math.Max(1, wasNear ? (int)(now * 0.96) : now / 2);
        (phase, fell, bears) = (Phase.Troubled, false, 0);
        (refusals, successes) = (0, wasNear ? 0 : successes);
        if (at - troubleBegun > Math.Max(1, 10 * usual))
        {
            // It was long ago: what the server does now is not known.
            good = Math.Max(good, atTrouble * 9 / 10);
            answers = 32;
            Return();
        }
    }

    void AnsweredInTrouble(double begun, double at, int underWay)
    {
        answers++;
        if (phase != Phase.Troubled && refusals > 0 && begun >= troubleBegun)
        {
            successes++;
        }
        switch (phase)
        {
            case Phase.Troubled when good > 0 && begun >= cutAt:
                Return();
                break;
            case Phase.Troubled:
                // Refusals come back sooner than successes: only what began in the same time is counted.
                successes += begun >= (wasNear ? cutAt : troubleBegun) && (wasNear || begun < cutAt) ? 1 : 0;
                EndTrouble(begun, at);
                break;
            case Phase.Returning:
                hasReturned = true;
                now += IsUsed(underWay) && now < most ? 1 : 0;
                if (now >= Math.Min(most, good))
                {
                    good = 0;
                    Rise(at);
                }
                break;
            case Phase.Nearing:
                Near(at, underWay);
                break;
        }
    }

    void Near(double at, int underWay)
    {
        nearing += IsUsed(underWay) ? Math.Min(at - nearedAt, 1) : 0;
        nearedAt = at;
        var way = (nearing / Approach) - 1;
        now = Math.Clamp((int)(ceiling * (1 + ((way < 0 ? depth : 0.05) * way * way * way))), 1, most);
        if (now > 1.3 * ceiling || now == most)
        {
            Settle(at, ShortestPause);
        }
    }

    void EndTrouble(double begun, double at)
    {
        // They ended when fewer come than one in sixty.
        var isQuiet = at >= refusedAt + (usual * Math.Min(1, 64.0 / now));
        if (begun < cutAt || at < cutAt + (1.5 * usual) || (successes > 0 && !isQuiet))
        {
            return;
        }
        if (successes == 0 && (refusals > 0 || !wasNear))
        {
            good = Math.Max(good, atTrouble * 9 / 10);
            Return();
        }
        else if (!wasNear && refusals == 0)
        {
            // What began between the first refusal and the cut shows how many succeed at a time. That is tried first.
            bears = Math.Min(atTrouble, successes * usual / Math.Max(1e-6, cutAt - troubleBegun));
            now = Math.Min(most, Math.Max(now, (int)(0.85 * bears)));
            wasNear = true;
            successes = 0;
            cutAt = at;
            return;
        }
        else
        {
            ceiling = Math.Max(now / 0.96, refusals == 0 ? bears : 0);
            depth = 1 - (now / ceiling);
            (nearing, nearedAt, phase) = (0, at, Phase.Nearing);
            (good, bears) = (0, 0);
        }
        (refusals, answers) = (0, 32);
        cutAt = endedAt = at;
    }

    void Return()
    {
        phase = Phase.Returning;
        hasReturned = false;
    }
}
