using System;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

namespace S3Sync.Sync;

/// <summary>
/// The way to the endpoint, shared by all uploaders. Open: everybody passes. After a fault of the endpoint it rests, then lets
/// one attempt at a time through until one succeeds; the others wait their turn, for days if need be. Any thread.
/// </summary>
sealed class Lane(TimeProvider clock, ILogger log)
{
    const int RefusalsInARow = 3;

    readonly Lock gate = new();
    TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int faults;
    long? failingSince;
    bool probing;
    long restUntil;
    long lastSaid;
    int refusals;
    long successes;

    /// <summary>Attempts that succeeded so far: tells a file that always fails from an endpoint that does.</summary>
    public long Successes => Volatile.Read(ref successes);

    /// <summary>Since when (<see cref="TimeProvider.GetTimestamp"/>) the endpoint has not answered; null while it does.</summary>
    public long? FailingSince
    {
        get
        {
            lock (gate)
            {
                return failingSince;
            }
        }
    }

    /// <summary>Returns when an attempt may start. True if it is the probing one; every entry is followed by one <see cref="Leave"/> or <see cref="Fault"/>.</summary>
    public async ValueTask<bool> EnterAsync(CancellationToken stop)
    {
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            Task change;
            TimeSpan rest;
            lock (gate)
            {
                if (faults == 0)
                {
                    return false;
                }
                rest = clock.GetElapsedTime(clock.GetTimestamp(), restUntil);
                if (!probing && rest <= TimeSpan.Zero)
                {
                    probing = true;
                    return true;
                }
                change = changed.Task;
                if (probing)
                {
                    rest = Timeout.InfiniteTimeSpan;
                }
            }
            await Wait(change, rest, stop);
        }
    }

    /// <summary>The endpoint did its work: the lane is open.</summary>
    public void Leave()
    {
        Interlocked.Increment(ref successes);
        Volatile.Write(ref refusals, 0);
        if (Volatile.Read(ref faults) == 0)
        {
            return;
        }
        lock (gate)
        {
            if (faults == 0)
            {
                return;
            }
            (faults, probing, failingSince) = (0, false, null);
            Signal();
        }
        log.Note("the endpoint answers again");
    }

    /// <summary>
    /// The server answered, and refused this account this key. One such answer is the key's own fault; several with no success
    /// in between are the account's, and then the lane rests, but the next probe is another file's.
    /// </summary>
    public void Refuse(bool probe, string detail)
    {
        if (probe || Interlocked.Increment(ref refusals) >= RefusalsInARow)
        {
            Fault(probe, detail);
        }
    }

    /// <summary>The attempt ended without an answer of the endpoint, for a reason that is not the endpoint's.</summary>
    public void Abandon(bool probe)
    {
        if (probe)
        {
            lock (gate)
            {
                probing = false;
                Signal();
            }
        }
    }

    /// <summary>The endpoint failed: rest longer each time in a row. Faults of attempts that started before the lane was closed count once.</summary>
    public void Fault(bool probe, string detail)
    {
        TimeSpan rest;
        int count;
        bool say;
        lock (gate)
        {
            if (faults > 0 && !probe)
            {
                return;
            }
            count = ++faults;
            probing = false;
            rest = Retry.AfterEndpointFault(faults, Random.Shared.NextDouble());
            var now = clock.GetTimestamp();
            failingSince ??= now;
            restUntil = now + (long)(rest.TotalSeconds * clock.TimestampFrequency);
            // The first is said at once, the same again once a minute.
            say = count == 1 || clock.GetElapsedTime(lastSaid, now) >= TimeSpan.FromMinutes(1);
            if (say)
            {
                lastSaid = now;
            }
            Signal();
        }
        if (count == 1)
        {
            log.LanePaused(detail, Shown.Time(rest));
        }
        else if (say)
        {
            log.LaneStillPaused(count, detail);
        }
    }

    /// <summary>Wakes everybody who waits, to look again. Called under the lock.</summary>
    void Signal()
    {
        var old = changed;
        changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        old.SetResult();
    }

    async Task Wait(Task change, TimeSpan rest, CancellationToken stop)
    {
        try
        {
            await change.WaitAsync(rest, clock, stop);
        }
        catch (TimeoutException)
        {
            // The rest is over: look again.
        }
    }
}
