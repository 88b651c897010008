using System;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

namespace S3Sync.Sync;

/// <summary>
/// The way to the endpoint, shared by all uploaders. Open: all pass; how many there are is for <see cref="Slots"/> to say. After a fault of the endpoint it
/// rests, then lets one attempt at a time through until one succeeds; the others wait their turn, for days if need be. Any thread.
/// Whether a fault is the endpoint's is for <see cref="Lanes"/> to find out.
/// </summary>
sealed class Lane(TimeProvider clock, ILogger log)
{
    /// <summary>
    /// So many files that had never failed may fail in a row, with no success in between, before the endpoint is blamed although it answers: it takes
    /// no writes, then, or none of this account. A few hundred files of one kind (names that a proxy alters, a directory that a policy denies) are no
    /// such sign. A file counts once, and once more for each MiB: that bounds what is sent in vain.
    /// </summary>
    public const int MostDoubts = 1024;

    readonly Lock gate = new();
    // All under the gate.
    readonly Wakeup changed = new(clock);
    int faults;
    long? failingSince;
    long failingFrom;
    long probe, probes;
    long restUntil;
    // True where only a file can show that the endpoint works again.
    bool needsFile;
    long doubts;
    long successes;

    /// <summary>Attempts that succeeded so far: tells a file that always fails from an endpoint that does.</summary>
    public long Successes => Volatile.Read(ref successes);

    /// <summary>Called, by any thread, when it opened or closed.</summary>
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

    /// <summary>True while it rests or is being probed. Any thread.</summary>
    public bool IsClosed => Volatile.Read(ref faults) > 0;

    /// <summary>Returns when an attempt may start. Every pass is given back once, by <see cref="Leave"/>, <see cref="Abandon"/>, <see cref="Doubt"/> or <see cref="Fault"/>.</summary>
    public async ValueTask<Pass> EnterAsync(CancellationToken stop)
    {
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            Task change;
            var rest = Timeout.InfiniteTimeSpan;
            lock (gate)
            {
                if (faults == 0)
                {
                    return default;
                }
                if (probe == 0)
                {
                    rest = clock.GetElapsedTime(clock.GetTimestamp(), restUntil);
                    if (rest <= TimeSpan.Zero)
                    {
                        return new(probe = ++probes);
                    }
                }
                change = changed.Next;
            }
            await changed.WaitAsync(change, rest, stop);
        }
    }

    /// <summary>
    /// A request that belongs to no file was answered, as the probe that this pass is. The lane is open, unless it takes a file to show that.
    /// Returns the pass for the attempt that follows: still the probe where a file is needed.
    /// </summary>
    public Pass Answered(Pass pass)
    {
        int failed;
        lock (gate)
        {
            if (!IsProbing(pass))
            {
                return default;
            }
            if (needsFile)
            {
                return pass;
            }
            failed = faults;
            Open();
        }
        SayOpen(failed);
        return default;
    }

    /// <summary>The endpoint did its work: the lane is open.</summary>
    public void Leave()
    {
        int failed;
        lock (gate)
        {
            successes++;
            doubts = 0;
            failed = faults;
            if (failed > 0)
            {
                Open();
            }
        }
        if (failed > 0)
        {
            SayOpen(failed);
        }
    }

    /// <summary>
    /// The endpoint answers, and yet the attempt on a file that had never failed did not succeed. That is the file's own fault, unless many in a row
    /// meet it (<see cref="MostDoubts"/>). True if the lane rests now, and the file is not to blame.
    /// </summary>
    /// <param name="size">The file's, in bytes.</param>
    public bool Doubt(Pass pass, long size, string detail)
    {
        bool isFault;
        long count;
        lock (gate)
        {
            doubts += 1 + (size >> 20);
            count = doubts;
            isFault = IsProbing(pass) || doubts >= MostDoubts;
        }
        if (isFault)
        {
            Fault(pass, count < MostDoubts ? detail : $"it answers, but one file after the other fails; the last: {detail}", needsFile: true);
        }
        return isFault;
    }

    /// <summary>The attempt ended without an answer of the endpoint, for a reason that is not the endpoint's.</summary>
    public void Abandon(Pass pass)
    {
        lock (gate)
        {
            if (IsProbing(pass))
            {
                probe = 0;
                changed.Signal();
            }
        }
    }

    /// <summary>The endpoint failed: rest longer each time in a row. Faults of attempts that started before the lane was closed count once.</summary>
    /// <param name="isOurs">True if it was not the endpoint, but a limit of this process.</param>
    /// <param name="needsFile">True if it answers what belongs to no file: then the success of a file is to open the lane, nothing less.</param>
    public void Fault(Pass pass, string detail, bool isOurs = false, bool needsFile = false)
    {
        TimeSpan rest;
        int count;
        lock (gate)
        {
            if (faults > 0 && !IsProbing(pass))
            {
                return;
            }
            count = ++faults;
            probe = 0;
            this.needsFile |= needsFile;
            rest = Retry.AfterEndpointFault(faults, Random.Shared.NextDouble());
            var now = clock.GetTimestamp();
            if (failingSince is null)
            {
                (failingSince, failingFrom) = (now, clock.GetUtcNow().ToUnixTimeMilliseconds());
            }
            restUntil = now + (long)(rest.TotalSeconds * clock.TimestampFrequency);
            changed.Signal();
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

    /// <summary>Lets all through again. Under the lock.</summary>
    void Open()
    {
        (faults, probe, failingSince, failingFrom, needsFile, doubts) = (0, 0, null, 0, false, 0);
        changed.Signal();
    }

    void SayOpen(int failed)
    {
        log.LaneOpened(failed);
        Changed?.Invoke();
    }
}
