using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using Microsoft.Extensions.Logging;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Notices that a watched directory's path leads elsewhere than it did: unmounted, another disk or share in its place, removed and made anew, its marker
/// file missing. Then nothing is deleted there, and of what is missing nothing is called gone, until the former one is back. Any thread.
/// </summary>
/// <remarks>
/// The look at the directory is not one with the deletion that follows, so that each file's volume is compared as well, at the deletion itself and
/// without a call of its own: see <see cref="IDisk.Delete"/>. A restart takes the directory it finds; what was uploaded from another one before is then
/// deleted only if reading it shows the very bytes that were uploaded: <see cref="VolumeOf"/> is <see cref="RootIdentity.NoDevice"/> for it.
/// </remarks>
sealed class RootGuard(IReadOnlyList<Root> roots, IDisk disk, TimeProvider clock, ILogger log)
{
    /// <summary>Ten looks a second cost nothing, and within so little time nobody mounts another disk and is met by a deletion.</summary>
    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(0.1);

    readonly Watched[] states = [.. roots.Select(_ => new Watched())];
    int version;

    /// <summary>Rises whenever <see cref="Of"/> has become another one, which the ledger should then know.</summary>
    public int Version => Volatile.Read(ref version);

    /// <summary>What the root is, or was when last seen; null before that.</summary>
    public (RootIdentity Identity, long Since)? Of(int root)
    {
        var state = states[root];
        lock (state)
        {
            return state.Known is { } known ? (known, state.Since) : null;
        }
    }

    /// <summary>Since when nothing is deleted below a root, milliseconds since 1970 UTC; 0 while deletions go on.</summary>
    public long SuspendedFrom(int root) => Volatile.Read(ref states[root].Suspended);

    /// <summary>Takes note of what the roots were in earlier runs and what they are: that they must be as long as this run goes on. Returns what is wrong with the ledger.</summary>
    public LedgerException? Begin(Ledger ledger)
    {
        try
        {
            foreach (var root in roots)
            {
                var id = ledger.RootId(root.Path);
                if (ledger.Vitals.PlaceOf(id) is var (identity, since))
                {
                    Was(root.Index, identity, since);
                }
                var state = states[root.Index];
                if (Limited.TryAsk(root.Path, () => See(root), Limited.Usual, out var seen))
                {
                    state.LatestUpload = () => ledger.LatestUpload(id);
                    Judge(root, state, seen);
                    state.LatestUpload = null;
                }
                else
                {
                    // It is taken when it answers, and what this run uploads before that is not of it for sure.
                    var latest = ledger.LatestUpload(id);
                    state.LatestUpload = () => latest;
                }
            }
            return null;
        }
        catch (LedgerException e)
        {
            return e;
        }
    }

    /// <summary>Tells what the root was in an earlier run, and since when. Before anybody asks.</summary>
    public void Was(int root, in RootIdentity identity, long since)
    {
        var state = states[root];
        lock (state)
        {
            (state.Former, state.Since) = (identity, since);
        }
    }

    /// <summary>The volume a file must be on that was uploaded at that time, if it is to be deleted without being read again.</summary>
    /// <param name="uploaded">Milliseconds since 1970 UTC.</param>
    public ulong VolumeOf(int root, long uploaded)
    {
        var state = states[root];
        lock (state)
        {
            return state.Known is { } known && uploaded >= state.Since ? known.Device : RootIdentity.NoDevice;
        }
    }

    /// <summary>
    /// The clock was set, and dates of uploads were moved with it. Forward, a file of a former directory must not come to look like
    /// one of this; back, what was not moved must not. Any thread.
    /// </summary>
    public void Shift(in ClockStep step)
    {
        for (var i = 0; i < states.Length && step.By > 0; i++)
        {
            lock (states[i])
            {
                states[i].Since += states[i].Since > 0 ? step.By : 0;
            }
            Interlocked.Increment(ref version);
        }
    }

    /// <summary>Null if files of the root may be deleted; else why not.</summary>
    /// <param name="afresh">True to look now: what was met a moment ago may be another directory's.</param>
    public string? WhyNot(int root, bool afresh = false)
    {
        var state = states[root];
        // Read without the lock: whoever sees an old answer would have come a moment earlier.
        return !afresh && Volatile.Read(ref state.Asked) is var asked && asked != 0 && Stopwatch.GetElapsedTime(asked) < Fresh ? Volatile.Read(ref state.Why) : Look(roots[root], state);
    }

    /// <summary>Null if files of the root may be uploaded; else why not. Costs nothing where it has no marker file.</summary>
    public string? WhyNotUpload(Root root) => root.Marker is null ? null : WhyNot(root.Index) is { } why && states[root.Index].IsUnmarked ? why : null;

    // Not under the lock, which the ledger's thread takes as well: a share that is gone may not answer for minutes.
    string? Look(Root root, Watched state) => Judge(root, state, See(root));

    (RootIdentity? Identity, bool IsUnmarked) See(Root root) =>
        (disk.Identify(root.Path, out var identity).Ok ? identity : null, root.Marker is { } marker && !disk.Look(root.FullPath(marker), out _).Ok);

    string? Judge(Root root, Watched state, (RootIdentity? Identity, bool IsUnmarked) seen)
    {
        var (identified, identity, unmarked) = (seen.Identity is not null, seen.Identity ?? default, seen.IsUnmarked);
        lock (state)
        {
            if (identified && state.Known is null)
            {
                Take(root, state, identity);
            }
            // One that cannot be reached is no other: who meets a file of it says so.
            var isOther = identified && state.Known is { } known && !identity.IsSame(known);
            var why = isOther ? "another volume or directory has the place of its watched directory"
                : unmarked ? $"the marker file {Shown.Name(root.Marker!)} is not in its watched directory"
                : null;
            if (identified && !isOther)
            {
                // A disk that was taken out and put back may have another number.
                state.Known = identity;
            }
            Say(root, state, why, isOther);
            state.IsUnmarked = unmarked;
            Volatile.Write(ref state.Why, why);
            Volatile.Write(ref state.Asked, Stopwatch.GetTimestamp());
            return why;
        }
    }

    void Take(Root root, Watched state, in RootIdentity identity)
    {
        if (state.Former is { } former && !identity.IsSame(former))
        {
            // What was uploaded so far was uploaded from the former one, whatever the clock said then.
            state.Since = Math.Max(Now(), (state.LatestUpload?.Invoke() ?? 0) + 1);
            log.RootIsAnother(Shown.Name(root.Path));
        }
        state.Known = identity;
        Interlocked.Increment(ref version);
    }

    void Say(Root root, Watched state, string? why, bool isOther)
    {
        if (why == state.Why)
        {
            return;
        }
        if (why is null)
        {
            log.RootIsBack(Shown.Name(root.Path), Shown.Time(clock.GetElapsedTime(state.SuspendedAt)));
        }
        else
        {
            log.RootSuspended(Shown.Name(root.Path), why, isOther ? "mount or put back the former one, or restart s3sync to have it take this one" : "make it there if this is the right disk");
        }
        state.SuspendedAt = clock.GetTimestamp();
        Volatile.Write(ref state.Suspended, why is null ? 0 : Now());
    }

    long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>One root; what is written is written under a lock on it.</summary>
    sealed class Watched
    {
        public RootIdentity? Former, Known;
        public long Since, Suspended, Asked;
        public string? Why;
        public long SuspendedAt;
        public volatile bool IsUnmarked;
        // Asks the ledger, as long as this thread may: before the run begins.
        public Func<long>? LatestUpload;
    }
}
