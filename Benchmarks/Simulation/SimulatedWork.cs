using System;
using System.Collections.Generic;
using System.Linq;

namespace S3Sync.Benchmarks;

/// <summary>Files as they come: when, in seconds, and how large.</summary>
static class SimulatedWork
{
    public readonly record struct File(double At, long Bytes);

    public static IEnumerable<File> AtOnce(int count, long bytes, double at = 0) =>
        Enumerable.Repeat(new File(at, bytes), count);

    /// <summary>So many a second, evenly.</summary>
    public static IEnumerable<File> AtRate(double rate, double seconds, long bytes, double at = 0) =>
        Enumerable.Range(0, (int)(rate * seconds)).Select(one => new File(at + (one / rate), bytes));

    /// <summary>The second kind among the first, one in so many.</summary>
    public static IEnumerable<File> Mixed(int count, long bytes, int oneIn, long other) =>
        Enumerable.Range(0, count).Select(one => new File(0, one % oneIn == 0 ? other : bytes));
}
