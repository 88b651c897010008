using System;
using System.Threading;
using Microsoft.Extensions.Logging;

namespace S3Sync.Sync;

/// <summary>
/// Whether a bucket takes files. After a fault that concerns all of its files (there is no such bucket, it is full) it rests, longer each time in a row,
/// and then lets one attempt at a time find out; the files of other buckets go on meanwhile. Any thread.
/// </summary>
sealed class BucketRest(string name, TimeProvider clock, ILogger log)
{
    // One that was made a moment ago may be unknown for a while.
    const int FaultsOfAWrongOne = 3;

    readonly Lock gate = new();
    // All under the gate.
    int faults;
    long probe, probes;
    long restUntil, failingSince, failingFrom;
    int wrong;

    /// <summary>The bucket's name.</summary>
    public string Name => name;

    /// <summary>True while it rests or is being probed.</summary>
    public bool IsClosed => Volatile.Read(ref faults) > 0;

    /// <summary>True if it cannot be used at all, as far as is known: its name or the settings are wrong.</summary>
    public bool IsWrong => Volatile.Read(ref wrong) >= FaultsOfAWrongOne;

    /// <summary>True if it may be so: its last fault was of that kind.</summary>
    public bool MayBeWrong => Volatile.Read(ref wrong) > 0;

    /// <summary>Since when it takes nothing, in milliseconds since 1970 UTC; 0 while it does.</summary>
    public long FailingFrom => Volatile.Read(ref failingFrom);

    /// <summary>The last thing that went wrong with it; null for nothing.</summary>
    public string? Why { get; private set; }

    /// <summary>How long it has taken nothing.</summary>
    public TimeSpan FailingFor
    {
        get
        {
            lock (gate)
            {
                return faults == 0 ? TimeSpan.Zero : clock.GetElapsedTime(failingSince);
            }
        }
    }

    /// <summary>How long until one of its files is wanted: zero for now, infinite while another one finds out.</summary>
    public TimeSpan Wait
    {
        get
        {
            lock (gate)
            {
                return faults == 0 ? TimeSpan.Zero : probe != 0 ? Timeout.InfiniteTimeSpan : Rest();
            }
        }
    }

    /// <summary>Called, by any thread, when it opened or closed.</summary>
    public Action? Changed { get; init; }

    /// <summary>True if an attempt may begin; its end is then told, by <see cref="Open"/>, <see cref="Abandon"/> or <see cref="Fault"/>.</summary>
    /// <param name="number">The number of a probing attempt; 0 for any other.</param>
    public bool TryEnter(out long number)
    {
        number = 0;
        if (!IsClosed)
        {
            return true;
        }
        lock (gate)
        {
            if (faults > 0 && (probe != 0 || Rest() > TimeSpan.Zero))
            {
                return false;
            }
            number = faults == 0 ? 0 : probe = ++probes;
            return true;
        }
    }

    /// <summary>It does its work again.</summary>
    public void Open()
    {
        int failed;
        if (!IsClosed)
        {
            return;
        }
        lock (gate)
        {
            failed = faults;
            (faults, probe, failingFrom, wrong, Why) = (0, 0, 0, 0, null);
        }
        if (failed > 0)
        {
            log.BucketOpened(name, failed);
            Changed?.Invoke();
        }
    }

    /// <summary>The attempt told nothing of the bucket.</summary>
    public void Abandon(long number)
    {
        if (number == 0)
        {
            return;
        }
        lock (gate)
        {
            probe = probe == number ? 0 : probe;
        }
        Changed?.Invoke();
    }

    /// <summary>It failed: rest longer each time in a row. Faults of attempts that began before it was closed count once.</summary>
    /// <param name="isWrong">True if it failed for a request that belongs to no file as well.</param>
    public void Fault(long number, string detail, bool isWrong)
    {
        TimeSpan rest;
        bool isFirst;
        lock (gate)
        {
            if (faults > 0 && (number == 0 || number != probe))
            {
                return;
            }
            isFirst = faults++ == 0;
            (probe, wrong, Why) = (0, isWrong ? wrong + 1 : 0, detail);
            rest = Retry.AfterEndpointFault(faults, Random.Shared.NextDouble());
            var now = clock.GetTimestamp();
            if (isFirst)
            {
                (failingSince, failingFrom) = (now, clock.GetUtcNow().ToUnixTimeMilliseconds());
            }
            restUntil = now + (long)(rest.TotalSeconds * clock.TimestampFrequency);
        }
        if (isFirst)
        {
            log.BucketPaused(name, detail, Shown.Time(rest));
        }
        Changed?.Invoke();
    }

    /// <summary>What is left of its rest. Under the lock.</summary>
    TimeSpan Rest()
    {
        var rest = clock.GetElapsedTime(clock.GetTimestamp(), restUntil);
        return rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
    }
}
