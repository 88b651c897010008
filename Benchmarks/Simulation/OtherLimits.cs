using System;

namespace S3Sync.Benchmarks;

/// <summary>What s3sync's limit is compared with.</summary>
sealed class FixedLimit(int limit) : ISimulatedLimit
{
    public int Now => limit;

    public void Answered(double begun, double now, long bytes, int underWay)
    {
    }

    public void Refused(double begun, double now)
    {
    }

    public void Lost(double begun, double now)
    {
    }
}

/// <summary>
/// One more a round trip while answers are no slower than usual, a tenth less when they are much slower or refused:
/// additive increase, multiplicative decrease by latency, the idea of Vector's adaptive request concurrency (its RFC
/// 1858).
/// </summary>
sealed class AdditiveLimit(int most) : ISimulatedLimit
{
    double limit = 16;
    double usual, deviation, sum, until;
    int count;
    bool isUsed, isRefused;

    public int Now => (int)limit;

    public void Answered(double begun, double now, long bytes, int underWay)
    {
        sum += now - begun;
        count++;
        isUsed |= underWay >= Now;
        Adjust(now);
    }

    public void Refused(double begun, double now)
    {
        isRefused = true;
        Adjust(now);
    }

    public void Lost(double begun, double now) => Refused(begun, now);

    void Adjust(double now)
    {
        if (now < until || (count == 0 && !isRefused))
        {
            return;
        }
        var took = count > 0 ? sum / count : usual;
        if (usual > 0 && (isRefused || took > usual + (2.5 * deviation)))
        {
            limit = Math.Max(1, limit * 0.9);
        }
        else if (usual > 0 && isUsed && took <= usual)
        {
            limit = Math.Min(most, limit + 1);
        }
        deviation += ((Math.Abs(took - usual) * (usual > 0 ? 1 : 0)) - deviation) * 0.4;
        usual = usual > 0 ? usual + ((took - usual) * 0.4) : took;
        (sum, count, isUsed, isRefused, until) = (0, 0, false, false, now + usual);
    }
}

/// <summary>The limit times how much slower answers are than in the long run, and a few for a queue: the idea of
/// Netflix' Gradient2. A tenth less when refused.</summary>
sealed class GradientLimit(int most) : ISimulatedLimit
{
    double limit = 16;
    double usual, cut;

    public int Now => (int)limit;

    public void Answered(double begun, double now, long bytes, int underWay)
    {
        var took = now - begun;
        usual = usual > 0 ? usual + ((took - usual) / 300) : took;
        usual *= usual > 2 * took ? 0.95 : 1;
        if (underWay >= limit / 2)
        {
            var next = (limit * Math.Clamp(usual / took, 0.5, 1)) + 4;
            limit = Math.Clamp((limit * 0.8) + (next * 0.2), 16, most);
        }
    }

    public void Refused(double begun, double now)
    {
        if (begun >= cut)
        {
            (limit, cut) = (Math.Max(1, limit * 0.9), now);
        }
    }

    public void Lost(double begun, double now) => Refused(begun, now);
}

/// <summary>
/// 32 more every 300 ms while bytes a second grow by a tenth, until four windows in a row did not; half when refused:
/// the idea of pull request 135 of aws-s3-transfer-manager-rs.
/// </summary>
sealed class WindowLimit(int most) : ISimulatedLimit
{
    double limit = 32;
    double from = double.NaN, best, amount, cut;
    int failures;

    public int Now => (int)limit;

    public void Answered(double begun, double now, long bytes, int underWay)
    {
        from = double.IsNaN(from) ? begun : from;
        amount += bytes + 600;
        var isRising = failures < 4;
        if (now - from < (isRising ? 0.3 : 0.5))
        {
            return;
        }
        var rate = amount / (now - from);
        if (rate > 1.1 * best)
        {
            (best, failures) = (rate, 0);
            limit = Math.Min(most, limit + 32);
        }
        else if (isRising)
        {
            failures++;
        }
        else
        {
            best *= 0.98;
        }
        (from, amount) = (now, 0);
    }

    public void Refused(double begun, double now)
    {
        if (begun >= cut)
        {
            (limit, cut, best, failures) = (Math.Max(1, limit / 2), now, 0, 0);
        }
    }

    public void Lost(double begun, double now) => Refused(begun, now);
}
