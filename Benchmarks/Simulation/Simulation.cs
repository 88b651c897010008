using System;
using System.Collections.Generic;

namespace S3Sync.Benchmarks;

/// <summary>
/// Files on their way to a bucket, in virtual time: event by event, the same for the same seed. The machine prepares a
/// file, its body waits for the line piece by piece (first come, first served, so that connections share evenly), the
/// server takes or refuses it, the machine reads the answer. A file begins as in the program: when fewer are under way
/// than the limit says. A refused one is tried again after a while.
/// </summary>
sealed class Simulation
{
    // A piece of a body, and the head of a request.
    const long Piece = 64 << 10, Head = 600;

    readonly PriorityQueue<(Action<Request> Do, Request Request), (double At, long Turn)> events = new();
    readonly Random random;
    readonly List<SimulatedBucket> buckets = [];
    readonly double[] cores;
    readonly double[] workers = new double[1024];
    SimulatedLine line;
    double lineFree;
    long turn;
    int rivals;

    public Simulation(
        SimulatedLine line, int seed, params (double At, Func<SimulatedLine, SimulatedLine> Change)[] changes)
    {
        this.line = line;
        random = new(seed);
        cores = new double[line.Cores];
        foreach (var (at, change) in changes)
        {
            At(at, _ => Become(change(this.line)), null!);
        }
    }

    /// <summary>Seconds since it began.</summary>
    public double Time { get; private set; }

    /// <summary>Another bucket on the same line, with its own limit and its own files.</summary>
    public SimulatedBucket Add(ISimulatedLimit limit, IEnumerable<SimulatedWork.File> work, double sample = 0.05)
    {
        var bucket = new SimulatedBucket(limit, work, sample);
        buckets.Add(bucket);
        return bucket;
    }

    /// <summary>To the end of all files, or to that second.</summary>
    public void Run(double until = 3600)
    {
        Become(line);
        foreach (var bucket in buckets)
        {
            Arrive(bucket);
        }
        while (events.TryDequeue(out var next, out var when) && when.At <= until)
        {
            Time = when.At;
            next.Do(next.Request);
            if (buckets.TrueForAll(bucket => bucket.IsDone))
            {
                break;
            }
        }
        foreach (var bucket in buckets)
        {
            bucket.Sample(Time);
        }
    }

    void At(double at, Action<Request> act, Request request) => events.Enqueue((act, request), (at, turn++));

    void Become(SimulatedLine now)
    {
        line = now;
        for (; rivals < line.Rivals; rivals++)
        {
            Rival(null!);
        }
    }

    void Rival(Request unused)
    {
        if (rivals > line.Rivals)
        {
            rivals--;
            return;
        }
        At(Occupy(Piece), Rival, unused);
    }

    void Arrive(SimulatedBucket bucket)
    {
        bucket.Take(Time);
        if (bucket.Next is { } at)
        {
            At(at, _ => Arrive(bucket), null!);
        }
        Begin(bucket);
    }

    void Begin(SimulatedBucket bucket)
    {
        while (bucket.TryBegin(Time, out var file))
        {
            At(Work(), Send, new(bucket, file));
        }
    }

    /// <summary>Half of what a file costs, on the core that is free first.</summary>
    double Work()
    {
        var core = 0;
        for (var one = 1; one < cores.Length; one++)
        {
            core = cores[one] < cores[core] ? one : core;
        }
        return cores[core] = Math.Max(Time, cores[core]) + (line.Cpu / 2);
    }

    double Occupy(long bytes) => lineFree = Math.Max(Time, lineFree) + (bytes / line.Bandwidth);

    void Send(Request request)
    {
        request.Begun = Time;
        request.Left = request.File.Bytes + Head;
        SendOn(request);
    }

    void SendOn(Request request)
    {
        if (request.Left == 0)
        {
            Sent(request);
        }
        else if ((lineFree - Time) * line.Bandwidth > line.Queue)
        {
            At(Time + 0.2, SendOn, request);
        }
        else
        {
            // No crumbs: they would wait their turn like a whole piece.
            var piece = request.Left < 3 * Piece / 2 ? request.Left : Piece;
            request.Left -= piece;
            At(Math.Max(Occupy(piece), Time + (piece / line.PerConnection)), SendOn, request);
        }
    }

    void Sent(Request request)
    {
        var latency = line.Sigma > 0
            ? line.Latency * Lognormal(line.Sigma)
            : line.Latency + (line.Jitter * ((2 * random.NextDouble()) - 1));
        if (line.IsSilent)
        {
            At(request.Begun + line.Timeout, Lost, request);
            return;
        }
        request.Back = latency / 2;
        var there = Time + (line.Refusing == Refusing.AtOnce ? Math.Min(0.0025, latency / 2) : latency / 2);
        if (line.Refusing == Refusing.AtOnce)
        {
            request.Back = latency - (there - Time);
        }
        At(there, Reach, request);
    }

    void Reach(Request request)
    {
        var bucket = request.Bucket;
        if (random.NextDouble() < line.Resets)
        {
            At(Time, Lost, request);
        }
        else if (line.IsDown || random.NextDouble() < line.Strays || !bucket.TryTake(Time, line))
        {
            At(Time + (line.Refusing == Refusing.AtOnce ? 0.0025 : request.Back), Refuse, request);
        }
        else
        {
            At(Served() + request.Back, Come, request);
        }
    }

    double Served()
    {
        if (line.Workers == 0)
        {
            return Time + line.Service;
        }
        var worker = 0;
        for (var one = 1; one < line.Workers; one++)
        {
            worker = workers[one] < workers[worker] ? one : worker;
        }
        return workers[worker] = Math.Max(Time, workers[worker]) + line.Service;
    }

    void Come(Request request) => At(Work(), Answer, request);

    void Answer(Request request)
    {
        request.Bucket.Answered(request.File, request.Begun, Time);
        Begin(request.Bucket);
    }

    void Refuse(Request request)
    {
        request.Bucket.Refused(request.Begun, Time);
        Again(request);
    }

    void Lost(Request request)
    {
        request.Bucket.Lost(request.Begun, Time);
        Again(request);
    }

    void Again(Request request)
    {
        At(Time + 0.2 + (0.3 * random.NextDouble()), Return, request);
        Begin(request.Bucket);
    }

    void Return(Request request)
    {
        request.Bucket.Return(request.File);
        Begin(request.Bucket);
    }

    /// <summary>A factor whose logarithm is normal. By sums and products alone, which are the same on every
    /// machine.</summary>
    double Lognormal(double sigma)
    {
        var sum = -6.0;
        for (var one = 0; one < 12; one++)
        {
            sum += random.NextDouble();
        }
        var factor = 1 + (sigma * sum / 1024);
        for (var doubling = 0; doubling < 10; doubling++)
        {
            factor *= factor;
        }
        return factor;
    }

    sealed class Request(SimulatedBucket bucket, SimulatedWork.File file)
    {
        public SimulatedBucket Bucket { get; } = bucket;

        public SimulatedWork.File File { get; } = file;

        public double Begun { get; set; }

        public long Left { get; set; }

        /// <summary>From the server's decision to the answer.</summary>
        public double Back { get; set; }
    }
}
