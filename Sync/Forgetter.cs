using System;
using System.Threading;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Has the ledger forget old names, once a day and a few at a time, in the pauses of its work. Belongs to the ledger's thread.
/// A name that comes again after that is taken for new; its key exists, and what is under it is not overwritten (invariant 7).
/// </summary>
sealed class Forgetter(Ledger ledger, int roots, TimeSpan? after)
{
    static readonly TimeSpan Rest = TimeSpan.FromDays(1), Pause = TimeSpan.FromMilliseconds(50), LongestPause = TimeSpan.FromSeconds(5);
    // More reports than these at once are no pause.
    const int Busy = 64;

    // Since the beginning of the run: root by root when the next sweep is due, and when the last step was.
    readonly TimeSpan[] next = new TimeSpan[roots];
    TimeSpan last;

    /// <summary>How long until there is something to do; infinite where names are kept for ever.</summary>
    public TimeSpan Wait(RunClock time)
    {
        if (after is null)
        {
            return Timeout.InfiniteTimeSpan;
        }
        var soonest = TimeSpan.MaxValue;
        foreach (var due in next)
        {
            soonest = due < soonest ? due : soonest;
        }
        var wait = soonest - time.Elapsed;
        return wait < Pause ? Pause : wait < Rest ? wait : Rest;
    }

    /// <summary>Forgets some names of one root, if one is due and the ledger is not busy. Within a transaction.</summary>
    /// <param name="reports">How many reports the transaction has written.</param>
    public void Step(LedgerBook book, int reports)
    {
        var (time, now) = (book.Time.Elapsed, book.Now);
        if (after is not { } age || time - last < (reports > Busy ? LongestPause : Pause))
        {
            return;
        }
        for (var i = 0; i < next.Length; i++)
        {
            if (next[i] > time)
            {
                continue;
            }
            // One that ended at a time to come, by a clock that was set back since, says nothing: one more costs little.
            var since = TimeSpan.FromMilliseconds(now - ledger.Sweep.Ended(book.Id(i)));
            next[i] = since < TimeSpan.Zero ? time : time + Rest - since;
            if (next[i] <= time)
            {
                // No name is as old as a clock has it that was set forward meanwhile.
                ledger.Sweep.Step(book.Id(i), book.Time.Earliest - (long)age.TotalMilliseconds, now);
                last = time;
                return;
            }
        }
    }
}
