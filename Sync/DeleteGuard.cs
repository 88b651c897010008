using System;
using System.Diagnostics;
using System.Threading;
using Microsoft.Extensions.Logging;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>When the deleter must hold back although a file is proven to be in the bucket.</summary>
/// <param name="StopFile">While something has this name, nothing is deleted; null for no such name.</param>
/// <param name="MostPerHour">Deletions in any hour; null for as many as there are.</param>
readonly record struct DeleteLimits(string? StopFile, int? MostPerHour);

/// <summary>
/// Holds deletions back: while a file says so, and beyond so many an hour. What is held back stays recorded as uploaded and has another turn later.
/// Any thread.
/// </summary>
sealed class DeleteGuard(DeleteLimits limits, TimeProvider clock, ILogger log)
{
    /// <summary>How long a file that is held back waits for its next turn.</summary>
    public static readonly TimeSpan Turn = TimeSpan.FromSeconds(30);

    /// <summary>What was deleted is counted by whole minutes: an hour, and the minute that is under way.</summary>
    const int Minutes = 61;

    /// <summary>That it is not there holds for so long: ten looks a second cost nothing.</summary>
    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(0.1);

    readonly int[] deleted = new int[Minutes];
    // The stop file, when it was looked for last. Under a lock on the above, as all of it.
    Presence seen;
    long lookedAt;
    readonly long started = clock.GetTimestamp();
    // Minutes since it started, whatever the wall clock says.
    long minute, inHour, suspendedAt;
    string? said;
    long suspended;

    /// <summary>Since when nothing is deleted, milliseconds since 1970 UTC; 0 while deletions go on.</summary>
    public long SuspendedFrom => Volatile.Read(ref suspended);

    /// <summary>The file that suspends deletion is there now, or the system does not tell that it is not.</summary>
    public bool IsStopped
    {
        get
        {
            lock (deleted)
            {
                return WhyStopped() is not null;
            }
        }
    }

    /// <summary>Null if one more file may be deleted now; else why not, and how long it waits for its next turn.</summary>
    /// <param name="isDeletion">True if it is deleted at once, and so counts: several are at the same time.</param>
    public (string Why, TimeSpan Turn)? Hold(bool isDeletion = false)
    {
        lock (deleted)
        {
            var held = Look();
            if (held is null && isDeletion)
            {
                Count(1);
            }
            return held;
        }
    }

    (string Why, TimeSpan Turn)? Look()
    {
        var why = WhyStopped()
            ?? (limits.MostPerHour is { } most && InHour() >= most ? $"{most} files were deleted within an hour, and no more shall be" : null);
        if (why != said)
        {
            said = why;
            if (why is null)
            {
                log.DeletionGoesOn(Shown.Time(clock.GetElapsedTime(suspendedAt)));
            }
            else
            {
                log.DeletionSuspended(why);
                suspendedAt = clock.GetTimestamp();
            }
            Volatile.Write(ref suspended, why is null ? 0 : clock.GetUtcNow().ToUnixTimeMilliseconds());
        }
        return why is null ? null : (why, Turn);
    }

    /// <summary>A file that was to be deleted was not.</summary>
    public void NotDeleted() => Count(-1);

    /// <summary>So many were in the last hour, by an earlier run: the next one may not begin from nothing.</summary>
    public void Count(int files)
    {
        // Without a limit nobody asks.
        if (limits.MostPerHour is not null)
        {
            lock (deleted)
            {
                InHour();
                deleted[minute % Minutes] += files;
                inHour += files;
            }
        }
    }

    // Not to be seen is not to be absent: its directory may be away, or closed to this account (invariant 11).
    string? WhyStopped()
    {
        if (limits.StopFile is not { } stop)
        {
            return null;
        }
        if (seen.There != false || Stopwatch.GetElapsedTime(lookedAt) >= Fresh)
        {
            // It may be on a volume that does not answer.
            seen = Limited.TryAsk(stop, () => Platform.Look(stop), Limited.Usual, out var now) ? now : new(null, "its volume does not answer");
            lookedAt = Stopwatch.GetTimestamp();
        }
        return seen switch
        {
            { There: false } => null,
            { There: null, Why: var reason } => $"whether {Shown.Name(stop)} is there cannot be told ({reason}), which suspends deletion",
            _ => $"{Shown.Name(stop)} is there, which suspends deletion",
        };
    }

    long InHour()
    {
        var now = (long)clock.GetElapsedTime(started).TotalMinutes;
        for (; minute < now; minute = inHour == 0 ? now : minute + 1)
        {
            var next = (minute + 1) % Minutes;
            inHour -= deleted[next];
            deleted[next] = 0;
        }
        return inHour;
    }
}
