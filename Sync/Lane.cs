using System;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

namespace S3Sync.Sync;

/// <summary>What an attempt was let through as; given back when it ends.</summary>
/// <param name="Probe">The number of a probing attempt; 0 for any other.</param>
/// <param name="Era">How often the lane had been made narrower by then.</param>
readonly record struct Pass(long Probe, int Era)
{
    public bool IsProbe => Probe != 0;
}

/// <summary>
/// The way to the endpoint, shared by all uploaders. Open: as many pass at a time as it is wide, which is all of them unless the endpoint
/// said that it is too much. After a fault of the endpoint it rests, then lets one attempt at a time through until one succeeds; the others
/// wait their turn, for days if need be. An overloaded endpoint also halves its width, and a whole round of successes makes it one wider. Any thread.
/// </summary>
/// <param name="uploaders">How many uploaders there are: its greatest width, unless fewer are allowed.</param>
sealed class Lane(int uploaders, TimeProvider clock, ILogger log)
{
    const int RefusalsInARow = 3;

    readonly int uploaders = uploaders;
    readonly Lock gate = new();
    // All under the gate.
    TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int most = uploaders;
    int width = uploaders;
    int onIt;
    int sinceWider;
    int era;
    int faults;
    long? failingSince;
    long failingFrom;
    long probe, probes;
    long restUntil;
    int refusals;
    long successes;

    /// <summary>Attempts that succeeded so far: tells a file that always fails from an endpoint that does.</summary>
    public long Successes => Volatile.Read(ref successes);

    /// <summary>How many attempts may be under way at the same time while it is open.</summary>
    public int Width => Volatile.Read(ref width);

    /// <summary>How many at most, however well the endpoint answers.</summary>
    public int Most => Volatile.Read(ref most);

    /// <summary>From now on so many attempts at most are under way at the same time, of the uploaders there are. Those that are already go on to their end. Any thread.</summary>
    public void Allow(int count)
    {
        lock (gate)
        {
            var wasWide = width == most;
            most = Math.Clamp(count, 1, uploaders);
            // What the endpoint bears it has said, and only its successes take that back.
            width = wasWide ? most : Math.Min(width, most);
            sinceWider = 0;
            Signal();
        }
        Changed?.Invoke();
    }

    /// <summary>Called, by any thread, when it opened, closed, or got another width.</summary>
    public Action? Changed { get; init; }

    /// <summary>Since when the endpoint has not answered, in milliseconds since 1970 UTC; 0 while it does.</summary>
    public long FailingFrom => Volatile.Read(ref failingFrom);

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

    /// <summary>Returns when an attempt may start. Every pass is given back once, by <see cref="Leave"/>, <see cref="Refuse"/>, <see cref="Abandon"/> or <see cref="Fault"/>.</summary>
    public async ValueTask<Pass> EnterAsync(CancellationToken stop)
    {
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            Task change;
            var rest = Timeout.InfiniteTimeSpan;
            lock (gate)
            {
                if (faults == 0 && onIt < width)
                {
                    onIt++;
                    return new(0, era);
                }
                if (faults > 0 && probe == 0)
                {
                    rest = clock.GetElapsedTime(clock.GetTimestamp(), restUntil);
                    if (rest <= TimeSpan.Zero)
                    {
                        onIt++;
                        return new(probe = ++probes, era);
                    }
                }
                change = changed.Task;
            }
            await Wait(change, rest, stop);
        }
    }

    /// <summary>The endpoint did its work: the lane is open.</summary>
    public void Leave(Pass pass)
    {
        bool opened, wider;
        int now, failed, all;
        lock (gate)
        {
            successes++;
            refusals = 0;
            Off();
            failed = faults;
            opened = failed > 0;
            wider = !opened && width < most && pass.Era == era && ++sinceWider >= width;
            if (opened)
            {
                (faults, probe, failingSince, failingFrom) = (0, 0, null, 0);
                Signal();
            }
            if (wider)
            {
                (width, sinceWider) = (width + 1, 0);
                Signal();
            }
            (now, all) = (width, most);
        }
        if (opened && now < all)
        {
            log.LaneOpenedNarrow(failed, now);
        }
        else if (opened)
        {
            log.LaneOpened(failed);
        }
        if (wider && now == all)
        {
            log.LaneWide(all);
        }
        if (opened || wider)
        {
            Changed?.Invoke();
        }
    }

    /// <summary>
    /// The server answered, and refused this account this key. One such answer is the key's own fault; several with no success
    /// in between are the account's, and then the lane rests, but the next probe is another file's.
    /// </summary>
    public void Refuse(Pass pass, string detail)
    {
        bool isFault;
        lock (gate)
        {
            isFault = IsProbing(pass) || ++refusals >= RefusalsInARow;
            if (!isFault)
            {
                Off();
            }
        }
        if (isFault)
        {
            Fault(pass, detail);
        }
    }

    /// <summary>The attempt ended without an answer of the endpoint, for a reason that is not the endpoint's.</summary>
    public void Abandon(Pass pass)
    {
        lock (gate)
        {
            Off();
            if (IsProbing(pass))
            {
                probe = 0;
                Signal();
            }
        }
    }

    /// <summary>The endpoint failed: rest longer each time in a row. Faults of attempts that started before the lane was closed count once.</summary>
    /// <param name="overloaded">True if it said that it is too much: then fewer at the same time from now on.</param>
    /// <param name="isOurs">True if it was not the endpoint, but a limit of this process.</param>
    public void Fault(Pass pass, string detail, bool overloaded = false, bool isOurs = false)
    {
        TimeSpan rest;
        int count;
        lock (gate)
        {
            Off();
            // Once for all that were under way together.
            if (overloaded && pass.Era == era)
            {
                (width, sinceWider) = (Math.Max(1, width / 2), 0);
                era++;
            }
            if (faults > 0 && !IsProbing(pass))
            {
                return;
            }
            count = ++faults;
            probe = 0;
            rest = Retry.AfterEndpointFault(faults, Random.Shared.NextDouble());
            var now = clock.GetTimestamp();
            if (failingSince is null)
            {
                (failingSince, failingFrom) = (now, clock.GetUtcNow().ToUnixTimeMilliseconds());
            }
            restUntil = now + (long)(rest.TotalSeconds * clock.TimestampFrequency);
            Signal();
        }
        if (isOurs)
        {
            log.AtLimit(detail, Shown.Time(rest));
        }
        else if (count == 1)
        {
            log.LanePaused(detail, Shown.Time(rest));
        }
        else
        {
            log.LaneStillPaused(count, detail);
        }
        Changed?.Invoke();
    }

    /// <summary>True for the one probing attempt under way; an earlier one may end late, after the lane was opened by another's success and closed again. Under the lock.</summary>
    bool IsProbing(Pass pass) => pass.IsProbe && pass.Probe == probe;

    /// <summary>An attempt has ended. Under the lock.</summary>
    void Off()
    {
        // Whoever waits for room waits only while it is narrower than there are uploaders.
        if (onIt-- >= width || width < uploaders)
        {
            Signal();
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
