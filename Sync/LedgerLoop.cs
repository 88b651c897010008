using System;
using System.Collections.Generic;
using System.Threading;
using Microsoft.Extensions.Logging;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// The one thread that owns the ledger: takes all reports there are, writes them in one transaction, commits, and only then
/// hands out what the commit made safe (invariants 1 and 5). It waits for its inbox and its disk, for nothing else.
/// Everything here is touched by that thread only, except <see cref="Stop"/>.
/// </summary>
sealed class LedgerLoop(Ledger ledger, IReadOnlyList<Root> roots, Inbox inbox, Window uploads, Window deletes, Work work, LedgerRules rules, TimeProvider clock, Tally tally, ILogger log)
{
    // Beyond this many, a name that comes again is still left alone and logged, but no longer counted exactly.
    const int MostAgain = 100_000;

    readonly LedgerBook book = new(ledger, roots, rules, clock, tally, log);
    readonly Dictionary<(int Root, string Path), Job> inFlight = [];
    readonly List<Job> toUpload = [], toDelete = [];
    readonly List<Row> rows = [];
    readonly HashSet<int> again = [];
    readonly Backlog[] backlogs = new Backlog[roots.Count];
    // The pipeline began it, so that nothing looks drained before the first look into the ledger.
    bool holdsWork = true;
    volatile bool stopping;

    /// <summary>Hands out nothing more. Any thread.</summary>
    public void Stop() => stopping = true;

    /// <summary>Runs until the inbox is completed and empty. Throws <see cref="LedgerException"/> where the ledger cannot go on.</summary>
    public void Run()
    {
        book.Open();
        for (var i = 0; i < backlogs.Length; i++)
        {
            backlogs[i] = new() { Uploads = true, Deletes = !rules.Keep };
        }
        List<Report> batch = [];
        do
        {
            ledger.Begin();
            foreach (var report in batch)
            {
                Apply(report);
            }
            ledger.Commit();
            HandOut();
            Refill();
            HoldWork(inFlight.Count == 0 && !HasBacklog() && !stopping ? book.HasActive() : !stopping);
            work.End(batch.Count);
        }
        while (inbox.Take(ref batch, NextWait()));
    }

    void Apply(in Report report)
    {
        if (report.Job is { } job)
        {
            ApplyResult(report, job);
        }
        else
        {
            ApplyFound(report);
        }
    }

    void ApplyFound(in Report report)
    {
        if (inFlight.ContainsKey((report.Root.Index, report.Path)))
        {
            return;
        }
        ref var backlog = ref backlogs[report.Root.Index];
        switch (book.Found(report))
        {
            case Duty.Upload when !backlog.Uploads && uploads.Space > 0 && !stopping:
                Start(new(report.Root, report.Path) { Stage = Stage.Pending, Closed = report.Closed });
                break;
            case Duty.Upload:
                backlog.Uploads = true;
                break;
            case Duty.Delete:
                backlog.Deletes = true;
                break;
            case Duty.Ignore when again.Count < MostAgain && again.Add(HashCode.Combine(report.Root.Index, report.Path)):
                tally.Again++;
                break;
            default:
                break;
        }
    }

    void ApplyResult(in Report report, Job job)
    {
        var wasDelete = job.Stage == Stage.Uploaded;
        var duty = book.Result(report, job, out var due);
        (wasDelete ? deletes : uploads).Leave();
        if (duty == Duty.Delete && !stopping && deletes.Space > 0)
        {
            deletes.Reserve();
            toDelete.Add(job);
            return;
        }
        job.Release();
        inFlight.Remove((job.Root.Index, job.Path));
        work.End();
        ref var backlog = ref backlogs[job.Root.Index];
        switch (duty)
        {
            case Duty.Delete:
                backlog.Deletes = true;
                break;
            case Duty.Wait or Duty.Retry or Duty.Park when job.Stage == Stage.Pending:
                backlog.NextUpload = Math.Min(backlog.NextUpload, due);
                break;
            case Duty.Wait or Duty.Retry or Duty.Park:
                backlog.NextDelete = Math.Min(backlog.NextDelete, due);
                break;
            default:
                break;
        }
    }

    /// <summary>Hands out what the last commit made safe.</summary>
    void HandOut()
    {
        foreach (var job in toUpload)
        {
            uploads.HandOut(job);
        }
        foreach (var job in toDelete)
        {
            deletes.HandOut(job);
        }
        toUpload.Clear();
        toDelete.Clear();
    }

    /// <summary>Fills the windows from the ledger where it holds more than they do; every root with a backlog gets an equal share.</summary>
    void Refill()
    {
        var now = Now();
        for (var i = 0; i < backlogs.Length && !stopping; i++)
        {
            ref var backlog = ref backlogs[i];
            backlog.Uploads |= backlog.NextUpload <= now;
            backlog.Deletes |= backlog.NextDelete <= now && !rules.Keep;
            // Half a window at a time: each refill also steps over the rows that are in flight.
            if (backlog.Uploads && uploads.Space >= uploads.Capacity / 2)
            {
                backlog.Uploads = Refill(i, LedgerLane.Upload, uploads, now, out backlog.NextUpload);
            }
            if (backlog.Deletes && deletes.Space >= deletes.Capacity / 2)
            {
                backlog.Deletes = Refill(i, LedgerLane.Delete, deletes, now, out backlog.NextDelete);
            }
        }
        HandOut();
    }

    /// <summary>True if the ledger may hold more due rows of this root than were handed out; else <paramref name="next"/> is when the next comes due.</summary>
    bool Refill(int root, LedgerLane lane, Window window, long now, out long next)
    {
        var share = Math.Max(1, window.Space / roots.Count);
        var limit = share + window.InFlight;
        rows.Clear();
        ledger.ReadDue(lane, book.Id(root), now, limit, rows);
        foreach (var row in rows)
        {
            if (share == 0)
            {
                break;
            }
            if (!inFlight.ContainsKey((root, row.Path)))
            {
                share--;
                Start(new(roots[root], row.Path) { Stage = row.Stage, Attempts = row.Attempts, Waits = row.Waits, Stamp = row.Stamp, Receipt = new(row.Kind, row.Checksum ?? "", "", null) });
            }
        }
        next = long.MaxValue;
        if (rows.Count == limit)
        {
            return true;
        }
        next = ledger.NextDue(lane, book.Id(root), now) ?? long.MaxValue;
        return false;
    }

    void Start(Job job)
    {
        work.Begin();
        inFlight.Add((job.Root.Index, job.Path), job);
        var (window, list) = job.Stage == Stage.Uploaded ? (deletes, toDelete) : (uploads, toUpload);
        window.Reserve();
        list.Add(job);
    }

    bool HasBacklog()
    {
        foreach (ref readonly var backlog in backlogs.AsSpan())
        {
            if (backlog.Uploads || backlog.Deletes)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Keeps the work count above zero while rows wait in the ledger that nobody holds in memory.</summary>
    void HoldWork(bool hold)
    {
        if (hold != holdsWork)
        {
            holdsWork = hold;
            if (hold)
            {
                work.Begin();
            }
            else
            {
                work.End();
            }
        }
    }

    TimeSpan NextWait()
    {
        var next = long.MaxValue;
        foreach (ref readonly var backlog in backlogs.AsSpan())
        {
            next = Math.Min(next, Math.Min(backlog.NextUpload, rules.Keep ? long.MaxValue : backlog.NextDelete));
        }
        return next == long.MaxValue || stopping ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Math.Clamp(next - Now(), 1, 60_000));
    }

    long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>What the ledger holds of one root beyond the windows: whether due rows, and when the next comes due.</summary>
    struct Backlog()
    {
        public bool Uploads, Deletes;
        public long NextUpload = long.MaxValue, NextDelete = long.MaxValue;
    }
}
