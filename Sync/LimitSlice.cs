using System;
using System.Numerics;

namespace S3Sync.Sync;

/// <summary>
/// What came back in a stretch of time at one limit, by size. Two such slices are compared as if they had the same mix
/// of sizes: each answer counts for what one of its size took in the former slice, so that thousands of small files and
/// a few large parts can be added up.
/// </summary>
sealed class LimitSlice
{
    /// <summary>Up to 16 KiB, up to 32 KiB, and so on by doubling; the last is for all above.</summary>
    public const int Sizes = 14;

    readonly int[] counts = new int[Sizes];
    readonly double[] took = new double[Sizes];
    double underWay;
    int ratios;
    double ratio, squares;

    public int Level { get; private set; }

    public double From { get; private set; }

    public double Until { get; private set; }

    public int Count { get; private set; }

    public double Seconds => Until - From;

    /// <summary>The limit was used: what a larger or smaller one does can be told.</summary>
    public bool IsFull => Count > 0 && underWay >= 0.85 * Level * Count;

    /// <summary>How many were under way on average.</summary>
    public double UnderWay => Count > 0 ? underWay / Count : 0;

    /// <summary>Seconds from begin to answer, on average.</summary>
    public double Took
    {
        get
        {
            var sum = 0.0;
            foreach (var one in took)
            {
                sum += one;
            }
            return Count > 0 ? sum / Count : 0;
        }
    }

    public static int SizeOf(long bytes) =>
        Math.Clamp(BitOperations.Log2((ulong)Math.Max(1, bytes)) - 13, 0, Sizes - 1);

    public void Begin(double now, int level)
    {
        (Level, From, Until, Count, underWay) = (level, now, now, 0, 0);
        (ratios, ratio, squares) = (0, 0, 0);
        Array.Clear(counts);
        Array.Clear(took);
    }

    /// <param name="size">Of its body: <see cref="SizeOf"/>.</param>
    /// <param name="seconds">From begin to answer.</param>
    /// <param name="now">When it was there.</param>
    /// <param name="under">How many were under way.</param>
    /// <param name="than">The slice before, to which answers of all sizes are compared.</param>
    public void Add(int size, double seconds, double now, int under, LimitSlice than)
    {
        if (than.counts[size] > 3)
        {
            var times = seconds * than.counts[size] / than.took[size];
            ratios++;
            ratio += times;
            squares += times * times;
        }
        counts[size]++;
        took[size] += seconds;
        underWay += under;
        Until = now;
        Count++;
    }

    /// <summary>How much more comes through in this slice than in that one: 1 is as much. Sizes that are rare in both
    /// do not count. 0 if the two cannot be compared.</summary>
    /// <param name="than">At the former limit.</param>
    /// <param name="wasSteady">False where answers became slower and slower in that one: what they took says nothing,
    /// then.</param>
    public double Gain(LimitSlice than, bool wasSteady = true)
    {
        double former = 0, latter = 0, here = 0;
        var common = 0;
        for (var size = 0; size < Sizes; size++)
        {
            if (counts[size] > 0 && than.counts[size] > 0 && 16 * counts[size] >= Count)
            {
                var weight = than.took[size] / than.counts[size];
                former += than.counts[size] * weight;
                latter += counts[size] * weight;
                here += took[size];
                common += counts[size];
            }
        }
        if (2 * common < Count || former <= 0 || Seconds <= 0 || than.Seconds <= 0)
        {
            return 0;
        }
        // Twice the same, as N = X R: answers in a time are blurred where many come together, and what an answer takes
        // leaves out the wait before it began.
        var byRate = latter / Seconds / (former / than.Seconds);
        var byTime = Level * latter / (than.Level * here);
        return wasSteady ? Math.Min(byRate, byTime) : byRate;
    }

    /// <summary>How many times as long answers took as they do at the least. Lowers the least to what was seen
    /// here.</summary>
    /// <param name="least">By size, in seconds; 0 where it is not known.</param>
    public double Slowness(double[] least)
    {
        double here = 0, there = 0;
        for (var size = 0; size < Sizes; size++)
        {
            if (counts[size] >= 8)
            {
                var mean = took[size] / counts[size];
                least[size] = least[size] <= 0 ? mean : Math.Min(least[size] * 1.005, mean);
                here += took[size];
                there += counts[size] * least[size];
            }
        }
        return there > 0 ? here / there : 1;
    }

    /// <summary>How many times as long answers took as the quickest ones.</summary>
    /// <param name="quickest">By size, in seconds, those of this slice included.</param>
    public double Spread(double[] quickest)
    {
        double here = 0, there = 0;
        for (var size = 0; size < Sizes; size++)
        {
            if (counts[size] > 0)
            {
                here += took[size];
                there += counts[size] * quickest[size];
            }
        }
        return there > 0 ? here / there : 1;
    }

    /// <summary>What answers took here is what they take at the least.</summary>
    public void Teach(double[] least)
    {
        for (var size = 0; size < Sizes; size++)
        {
            if (counts[size] > 0)
            {
                least[size] = took[size] / counts[size];
            }
        }
    }

    /// <summary>Square of the relative deviation of one answer; null where there are too few to tell.</summary>
    public double? Deviation => ratios < 16 ? null : Math.Clamp((squares * ratios / (ratio * ratio)) - 1, 0.0001, 4);
}
