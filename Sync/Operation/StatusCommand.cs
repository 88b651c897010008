using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary>Where everything stands at one moment.</summary>
/// <param name="Now">That moment, milliseconds since 1970 UTC.</param>
/// <param name="IsRunning">A run is under way.</param>
/// <param name="LedgerBytes">Bytes of the ledger on disk.</param>
/// <param name="Roots">Every watched directory, as the ledger knows them.</param>
/// <param name="Hours">The last 24 hours, those in which nothing happened left out.</param>
sealed record Status(long Now, string Ledger, bool IsRunning, LedgerRun? Run, long LedgerBytes, IReadOnlyList<RootStatus> Roots, IReadOnlyList<LedgerHour> Hours)
{
    /// <summary>The latest run's limits and the like: see <see cref="VitalNames"/>.</summary>
    public IReadOnlyDictionary<string, long> Vitals { get; init; } = new Dictionary<string, long>();

    /// <summary>Requests to the bucket by <see cref="RequestKind"/>, of all time.</summary>
    public IReadOnlyList<RequestSum> Requests { get; init; } = new RequestSum[BucketRequests.Kinds];

    /// <summary>Since when the endpoint fails; null where it works, or nothing asks it.</summary>
    public long? EndpointFailing => Since(VitalNames.EndpointFailing);

    /// <summary>Since when a run deletes nothing, as it was told to hold back; null where it deletes, or none is under way.</summary>
    public long? DeletionSuspended => Since(VitalNames.DeletionSuspended);

    /// <summary>Since when a run deletes nothing below a directory, as another one has its place or its marker file is missing; null as above.</summary>
    public long? SuspendedIn(RootStatus root) => Since(VitalNames.RootSuspended + root.Root.Path);

    /// <summary>Since when the bucket of a directory takes nothing; null where it does, or nothing asks it.</summary>
    public long? BucketFailing(RootStatus root) => root.Root.Bucket is { } bucket ? Since(VitalNames.BucketFailing + bucket) : null;

    /// <summary>How many uploads are under way to each bucket of a run, how many may be, and what keeps more from it; none where no run is under way.</summary>
    public IReadOnlyList<UploadStatus> Uploads => !IsRunning ? [] :
    [
        .. from vital in Vitals
           where vital.Key.StartsWith(VitalNames.UploadLimit, StringComparison.Ordinal)
           let bucket = vital.Key[VitalNames.UploadLimit.Length..]
           orderby bucket
           select new UploadStatus(bucket, Vitals.GetValueOrDefault(VitalNames.UploadsUnderWay + bucket), vital.Value,
               (SlotsSetBy)Vitals.GetValueOrDefault(VitalNames.UploadLimitSetBy + bucket)),
    ];

    /// <summary>Since when a run uploads nothing of a directory, as its volume fails; null as above.</summary>
    public long? UploadSuspendedIn(RootStatus root) => Since(VitalNames.UploadSuspended + root.Root.Path);

    /// <summary>The system's error by which uploads or deletions of a directory are suspended, in words; null where it is none.</summary>
    public string? ErrorIn(RootStatus root, bool deleting) =>
        Since((deleting ? VitalNames.DeletionError : VitalNames.UploadError) + root.Root.Path) is { } error ? Platform.Explain((int)error).ToString() : null;

    /// <summary>Since when a directory has not answered a run; null where it does, or none is under way.</summary>
    public long? SilentIn(RootStatus root) => Since(VitalNames.RootSilent + root.Root.Path);

    long? Since(string vital) => IsRunning && Vitals.TryGetValue(vital, out var since) && since > 0 ? since : null;

    /// <summary>All directories as if they were one; null where there is none.</summary>
    public RootStatus? Everything { get; } = Roots.Count == 0 ? null : Roots.Aggregate((one, other) => one + other);

    /// <summary>What of a root is in flight now: nothing where no run is under way.</summary>
    public InFlight InFlight(RootStatus root) => IsRunning ? root.Latest.InFlight : default;

    /// <summary>The hour it is, since 1970 UTC.</summary>
    public long Hour => Now / LedgerCounters.HourInMilliseconds;

    /// <summary>
    /// In how many milliseconds a directory's volume is full, if what is pending goes on growing as in the last 24 hours, by files as long as those uploaded
    /// so far; null where it does not grow, or nothing tells how long files are.
    /// </summary>
    public long? FullIn(RootStatus root)
    {
        var grown = root.Day.Waiting;
        if (grown <= 0 || root.FreeBytes is not { } free || root.All.Uploaded == 0 || root.All.Bytes == 0 || Hours.Count == 0)
        {
            return null;
        }
        // A ledger that is younger than a day has grown in less.
        var elapsed = Math.Max(LeastToJudge, Now - Hours[0].Hour * LedgerCounters.HourInMilliseconds);
        var time = free / (grown * ((double)root.All.Bytes / root.All.Uploaded) / elapsed);
        return time < Farthest ? (long)time : null;
    }

    // A burst at the start of an hour says nothing of a day; and in a year all is different.
    const long LeastToJudge = LedgerCounters.HourInMilliseconds, Farthest = 365L * 24 * LedgerCounters.HourInMilliseconds;
}

/// <summary>Where one watched directory stands.</summary>
/// <param name="Pending">Found and not uploaded, parked ones included.</param>
/// <param name="ToDelete">In the bucket, to be deleted here.</param>
/// <param name="Oldest">When the longest waiting of them was found.</param>
/// <param name="Today">Since midnight on this machine, which is rounded down to an hour of UTC.</param>
sealed record RootStatus(LedgerRoot Root, long Pending, long ToDelete, long Parked, long? Oldest, LedgerTotals Today, LedgerTotals Day, LedgerTotals All, LedgerLatest Latest, long? FreeBytes, long? TotalBytes)
{
    /// <summary>How long its files took; only where it was asked for.</summary>
    public LedgerPeriod? Times { get; init; }

    /// <summary>Of its uploaded files those that are kept for want of a fresh proof, and those that are missing here.</summary>
    public LedgerKeptCounts Kept { get; init; }

    /// <summary>Uploaded in the last minute and hour, up to ten seconds less.</summary>
    public PaceSum Minute { get; init; }

    public PaceSum Hour { get; init; }

    /// <summary>Two directories as if they were one, but for what belongs to a volume.</summary>
    public static RootStatus operator +(RootStatus one, RootStatus other) => new(
        Together, one.Pending + other.Pending, one.ToDelete + other.ToDelete, one.Parked + other.Parked, Earlier(one.Oldest, other.Oldest),
        one.Today + other.Today, one.Day + other.Day, one.All + other.All, one.Latest + other.Latest, null, null)
    {
        Kept = one.Kept + other.Kept,
        Minute = one.Minute + other.Minute,
        Hour = one.Hour + other.Hour,
    };

    static readonly LedgerRoot Together = new(0, "all directories", null, null);

    static long? Earlier(long? one, long? other) => one is null || other < one ? other : one;
}

/// <summary><c>s3sync status</c>: what is done, what waits and what is wrong, at a glance.</summary>
static class StatusCommand
{
    const string Json = "--json", Watch = "--watch";
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    public static readonly CommandText Text = new("status", "", "what is done, what waits and what is wrong")
    {
        Words = [new(Json, "", "one JSON object instead of text"), new(Watch, "", "again every 2 s, with the rates in between, until Ctrl+C")],
        Detail = """
            Reads the ledger, where a run also writes what is in flight and its limits, once a
            second. Ends with 0, also if no run is under way; with 1 if there is no ledger.
            """,
        Examples = [("status", "at a glance"), ("status --json | jq .pending", "for a program"), ("status --ledger E:\\state\\ledger.db --watch", "while it works")],
    };

    public static async Task<int> RunAsync(Asked asked)
    {
        if (Beside.Read(asked) is not { } settings)
        {
            return Exit.BadSettings;
        }
        Status? before = null;
        using var signals = new Signals(() => { });
        while (true)
        {
            Status status;
            using (var reader = Beside.Open(settings))
            {
                if (reader is null)
                {
                    return Exit.Failed;
                }
                status = Look(reader, settings.Ledger);
            }
            if (asked.Has(Json))
            {
                StatusJson.Write(status, Console.OpenStandardOutput());
            }
            else
            {
                var clear = asked.Has(Watch) && !Console.IsOutputRedirected ? "\e[H\e[2J" : "";
                Console.Out.Write(clear + string.Join('\n', StatusText.Of(status, before).Split('\n').Select(line => Fold.Line(line, StatusText.Column))));
            }
            if (!asked.Has(Watch))
            {
                return Exit.Done;
            }
            before = status;
            try
            {
                await Task.Delay(Interval, signals.Stop);
            }
            catch (OperationCanceledException)
            {
                return Exit.Done;
            }
        }
    }

    /// <summary>Reads where everything stands.</summary>
    public static Status Look(LedgerReader reader, string ledger, bool withTimes = false)
    {
        var figures = new LedgerFigures(reader);
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var hour = now / LedgerCounters.HourInMilliseconds;
        var midnight = new DateTimeOffset(DateTime.Today).ToUnixTimeMilliseconds() / LedgerCounters.HourInMilliseconds;
        // Before anything is read at one moment: a volume that does not answer takes its time.
        var rooms = figures.Roots().ToDictionary(root => root.Id, root => CheckPlaces.RoomOf(root.Path));
        figures.Begin();
        var run = figures.Run();
        var roots = figures.Roots().Select(root => Look(figures, root, rooms.GetValueOrDefault(root.Id), now, midnight, hour - 23) with { Times = withTimes ? new LedgerHistory(reader).Times(root.Id) : null }).ToArray();
        var hours = figures.Hours(hour - 23);
        var (vitals, requests) = (figures.Vitals(), figures.Requests());
        figures.End();
        return new(now, ledger, Beside.IsUnderWay(run), run, reader.Size, roots, hours) { Vitals = vitals, Requests = requests };
    }

    static RootStatus Look(LedgerFigures figures, LedgerRoot root, (long Free, long Total)? room, long now, long midnight, long dayAgo)
    {
        var step = now / LedgerPace.StepInMilliseconds + 1;
        var all = figures.Since(root.Id, 0);
        return new(root, all.Found - all.Uploaded - all.Vanished, figures.CountToDelete(root.Id), figures.CountParked(root.Id), figures.OldestPending(root.Id),
            figures.Since(root.Id, midnight), figures.Since(root.Id, dayAgo), all, figures.LatestOf(root.Id), room?.Free, room?.Total)
        {
            Kept = figures.CountKept(root.Id),
            Minute = figures.PaceSince(root.Id, step - LedgerPace.StepsInMinute),
            Hour = figures.PaceSince(root.Id, step - LedgerPace.StepsInHour),
        };
    }
}

/// <summary>The uploads of a run to one bucket.</summary>
/// <param name="UnderWay">How many there are now.</param>
/// <param name="Limit">How many there may be now.</param>
/// <param name="SetBy">What keeps more from being under way.</param>
readonly record struct UploadStatus(string Bucket, long UnderWay, long Limit, SlotsSetBy SetBy)
{
    /// <summary>What keeps more from it, in words.</summary>
    public string Why => SetBy switch
    {
        SlotsSetBy.Files => "there are no more files to upload",
        SlotsSetBy.Server => "the server says that more are too many",
        SlotsSetBy.Setting => "--uploader-threads allows no more",
        SlotsSetBy.Memory => "--buffer-memory holds no more",
        SlotsSetBy.Bandwidth => "--bandwidth lets no more through",
        _ => "more would get no more through",
    };
}
