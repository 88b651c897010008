using System;
using System.Diagnostics;
using System.Globalization;
using System.Threading;

namespace S3Sync.Benchmarks;

/// <summary>
/// Counts what a server is asked. A request is under way from its first byte to the last one of its answer, and its
/// time is the time between the two:
/// what the program saw of it, but for the kernel's part of the way.
/// </summary>
sealed class Traffic
{
    /// <summary>Steps of 2 % from 1 us to half an hour.</summary>
    const int StepsPerE = 50, Steps = 1100;

    readonly Lock gate = new();
    readonly int[] times = new int[Steps];
    long requests, first, last, refused, broken, bytes;
    double longest;
    int underWay, most;
    TimeSpan cpu;

    /// <summary>Requests that came and are not answered.</summary>
    public int UnderWay
    {
        get
        {
            lock (gate)
            {
                return underWay;
            }
        }
    }

    public void Begin()
    {
        lock (gate)
        {
            most = Math.Max(most, ++underWay);
            if (++requests == 1)
            {
                first = NullServer.Now();
            }
        }
    }

    public void Received(int count)
    {
        lock (gate)
        {
            bytes += count;
        }
    }

    public void Refused()
    {
        lock (gate)
        {
            refused++;
        }
    }

    /// <param name="begun">The first byte's instant, of Stopwatch.</param>
    /// <param name="answered">False if the client went away first.</param>
    public void End(long begun, bool answered)
    {
        lock (gate)
        {
            underWay--;
            if (!answered)
            {
                broken++;
            }
            else
            {
                last = NullServer.Now();
                var microseconds = Math.Max(1, Stopwatch.GetElapsedTime(begun).TotalMicroseconds);
                longest = Math.Max(longest, microseconds);
                times[Math.Min(Steps - 1, (int)(Math.Log(microseconds) * StepsPerE))]++;
            }
        }
    }

    /// <summary>Starts from nothing, but for what is under way.</summary>
    public void Forget()
    {
        lock (gate)
        {
            (requests, first, last, refused, broken, bytes, longest, most, cpu) = (0, 0, 0, 0, 0, 0, 0, underWay, Environment.CpuUsage.TotalTime);
            Array.Clear(times);
        }
    }

    /// <summary>
    /// One line: requests, when the first came and the last was answered (us since 1970), how many were refused for
    /// coming too fast and how many broken
    /// off by the client, the most under way, the time of half of them, of 99 % and of the longest (us), bytes
    /// received, this process's CPU (us).
    /// </summary>
    public override string ToString()
    {
        lock (gate)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{requests} {first} {last} {refused} {broken} {most} {Quantile(0.5):0} {Quantile(0.99):0} {longest:0} {bytes} {(Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds:0}");
        }
    }

    double Quantile(double share)
    {
        var (all, below) = (0L, 0L);
        foreach (var count in times)
        {
            all += count;
        }
        for (var step = 0; step < Steps; step++)
        {
            if ((below += times[step]) >= all * share && below > 0)
            {
                return Math.Exp((step + 0.5) / StepsPerE);
            }
        }
        return 0;
    }
}
