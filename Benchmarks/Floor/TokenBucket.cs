using System;
using System.Diagnostics;
using System.Threading;

namespace S3Sync.Benchmarks;

/// <summary>Lets so many through a second, and so many more at once after a pause; a depth of at least 1.</summary>
sealed class TokenBucket(double perSecond, double depth)
{
    readonly Lock gate = new();
    double spent;
    long last = Stopwatch.GetTimestamp();

    /// <summary>False if there is none left; asking costs nothing.</summary>
    public bool Take()
    {
        lock (gate)
        {
            var now = Stopwatch.GetTimestamp();
            spent = Math.Max(0, spent - (Stopwatch.GetElapsedTime(last, now).TotalSeconds * perSecond));
            last = now;
            if (spent + 1 > depth)
            {
                return false;
            }
            spent++;
            return true;
        }
    }
}
