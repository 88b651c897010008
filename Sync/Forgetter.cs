using System;
using System.Threading;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Has the ledger forget old names, once a day and a few at a time, in the pauses of its work. Belongs to the ledger's thread.
/// A name that comes again after that is taken for new; its key exists, and what is under it is not overwritten (invariant 7).
/// </summary>
sealed class Forgetter(Ledger ledger, int roots, TimeSpan? after, TimeProvider clock)
{
    static readonly TimeSpan Rest = TimeSpan.FromDays(1), Pause = TimeSpan.FromMilliseconds(50), LongestPause = TimeSpan.FromSeconds(5);
    // More reports than these at once are no pause.
    const int Busy = 64;

    readonly long[] next = new long[roots];
    long last;

    /// <summary>How long until there is something to do; infinite where names are kept for ever.</summary>
    public TimeSpan Wait
    {
        get
        {
            if (after is null)
            {
                return Timeout.InfiniteTimeSpan;
            }
            var soonest = long.MaxValue;
            foreach (var time in next)
            {
                soonest = Math.Min(soonest, time);
            }
            var due = soonest - Now();
            return TimeSpan.FromMilliseconds(Math.Clamp(due, Pause.TotalMilliseconds, Rest.TotalMilliseconds));
        }
    }

    /// <summary>Forgets some names of one root, if one is due and the ledger is not busy. Within a transaction.</summary>
    /// <param name="reports">How many reports the transaction has written.</param>
    public void Step(LedgerBook book, int reports)
    {
        var now = Now();
        if (after is not { } age || now - last < (reports > Busy ? LongestPause : Pause).TotalMilliseconds)
        {
            return;
        }
        for (var i = 0; i < next.Length; i++)
        {
            if (next[i] > now)
            {
                continue;
            }
            next[i] = ledger.Sweep.Ended(book.Id(i)) + (long)Rest.TotalMilliseconds;
            if (next[i] <= now)
            {
                ledger.Sweep.Step(book.Id(i), now - (long)age.TotalMilliseconds, now);
                last = now;
                return;
            }
        }
    }

    long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
