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
sealed class LedgerLoop(Ledger ledger, IReadOnlyList<Root> roots, Inbox inbox, Dispatch dispatch, Work work, LedgerRules rules, TimeProvider clock, Tally tally, ILogger log)
{
    readonly Forgetter forgetter = new(ledger, roots.Count, rules.ForgetAfter);
    readonly LedgerBook book = new(ledger, roots, rules, clock, tally, log);
    readonly RecordedAddresses addresses = new(ledger, rules.Endpoint);
    readonly Dictionary<(int Root, string Path), Job> inFlight = [];
    readonly List<Row> rows = [];
    readonly MovedIn moved = new();
    readonly Recurrences again = new(tally);
    readonly Backlogs backlogs = new(roots.Count, withDeletes: !rules.Keep, rules.MostUploads, rules.Rests);
    readonly WorkHold hold = new(work);
    volatile bool stopping;
    long turns;

    /// <summary>What is late and what is lost; for when <see cref="Run"/> has ended.</summary>
    public LedgerBook Book => book;

    /// <summary>How often it has come round. Any thread.</summary>
    public long Turns => Volatile.Read(ref turns);

    /// <summary>Tells who asks beside the run how it is; null where nobody can.</summary>
    public Vitals? Vitals { get; init; }

    /// <summary>Knows what the watched directories are; null where nobody asks.</summary>
    public RootGuard? Places { get; init; }

    /// <summary>Tells of a root whether its volume does not answer.</summary>
    public Func<int, bool> IsSilent { get; init; } = _ => false;

    /// <summary>Takes out of the queue what filters leave out by now; null where there are none.</summary>
    public Unwanted? Unwanted { get; init; }

    /// <summary>Knows how far multipart uploads got; null where there are none.</summary>
    public PartialUploads? Partials { get; init; }

    /// <summary>Says which roots' files have to make room; null where they are not kept for that.</summary>
    public FreeSpace? Space { get; init; }

    /// <summary>Hands out nothing more. Any thread.</summary>
    public void Stop() => stopping = true;

    /// <summary>Runs until the inbox is completed and empty. Throws <see cref="LedgerException"/> where the ledger cannot go on.</summary>
    public void Run()
    {
        book.Places = Places;
        book.Open();
        List<Report> batch = [];
        do
        {
            ledger.Begin();
            if (book.LookAtClock())
            {
                backlogs.LookAgain(withDeletes: !rules.Keep);
            }
            var counted = 0;
            foreach (var report in batch)
            {
                Apply(report);
                counted += report.Counts ? 1 : 0;
            }
            Unwanted?.LetGo(book);
            Partials?.Step();
            forgetter.Step(book, batch.Count);
            book.NotePlaces();
            Vitals?.Step(book, inFlight);
            ledger.Commit();
            dispatch.HandOut();
            Refill();
            hold.Set(!stopping && HasWork());
            work.End(counted);
            Volatile.Write(ref turns, turns + 1);
        }
        while (inbox.Take(ref batch, Soonest.Of(NextWait(), backlogs.Wait, forgetter.Wait(book.Time), book.Late.Wait, Vitals?.Wait ?? Timeout.InfiniteTimeSpan), inFlight.Count));
        if (Vitals is not null)
        {
            ledger.Begin();
            Vitals.Write(book, inFlight);
            ledger.Commit();
        }
    }

    void Apply(in Report report)
    {
        if (report.Job is { } job)
        {
            ApplyResult(report, job);
        }
        else if (report.Note is { } note)
        {
            Partials?.Apply(book.Id(report.Root.Index), report.Path, note);
        }
        else if (report.Wanted is { } wanted)
        {
            var root = report.Root;
            book.Asked(root, wanted, path => inFlight.ContainsKey((root.Index, path)));
            ref var backlog = ref backlogs[root.Index];
            (backlog.Uploads, backlog.Deletes) = (true, !rules.Keep);
        }
        else
        {
            ApplyFound(report);
        }
    }

    void ApplyFound(in Report report)
    {
        if (inFlight.TryGetValue((report.Root.Index, report.Path), out var running))
        {
            running.FoundMeanwhile |= !report.OnlyKnown;
            moved.Note(report);
        }
        if (running is not null || book.LeavesOut(report))
        {
            return;
        }
        ref var backlog = ref backlogs[report.Root.Index];
        switch (moved.Note(report, book.Found(report)))
        {
            case Duty.Upload when !backlog.Uploads && rules.Order == Order.Found && !stopping && !IsSilent(report.Root.Index)
                && Math.Min(dispatch.UploadSpace(report.Root.Index, rules.Keep), backlogs.RoomOf(report.Root.Index)) > 0:
                Start(new(report.Root, report.Path) { Stage = Stage.Pending, IsLate = book.Late.Has(report.Root.Index, report.Path) });
                break;
            case Duty.Upload:
                backlog.Uploads = true;
                break;
            case Duty.Confirm:
                backlog.Deletes = true;
                break;
            case Duty.Look when dispatch.Deletes(report.Root.Index).Space > 0 && !stopping && !IsSilent(report.Root.Index):
                Start(new(report.Root, report.Path) { Stage = Stage.Deleted });
                break;
            // It waits in the ledger for its look. Not while files are kept: then that part of the ledger rests, and the next scan sees it again.
            case Duty.Look when !rules.Keep:
                book.LookLater(report);
                backlog.Deletes = true;
                break;
            case Duty.Ignore:
                again.Count(report.Root, report.Path);
                break;
        }
    }

    void ApplyResult(in Report report, Job job)
    {
        var wasPending = job.Stage == Stage.Pending;
        // Where it was turned away its row stays as it is: due, and handed out when its volume answers.
        var due = book.Now;
        var duty = report.IsTurnedAway ? Duty.Wait : book.Result(report, job, out due);
        job.In!.Leave();
        backlogs[job.Root.Index].Uploading -= wasPending ? 1 : 0;
        if (duty is Duty.Delete or Duty.Confirm && !stopping && dispatch.Next(job) is { Space: > 0 } next && !KeepsRoom(job))
        {
            dispatch.Choose(next, job);
            return;
        }
        dispatch.LetGo(job);
        End(job, duty);
        if (moved.Keep(job, duty))
        {
            ApplyFound(MovedIn.Report(job) with { IsLate = job.IsLate });
        }
        ref var backlog = ref backlogs[job.Root.Index];
        switch (duty)
        {
            case Duty.Delete or Duty.Confirm:
                backlog.Deletes = true;
                break;
            case Duty.Keep:
                backlog.NextDelete = Math.Min(backlog.NextDelete, due);
                break;
            case Duty.Wait or Duty.Retry or Duty.Park when job.Stage == Stage.Pending:
                backlog.NextUpload = Math.Min(backlog.NextUpload, due);
                break;
            case Duty.Wait or Duty.Retry or Duty.Park:
                backlog.NextDelete = Math.Min(backlog.NextDelete, due);
                break;
            case Duty.Ignore:
                again.Count(job.Root, job.Path);
                break;
            // One stage saw that it was gone, and after that somebody saw it there.
            case Duty.None when job is { Stage: Stage.Vanished or Stage.Missing, FoundMeanwhile: true }:
                ApplyFound(new(Happening.Found, job.Root, job.Path) { IsLate = work.IsClosed });
                break;
        }
    }

    /// <summary>Fills the windows from the ledger where it holds more than they do; every root with a backlog gets an equal share.</summary>
    void Refill()
    {
        var now = book.Now;
        var (waitingUploads, waitingDeletes) = backlogs.Ripen(now, withDeletes: !rules.Keep, IsSilent);
        var windowShare = dispatch.Uploads.Share(waitingUploads);
        for (var i = 0; i < roots.Count && !stopping; i++)
        {
            ref var backlog = ref backlogs[i];
            var (uploadShare, deleteShare) = IsSilent(i) ? default : (Math.Min(windowShare, dispatch.UploadSpace(i, rules.Keep)), dispatch.UploadedShare(i, waitingDeletes));
            if (Space is not null)
            {
                backlog.Deletes = Space.IsLow(i);
                deleteShare = IsSilent(i) ? 0 : Math.Min(FreeSpace.MostAtOnce, dispatch.UploadedSpace(i));
            }
            if (backlog.Uploads && Math.Min(uploadShare, backlogs.RoomOf(i)) is > 0 and var share)
            {
                backlog.Uploads = Refill(i, LedgerLane.Upload, Math.Min(share, dispatch.Uploads.Space), dispatch.Uploads.InFlight, now, ref backlog.NextUpload);
            }
            if (backlog.Deletes && deleteShare > 0)
            {
                backlog.Deletes = Refill(i, LedgerLane.Delete, Math.Min(deleteShare, dispatch.UploadedSpace(i)), dispatch.UploadedInFlight(i), now, ref backlog.NextDelete);
            }
        }
        dispatch.HandOut();
    }

    /// <summary>True if the ledger may hold more due rows of this root than were handed out; else <paramref name="next"/> is when the next comes due.</summary>
    bool Refill(int root, LedgerLane lane, int share, int underWay, long now, ref long next)
    {
        var limit = share + underWay + book.Lost.Count;
        rows.Clear();
        ledger.ReadDue(lane, book.Id(root), now, limit, rows);
        foreach (var row in rows)
        {
            if (inFlight.ContainsKey((root, row.Path)) || book.IsLost(roots[root], row) || Unwanted?.Has(root, row) == true)
            {
                continue;
            }
            if (share == 0)
            {
                return true;
            }
            share--;
            Start(JobOf(roots[root], row));
        }
        if (rows.Count == limit)
        {
            return true;
        }
        next = ledger.NextDue(lane, book.Id(root), now) ?? long.MaxValue;
        return false;
    }

    Job JobOf(Root root, in Row row) => addresses.JobOf(
        root, row,
        book.Late.Has(root.Index, row.Path),
        row.Stage == Stage.Uploaded ? dispatch.Proofs.Take(root.Index, row.Path) : default,
        row.Uploaded is { } uploaded && Places is not null ? Places.VolumeOf(root.Index, uploaded) : 0);

    void Start(Job job)
    {
        work.Begin(job.IsLate ? 0 : 1);
        book.Late.Entered(job);
        job.Moved = moved.Take(job.Root, job.Path);
        inFlight.Add((job.Root.Index, job.Path), job);
        job.Partial = job.Stage == Stage.Pending ? Partials?.Of(book.Id(job.Root.Index), job.Path) : null;
        backlogs[job.Root.Index].Uploading += job.Stage == Stage.Pending ? 1 : 0;
        dispatch.Choose(dispatch.Next(job), job);
    }

    /// <summary>True if the file's turn is over although it is confirmed, as there is room enough by now.</summary>
    bool KeepsRoom(Job job) => Space is not null && !Space.IsLow(job.Root.Index);


    void End(Job job, Duty duty)
    {
        inFlight.Remove((job.Root.Index, job.Path));
        if (job.Stage == Stage.Uploaded)
        {
            dispatch.Proofs.Remember(job);
        }
        work.End(job.IsLate ? 0 : 1);
        book.Late.Left(job, isFinished: duty is Duty.None or Duty.Ignore or Duty.Keep);
    }

    /// <summary>True if the run is to go on for what is in flight or in the ledger.</summary>
    bool HasWork() => work.IsClosed ? book.Late.AreNotAll(inFlight.Count, book.HasActive) : inFlight.Count > 0 || backlogs.Any || book.HasActive();

    TimeSpan NextWait()
    {
        if (Unwanted is { Any: true })
        {
            return TimeSpan.Zero;
        }
        var next = stopping ? long.MaxValue : backlogs.Next(withDeletes: !rules.Keep);
        return next == long.MaxValue ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Math.Clamp(next - book.Now, 1, 60_000));
    }
}
