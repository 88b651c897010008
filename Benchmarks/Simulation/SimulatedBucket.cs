using System;
using System.Collections.Generic;
using System.Linq;

namespace S3Sync.Benchmarks;

/// <summary>One bucket's files, its limit, its server's tokens, and what is noted of them.</summary>
/// <param name="limit">How many may be under way.</param>
/// <param name="work">Its files, in order of time.</param>
/// <param name="sample">Seconds between two points of its trace.</param>
sealed class SimulatedBucket(ISimulatedLimit limit, IEnumerable<SimulatedWork.File> work, double sample)
{
    /// <summary>What a moment looked like: the limit, how many under way and waiting, files and bytes done so
    /// far.</summary>
    public readonly record struct Point(double At, int Limit, int UnderWay, int Waiting, int Files, long Bytes);

    readonly SimulatedWork.File[] files = [.. work];
    readonly Queue<SimulatedWork.File> waiting = new();
    readonly List<Point> trace = [];
    readonly List<double> delays = [];
    int arrived;
    int done;
    long bytes;
    double tokens = -1, filled;

    public ISimulatedLimit Limit => limit;

    public int UnderWay { get; private set; }

    public int MostUnderWay { get; private set; }

    public int MostWaiting { get; private set; }

    public int RefusedCount { get; private set; }

    public int LostCount { get; private set; }

    /// <summary>When its last file was done.</summary>
    public double Ended { get; private set; }

    public int Files => done;

    public bool IsDone => done == files.Length;

    public IReadOnlyList<Point> Trace => trace;

    /// <summary>When the next file comes.</summary>
    public double? Next => arrived < files.Length ? files[arrived].At : null;

    /// <summary>Of all requests the share that was refused.</summary>
    public double RefusedShare => (double)RefusedCount / (RefusedCount + LostCount + done);

    /// <summary>Below which so large a share of all files took from coming to done, in seconds.</summary>
    public double Delay(double share)
    {
        var sorted = delays.Order().ToList();
        return sorted[Math.Min(sorted.Count - 1, (int)(share * sorted.Count))];
    }

    /// <summary>Files a second between two moments.</summary>
    public double Rate(double from, double to) => (Before(to).Files - Before(from).Files) / (to - from);

    /// <summary>Bytes a second between two moments.</summary>
    public double ByteRate(double from, double to) => (Before(to).Bytes - Before(from).Bytes) / (to - from);

    public Point Before(double at) => trace.LastOrDefault(point => point.At <= at);

    public void Take(double now)
    {
        for (; arrived < files.Length && files[arrived].At <= now; arrived++)
        {
            waiting.Enqueue(files[arrived]);
        }
    }

    public bool TryBegin(double now, out SimulatedWork.File file)
    {
        file = default;
        if (UnderWay < limit.Now && waiting.TryDequeue(out file))
        {
            UnderWay++;
            MostUnderWay = Math.Max(MostUnderWay, UnderWay);
            return true;
        }
        MostWaiting = Math.Max(MostWaiting, waiting.Count);
        Sample(now);
        return false;
    }

    public bool TryTake(double now, SimulatedLine line)
    {
        if (double.IsPositiveInfinity(line.Rate))
        {
            return true;
        }
        var most = Math.Max(1, line.Rate * line.Depth);
        tokens = Math.Min(most, tokens < 0 ? most : tokens + ((now - filled) * line.Rate));
        filled = now;
        if (tokens < 1)
        {
            return false;
        }
        tokens--;
        return true;
    }

    public void Answered(SimulatedWork.File file, double begun, double now)
    {
        limit.Answered(begun, now, file.Bytes, UnderWay);
        UnderWay--;
        done++;
        bytes += file.Bytes;
        delays.Add(now - file.At);
        Ended = now;
        Sample(now);
    }

    public void Refused(double begun, double now)
    {
        RefusedCount++;
        limit.Refused(begun, now);
        UnderWay--;
        Sample(now);
    }

    public void Lost(double begun, double now)
    {
        LostCount++;
        limit.Lost(begun, now);
        UnderWay--;
        Sample(now);
    }

    public void Return(SimulatedWork.File file) => waiting.Enqueue(file);

    public void Sample(double now)
    {
        if (trace.Count == 0 || now - trace[^1].At >= sample)
        {
            trace.Add(new(now, limit.Now, UnderWay, waiting.Count, done, bytes));
        }
    }
}
