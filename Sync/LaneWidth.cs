using System;
using System.Threading;

namespace S3Sync.Sync;

/// <summary>
/// How many attempts may be under way at the same time: halved when the endpoint says that it is too much, one wider after a whole round of successes.
/// Changed under the lock of its <see cref="Lane"/>; any thread may read.
/// </summary>
/// <param name="uploaders">How many uploaders there are: its greatest width.</param>
sealed class LaneWidth(int uploaders)
{
    readonly int uploaders = uploaders;
    int most = uploaders;
    int now = uploaders;
    int sinceWider;

    /// <summary>How many now.</summary>
    public int Now => Volatile.Read(ref now);

    /// <summary>How many at most, however well the endpoint answers.</summary>
    public int Most => Volatile.Read(ref most);

    /// <summary>How often it had been made narrower.</summary>
    public int Era { get; private set; }

    /// <summary>From now on so many at most.</summary>
    public void Allow(int count)
    {
        var wasWide = now == most;
        most = Math.Clamp(count, 1, uploaders);
        // What the endpoint bears it has said, and only its successes take that back.
        now = wasWide ? most : Math.Min(now, most);
        sinceWider = 0;
    }

    /// <summary>Half as many, once for all attempts that were under way together.</summary>
    /// <param name="era">When the attempt began.</param>
    public void Halve(int era)
    {
        if (era == Era)
        {
            (now, sinceWider) = (Math.Max(1, now / 2), 0);
            Era++;
        }
    }

    /// <summary>An attempt succeeded. True if that makes it wider.</summary>
    /// <param name="era">When the attempt began.</param>
    public bool Widen(int era)
    {
        if (now == most || era != Era || ++sinceWider < now)
        {
            return false;
        }
        (now, sinceWider) = (now + 1, 0);
        return true;
    }
}
