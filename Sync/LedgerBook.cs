using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.Extensions.Logging;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Writes reports into the ledger: asks <see cref="Life"/> what each means, changes the row, says what a person should know.
/// Belongs to the ledger's thread.
/// </summary>
sealed partial class LedgerBook(Ledger ledger, IReadOnlyList<Root> roots, LedgerRules rules, TimeProvider clock, Tally tally, ILogger log)
{
    readonly int[] ids = new int[roots.Count], targets = new int[roots.Count];
    readonly long keptFor = (long)(rules.KeepFor ?? TimeSpan.Zero).TotalMilliseconds;
    readonly KeptNotes kept = new(rules.Endpoint, log);
    readonly KeyObstacles obstacles = new(ledger, roots);

    // What the ledger has of the watched directories' identities: RootGuard.Version.
    int noted;

    /// <summary>Knows what the watched directories are; null where nobody asks.</summary>
    public RootGuard? Places { get; set; }

    /// <summary>Gives every root its numbers, and what waits longer than it can (the clock was set back since) its turn now.</summary>
    public void Open()
    {
        ledger.Begin();
        foreach (var root in roots)
        {
            (ids[root.Index], targets[root.Index]) = ledger.Aim(root, rules.Endpoint);
            ledger.Reconsider(ids[root.Index], root, rules.Endpoint, Now);
            Plan(ids[root.Index]);
        }
        ledger.Commit();
    }

    /// <summary>Writes down which directories are watched, where that has changed. Within a transaction.</summary>
    public void NotePlaces()
    {
        if (Places is null || Places.Version == noted)
        {
            return;
        }
        noted = Places.Version;
        foreach (var root in roots)
        {
            if (Places.Of(root.Index) is var (identity, since))
            {
                ledger.Vitals.SetPlace(ids[root.Index], identity, since);
            }
        }
    }

    /// <summary>The ledger's number for a root.</summary>
    public int Id(int root) => ids[root];

    /// <summary>Records that a name was found; returns the duty that follows from it once committed.</summary>
    public Duty Found(in Report report)
    {
        var id = ids[report.Root.Index];
        if (report.OnlyKnown)
        {
            return ledger.Read(id, report.Path, out var known) && known is { Stage: Stage.Deleted, Again: null } ? Duty.Look : Duty.None;
        }
        var now = Now;
        if (obstacles.Of(ids, report.Root, report.Path) is var (obstacle, code))
        {
            var delay = Retry.AfterFailure(Retry.ParkAfter, Random.Shared.NextDouble());
            var due = now + (long)delay.TotalMilliseconds;
            if (ledger.Add(id, report.Path, now, due, obstacle, report.By, code))
            {
                tally.Found++;
                ledger.NoteFailure(id, report.Path, new(now, obstacle, null, due));
                log.Parked(Show(report.Root, report.Path), obstacle, Shown.Time(delay));
                NoteLate(report);
                return Duty.None;
            }
        }
        else if (ledger.Add(id, report.Path, now, report.IsLate ? now : Orders.DueOf(rules.Order, report.Stamp, now), by: report.By))
        {
            NoteLate(report);
            FailPoint.Reach("ledger.found");
            tally.Found++;
            if (log.IsEnabled(LogLevel.Debug))
            {
                log.Found(Show(report.Root, report.Path));
            }
            return Duty.Upload;
        }
        if (!ledger.Read(id, report.Path, out var row) || (report.By == FoundBy.StartScan && !ledger.IsQueued(id, row)))
        {
            Lost.Add(report.Root, report.Path);
            return Duty.None;
        }
        var (_, duty) = Life.Next(row.Stage, Happening.Found, rules.Keeping);
        switch (duty)
        {
            case Duty.Keep or Duty.Confirm when row.Stage == Stage.Missing:
                log.Returned(Show(report.Root, report.Path));
                ledger.SetReturned(id, report.Path, duty == Duty.Keep ? null : now);
                return duty;
            case Duty.Upload:
                ledger.SetRevived(id, report.Path, now, report.By);
                NoteLate(report);
                return duty;
            case Duty.Confirm when row.Due is not null:
                return Duty.None;
            case Duty.Confirm:
                ledger.SetDue(id, report.Path, Math.Max(now, Math.Min(row.Uploaded ?? now, now) + keptFor));
                return duty;
            case Duty.Look when row.Again is not null:
                return Duty.Ignore;
            case Duty.Look:
                return duty;
            // Nothing but damage takes its turn away from a file that was not uploaded.
            case Duty.None when row is { Stage: Stage.Pending, Due: null }:
                ledger.SetDue(id, report.Path, now);
                return Duty.Upload;
            // It waits until nobody writes it, and the kernel says that is now.
            case Duty.None when row is { Stage: Stage.Pending, Waits: > 0, Attempts: 0, Parked: null } && row.Due > now && report.Sign != Sign.Touched:
                ledger.SetDue(id, report.Path, now);
                return Duty.Upload;
            default:
                return Duty.None;
        }
    }

    /// <summary>Has a name that was dealt with looked for when its turn comes.</summary>
    public void LookLater(in Report report) => ledger.SetDue(ids[report.Root.Index], report.Path, Now);

    /// <summary>Records a job's result; returns the duty that follows once committed, and when a waiting one is due. A late result changes nothing.</summary>
    public Duty Result(in Report report, Job job, out long due)
    {
        var (stage, duty) = Life.Next(job.Stage, report.Happening, rules.Keeping);
        var (id, now, missed) = (ids[job.Root.Index], Now, ledger.Missed);
        due = now;
        switch (duty)
        {
            case Duty.Delete or Duty.Keep when job.Stage == Stage.Pending:
                Uploaded(report, job, id, now);
                due = now + keptFor;
                break;
            case Duty.Wait when report is { StepsAside: true, Error: null }:
                // Nothing was tried.
                if (report.Delay > TimeSpan.Zero)
                {
                    due = now + (long)report.Delay.TotalMilliseconds;
                    ledger.SetDue(id, job.Path, due);
                }
                break;
            case Duty.Wait when report.StepsAside:
                // Its turn stays what it was, so that after a long outage files go by age; behind those in the window it comes anyway.
                ledger.SetWait(id, job.Path, null, job.Waits, report.Stamp, report.Error, report.Code);
                ledger.NoteAttempt(id, job.Path, new(now, report.Error, report.Request, null));
                // The server answered: it may be this file's request alone that it cannot bear.
                if (report.Code == FailureCode.Overloaded)
                {
                    log.StepsAside(Shown.Name(job.FullPath), report.Why);
                }
                break;
            case Duty.Wait:
                due = Waits(report, job, id, now, stage);
                break;
            case Duty.Retry or Duty.Park:
                due = Failed(report, job, id, now, duty == Duty.Park);
                break;
            case Duty.Ignore:
                ledger.SetAgain(id, job.Path, now, report.Error);
                if (stage == Stage.Left)
                {
                    log.LeftAlone(Shown.Name(job.FullPath));
                }
                else
                {
                    log.Again(Shown.Name(job.FullPath));
                }
                break;
            case Duty.None when job.Stage == Stage.Deleted:
                // Looked for, and not there.
                ledger.SetDue(id, job.Path, null);
                break;
            case Duty.None when stage != job.Stage:
                Finished(report, job, id, now, stage);
                break;
            default:
                break;
        }
        // The name of a file that was deleted long ago may have been forgotten meanwhile.
        if (ledger.Missed != missed && job.Stage != Stage.Deleted)
        {
            Lost.Add(job.Root, job.Path);
            duty = Duty.None;
        }
        job.Stage = stage;
        return duty;
    }

    /// <summary>Plans the next turn of a file that cannot be handled now, though nothing is wrong with it; returns when.</summary>
    long Waits(in Report report, Job job, int id, long now, Stage stage)
    {
        job.Waits = report.IsHeldBack ? Retry.HeldBack : job.Waits >= Retry.HeldBack ? 1 : job.Waits + 1;
        var due = now + (long)Math.Max(report.Delay.TotalMilliseconds, Retry.AfterWait(job.Waits, Random.Shared.NextDouble()).TotalMilliseconds);
        log.Unsettled(Shown.Name(job.FullPath), report.Error ?? "");
        if (stage == Stage.Pending)
        {
            ledger.SetWait(id, job.Path, due, job.Waits, report.Stamp, report.Error, report.Code);
        }
        else
        {
            ledger.SetRetry(id, job.Path, due, job.Attempts, job.Waits, null, report.Error, job.Code);
        }
        return due;
    }

    void Uploaded(in Report report, Job job, int id, long now)
    {
        ledger.SetUploaded(id, job.Path, now, rules.Keep ? null : now + keptFor, report.Stamp, targets[job.Root.Index], report.Receipt, report.Adopted ? null : (long)report.Took.TotalMilliseconds, job.OddKey,
            hasCode: job.Attempts > 0 || job.Waits > 0 || job.Code != FailureCode.None);
        FailPoint.Reach("ledger.receipt");
        (job.Stamp, job.Receipt, job.Attempts, job.Waits) = (report.Stamp, report.Receipt, 0, 0);
        job.Address = new(rules.Endpoint, job.Root.Bucket, job.Key);
        tally.Uploaded++;
        tally.Bytes += report.Stamp.Size;
        if (report.Adopted)
        {
            tally.Adopted++;
            log.Adopted(Shown.Name(job.FullPath), job.Bucket, Shown.Name(job.Key));
        }
        if (rules.Keep || rules.KeepsForAWhile)
        {
            log.Kept(Shown.Name(job.FullPath), job.Bucket, Shown.Name(job.Key), report.Stamp.Size);
        }
        else if (log.IsEnabled(LogLevel.Debug))
        {
            log.Proven(Shown.Name(job.FullPath), job.Bucket, Shown.Name(job.Key), report.Stamp.Size);
        }
    }

    /// <summary>Plans the next attempt of a file that failed; returns when.</summary>
    long Failed(in Report report, Job job, int id, long now, bool park)
    {
        job.Attempts = park ? Math.Max(job.Attempts + 1, Retry.ParkAfter) : job.Attempts + 1;
        var delay = Retry.AfterFailure(job.Attempts, Random.Shared.NextDouble());
        var due = now + (long)delay.TotalMilliseconds;
        var parked = job.Attempts >= Retry.ParkAfter;
        // What an operator has released stays so while it cannot be asked for, or deleted.
        var code = job.Code == FailureCode.Released && !report.Code.IsKept() ? job.Code : report.Code;
        ledger.SetRetry(id, job.Path, due, job.Attempts, job.Waits, parked ? now : null, report.Error, code);
        // Nothing was tried.
        if (report.Code != FailureCode.OtherAddress)
        {
            tally.Failures++;
            ledger.NoteFailure(id, job.Path, new(now, report.Error, report.Request, due));
        }
        if (report.Code.IsKept())
        {
            kept.Say(job, report, Shown.Time(delay));
        }
        else if (parked)
        {
            log.Parked(Shown.Name(job.FullPath), report.Why, Shown.Time(delay));
        }
        else
        {
            log.Failed(Shown.Name(job.FullPath), report.Why, job.Attempts, Shown.Time(delay));
        }
        return due;
    }

    void Finished(in Report report, Job job, int id, long now, Stage stage)
    {
        if (stage == Stage.Missing)
        {
            ledger.SetMissing(id, job.Path, now, report.Error);
            log.Missing(Shown.Name(job.FullPath), Address(job));
            return;
        }
        ledger.SetDeleted(id, job.Path, now, report.Error);
        FailPoint.Reach("ledger.deleted");
        if (stage == Stage.Vanished)
        {
            tally.Vanished++;
            log.Vanished(Shown.Name(job.FullPath), report.Error ?? "it was gone before");
            return;
        }
        tally.Deleted++;
        log.Finished(Shown.Name(job.FullPath), job.Bucket, Shown.Name(job.Key), job.Stamp.Size);
    }

    static string Address(Job job) => Shown.Address(job.Address ?? new("", job.Bucket, job.Key));

    static string Show(Root root, string path) => Shown.Name(root.FullPath(path));
}
