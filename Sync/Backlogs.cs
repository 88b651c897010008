using System;
using System.Collections.Generic;
using System.Threading;

namespace S3Sync.Sync;

/// <summary>What the ledger holds beyond the windows, root by root; at the start it may hold anything. Belongs to the ledger's thread.</summary>
sealed class Backlogs
{
    readonly Backlog[] all;
    readonly BucketRests? rests;
    readonly Func<int, int>? mostUploads;

    /// <param name="roots">How many there are.</param>
    /// <param name="withDeletes">Whether anything is to be deleted.</param>
    /// <param name="rests">Knows which buckets take nothing now; null for a run that does not tell them apart.</param>
    /// <param name="mostUploads">How many uploads of a root may be in flight now; null for as many as there is room for.</param>
    public Backlogs(int roots, bool withDeletes, Func<int, int>? mostUploads, BucketRests? rests = null)
    {
        (this.rests, this.mostUploads) = (rests, mostUploads);
        all = new Backlog[roots];
        for (var i = 0; i < roots; i++)
        {
            all[i] = new() { Uploads = true, Deletes = withDeletes };
        }
    }

    public ref Backlog this[int root] => ref all[root];

    /// <summary>True if a root may have due rows that were not handed out; not those to a bucket that nobody waits for any more.</summary>
    public bool Any
    {
        get
        {
            for (var i = 0; i < all.Length; i++)
            {
                if (all[i].Deletes || (all[i].Uploads && rests?.IsGivenUp(i) != true))
                {
                    return true;
                }
            }
            return false;
        }
    }

    /// <summary>How long until a bucket that rests wants a file; infinite for none.</summary>
    public TimeSpan Wait
    {
        get
        {
            var wait = Timeout.InfiniteTimeSpan;
            for (var i = 0; i < all.Length; i++)
            {
                if (all[i].Uploads && rests?.WaitOf(i) is { } rest && rest > TimeSpan.Zero)
                {
                    wait = Soonest.Of(wait, rest);
                }
            }
            return wait;
        }
    }

    /// <summary>How many more uploads of a root may begin, as far as the root and its bucket go.</summary>
    public int RoomOf(int root) => Math.Min((mostUploads?.Invoke(root) ?? int.MaxValue) - all[root].Uploading, rests?.RoomOf(root) ?? int.MaxValue);

    /// <summary>Forgets when what comes due: the ledger has other dates now.</summary>
    public void LookAgain(bool withDeletes)
    {
        foreach (ref var backlog in all.AsSpan())
        {
            (backlog.Uploads, backlog.NextUpload) = (true, long.MaxValue);
            (backlog.Deletes, backlog.NextDelete) = (withDeletes, long.MaxValue);
        }
    }

    /// <summary>When the next row comes due that is not yet; <see cref="long.MaxValue"/> for never.</summary>
    public long Next(bool withDeletes)
    {
        var next = long.MaxValue;
        foreach (ref readonly var backlog in all.AsSpan())
        {
            next = Math.Min(next, Math.Min(backlog.NextUpload, withDeletes ? backlog.NextDelete : long.MaxValue));
        }
        return next;
    }

    /// <summary>Takes note of what has come due; returns how many roots have uploads and deletions to hand out.</summary>
    /// <param name="isSilent">Whether nothing of a root can be handed out now.</param>
    public (int Uploads, int Deletes) Ripen(long now, bool withDeletes, Func<int, bool> isSilent)
    {
        var (uploads, deletes) = (0, 0);
        for (var i = 0; i < all.Length; i++)
        {
            ref var backlog = ref all[i];
            if (backlog.NextUpload <= now)
            {
                (backlog.Uploads, backlog.NextUpload) = (true, long.MaxValue);
            }
            if (backlog.NextDelete <= now && withDeletes)
            {
                (backlog.Deletes, backlog.NextDelete) = (true, long.MaxValue);
            }
            if (!isSilent(i))
            {
                (uploads, deletes) = (uploads + (backlog.Uploads ? 1 : 0), deletes + (backlog.Deletes ? 1 : 0));
            }
        }
        return (uploads, deletes);
    }
}

/// <summary>What the ledger holds of one root beyond the windows: whether due rows, and when the next comes due; and how many uploads are in flight.</summary>
struct Backlog()
{
    public bool Uploads, Deletes;
    public long NextUpload = long.MaxValue, NextDelete = long.MaxValue;
    public int Uploading;
}
