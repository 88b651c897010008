using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading.Tasks;

namespace S3Sync.Sync;

/// <summary>The slots of one bucket. Changed under the lock of their <see cref="Slots"/>.</summary>
sealed class BucketSlots
{
    // What is logged is a change by half or more, and not before so long.
    static readonly TimeSpan LeastLogged = TimeSpan.FromSeconds(10);

    public BucketSlots(string name, int most)
    {
        (Name, Limit) = (name, new(most));
        Now = logged = Limit.Now;
    }

    public string Name { get; }

    public AdaptiveLimit Limit { get; }

    /// <summary>Who waits: files, and further parts of files that have a slot.</summary>
    public LinkedList<SlotWaiter> Files { get; } = [];

    public LinkedList<SlotWaiter> FurtherParts { get; } = [];

    /// <summary>The limit in force; how many are taken, and of these by files in parts, and by their further parts.</summary>
    public int Now, Taken, Large, Parts;

    public LinkedList<SlotWaiter> LineOf(bool isPart) => isPart ? FurtherParts : Files;

    /// <summary>How many were really being sent when one was answered last.</summary>
    public int UnderWay;

    /// <summary>How many were refused in a row, and since when.</summary>
    public int Refusals;
    public long RefusedSince;

    /// <summary>How long the last answer took that was a success.</summary>
    public TimeSpan Took;

    int logged;
    LimitedBy loggedBy;
    long loggedAt = Stopwatch.GetTimestamp();

    /// <summary>What is worth saying of the limit now; null for nothing.</summary>
    public (int Old, int Now, LimitedBy By)? Change()
    {
        var isServer = Limit.By == LimitedBy.Server && loggedBy != LimitedBy.Server;
        if (!isServer && ((Now < logged * 2 && Now * 2 > logged) || Stopwatch.GetElapsedTime(loggedAt) < LeastLogged))
        {
            return null;
        }
        var change = (logged, Now, Limit.By);
        (logged, loggedBy, loggedAt) = (Now, Limit.By, Stopwatch.GetTimestamp());
        return change;
    }
}

/// <summary>One that waits for a slot.</summary>
sealed class SlotWaiter(BucketSlots bucket, bool isPart, long number) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public BucketSlots Bucket => bucket;

    public bool IsPart => isPart;

    public long Number => number;
}

/// <summary>What keeps more requests from being under way.</summary>
enum SlotsSetBy : byte
{
    /// <summary>There are no more files.</summary>
    Files,
    /// <summary>More would not get more through.</summary>
    Line,
    /// <summary>The server said that more are too many.</summary>
    Server,
    /// <summary>The settings.</summary>
    Setting,
    /// <summary>There are no more buffers.</summary>
    Memory,
    /// <summary>The limit of bytes a second that the settings give.</summary>
    Bandwidth,
}
