using System;
using System.Collections.Generic;
using System.Threading;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>A figure of a run that a person may ask for while it goes on: a limit in force, say. See <see cref="VitalNames"/>.</summary>
readonly record struct Vital(string Name, Func<long> Value);

/// <summary>
/// Carries what only the run knows into its ledger, where another process (<c>status</c>) finds it: in commits that are made anyway, under load once a second.
/// A change that no commit follows gets one of its own; where nothing changes, nothing is done. Belongs to the ledger's thread.
/// </summary>
sealed class Vitals(Ledger ledger, IReadOnlyList<Root> roots, Window uploads, Window confirms, IReadOnlyList<Window> deletes, BucketRequests requests, Func<int, long> overflowsOf, IReadOnlyList<Vital> vitals, TimeProvider clock)
{
    // Nobody who looks sees less than a second; and where all is done the truth is due at once, but not of each of a thousand files a second.
    static readonly TimeSpan Busy = TimeSpan.FromSeconds(1), Idle = TimeSpan.FromSeconds(0.1);

    // As they were written last.
    readonly InFlight[] flight = new InFlight[roots.Count];
    readonly RequestSum[] sums = new RequestSum[BucketRequests.Kinds];
    readonly long[] overflows = new long[roots.Count];
    readonly long[] values = Unwritten(vitals.Count);
    InFlight all;
    // Here only so that it need not be made anew.
    readonly InFlight[] counted = new InFlight[roots.Count];
    long? changed, written;

    /// <summary>How long until there is something to write; infinite where nothing has changed.</summary>
    public TimeSpan Wait => !IsChanged ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(Rest().TotalMilliseconds)));

    /// <summary>Writes what has changed, if it is time to. Within a transaction.</summary>
    /// <param name="inFlight">The jobs handed out.</param>
    public void Step(LedgerBook book, Dictionary<(int Root, string Path), Job> inFlight)
    {
        if (IsChanged && Rest() <= TimeSpan.Zero)
        {
            Write(book, inFlight);
        }
    }

    /// <summary>Writes all that has changed, as nothing will be asked for any more. Within a transaction.</summary>
    public void Write(LedgerBook book, Dictionary<(int Root, string Path), Job> inFlight)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        WriteFlight(book, inFlight);
        for (var kind = 0; kind < sums.Length; kind++)
        {
            if (requests[kind] is var sum && sum != sums[kind])
            {
                ledger.Vitals.AddRequests(kind, sum - sums[kind], now);
                sums[kind] = sum;
            }
        }
        for (var i = 0; i < overflows.Length; i++)
        {
            if (overflowsOf(i) is var count && count != overflows[i])
            {
                ledger.AddOverflows(book.Id(i), now, count - overflows[i]);
                overflows[i] = count;
            }
        }
        for (var i = 0; i < values.Length; i++)
        {
            if (vitals[i].Value() is var value && value != values[i])
            {
                ledger.Vitals.Set(vitals[i].Name, value);
                values[i] = value;
            }
        }
        (changed, written) = (null, clock.GetTimestamp());
    }

    void WriteFlight(LedgerBook book, Dictionary<(int Root, string Path), Job> inFlight)
    {
        Array.Clear(counted);
        foreach (var job in inFlight.Values)
        {
            ref var count = ref counted[job.Root.Index];
            count = job.Stage == Stage.Pending ? count with { Uploading = count.Uploading + 1 } : count with { Deleting = count.Deleting + 1 };
        }
        for (var i = 0; i < counted.Length; i++)
        {
            if (counted[i] != flight[i])
            {
                ledger.Vitals.SetInFlight(book.Id(i), counted[i]);
                flight[i] = counted[i];
            }
        }
        all = AllInFlight;
    }

    bool IsChanged
    {
        get
        {
            var differs = all != AllInFlight;
            for (var kind = 0; kind < sums.Length && !differs; kind++)
            {
                differs = requests[kind] != sums[kind];
            }
            for (var i = 0; i < overflows.Length && !differs; i++)
            {
                differs = overflowsOf(i) != overflows[i];
            }
            for (var i = 0; i < values.Length && !differs; i++)
            {
                differs = vitals[i].Value() != values[i];
            }
            return differs;
        }
    }

    InFlight AllInFlight
    {
        get
        {
            var uploaded = confirms.InFlight;
            foreach (var window in deletes)
            {
                uploaded += window.InFlight;
            }
            return new(uploads.InFlight, uploaded);
        }
    }

    /// <summary>How long what has changed may still wait.</summary>
    TimeSpan Rest()
    {
        changed ??= clock.GetTimestamp();
        return AllInFlight != default ? Busy - clock.GetElapsedTime(changed.Value)
            : written is { } last ? Idle - clock.GetElapsedTime(last)
            : TimeSpan.Zero;
    }

    static long[] Unwritten(int count)
    {
        var values = new long[count];
        Array.Fill(values, long.MinValue);
        return values;
    }
}
