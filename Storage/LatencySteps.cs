using System;

namespace S3Sync.Storage;

/// <summary>
/// Times in steps that grow by a third: eight to a power of ten, from a millisecond to eleven days. So few numbers tell the percentiles of any number of files
/// within a seventh. The steps are in the ledger: they cannot change without a migration. Pure.
/// </summary>
static class LatencySteps
{
    /// <summary>The longest time of each step but the last, in milliseconds; the last has no end.</summary>
    public static readonly long[] Bounds = Make();

    /// <summary>How many steps there are.</summary>
    public static int Count => Bounds.Length + 1;

    /// <summary>The step of a time in milliseconds.</summary>
    public static int Of(long time)
    {
        var at = Array.BinarySearch(Bounds, time);
        return at < 0 ? ~at : at;
    }

    /// <summary>The time in milliseconds that a share of the files did not exceed, 0 without files: within its step as if they were spread evenly there.</summary>
    /// <param name="counts">Files by step.</param>
    /// <param name="longest">The longest time of all of them, which no percentile exceeds.</param>
    public static double Percentile(ReadOnlySpan<long> counts, double share, long longest)
    {
        var all = 0L;
        foreach (var count in counts)
        {
            all += count;
        }
        var (wanted, before) = (share * all, 0L);
        for (var step = 0; step < counts.Length; step++)
        {
            if (counts[step] > 0 && before + counts[step] >= wanted)
            {
                var from = step == 0 ? 0 : Bounds[step - 1];
                var to = step < Bounds.Length ? Math.Min(Bounds[step], longest) : longest;
                return Math.Min(longest, from + Math.Max(0, to - from) * (wanted - before) / counts[step]);
            }
            before += counts[step];
        }
        return 0;
    }

    static long[] Make()
    {
        ReadOnlySpan<long> eighths = [1000, 1334, 1778, 2371, 3162, 4217, 5623, 7499];
        var bounds = new long[9 * eighths.Length + 1];
        var power = 1L;
        for (var i = 0; i < bounds.Length; i++)
        {
            bounds[i] = Math.Max(i == 0 ? 1 : bounds[i - 1] + 1, eighths[i % eighths.Length] * power / 1000);
            power *= i % eighths.Length == eighths.Length - 1 ? 10 : 1;
        }
        return bounds;
    }
}
