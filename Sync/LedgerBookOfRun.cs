using System;
using Microsoft.Extensions.Logging;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>What the book knows of this run: its time, which files are too late for it, and which rows are lost.</summary>
sealed partial class LedgerBook
{
    /// <summary>The time of this run, by which all dates in the ledger are written and compared.</summary>
    public RunClock Time { get; } = new(clock);

    /// <summary>Files that came too late to be a part of a run with --once.</summary>
    public Latecomers Late { get; } = new(clock);

    /// <summary>Rows that cannot be written.</summary>
    public LostRows Lost { get; } = new(log);

    /// <summary>Milliseconds since 1970 UTC.</summary>
    public long Now => Time.Now;

    /// <summary>True if the clock was set since the last look: then all that waits was moved by as much. Within a transaction.</summary>
    public bool LookAtClock()
    {
        if (Time.Look() is not { } step)
        {
            return false;
        }
        foreach (var id in ids)
        {
            ledger.Shift(id, step, kept: keptFor > 0);
        }
        Places?.Shift(step);
        log.ClockWasSet(step.By > 0 ? "forward" : "back", Shown.Time(TimeSpan.FromMilliseconds(Math.Abs(step.By))));
        return true;
    }

    /// <summary>True if any row waits for something other than a person, a long delay or a writer that does not end.</summary>
    public bool HasActive()
    {
        var latest = rules.KeepFor is null ? long.MaxValue : Now;
        foreach (var root in roots)
        {
            if (ledger.HasActive(ids[root.Index], !rules.Keep && !rules.KeepsWhileRoom, latest, Retry.LongWaits, IsExcepted, withUploads: rules.Rests?.IsGivenUp(root.Index) != true))
            {
                return true;
            }

            bool IsExcepted(string path) => Late.Has(root.Index, path) || IsGhost(root, path, null);
        }
        return false;
    }

    /// <summary>
    /// True if a row is not to be handed out: it is lost, or an index has it and the table has not, or with another date. Of a file
    /// that is to be uploaded for the first time the table is not asked: that costs a look; after the first attempt it is.
    /// </summary>
    public bool IsLost(Root root, in Row row) => Lost.Has(root.Index, row.Path)
        || ((row.Stage != Stage.Pending || row.Attempts + row.Waits > 0) && IsGhost(root, row.Path, row.Due));

    bool IsGhost(Root root, string path, long? due)
    {
        if (Lost.Has(root.Index, path))
        {
            return true;
        }
        var isThere = ledger.Read(ids[root.Index], path, out var row) && row.Due is not null && (due is null || row.Due == due);
        if (!isThere)
        {
            Lost.Add(root, path);
        }
        return !isThere;
    }

    /// <summary>How many rows of late files stand where.</summary>
    public LedgerCounts CountLate()
    {
        var (pending, toDelete, parked) = (0, 0, 0);
        foreach (var (root, path) in Late.Files)
        {
            if (ledger.Read(ids[root], path, out var row) && row.Due is not null)
            {
                pending += row.Uploaded is null ? 1 : 0;
                toDelete += row.Uploaded is null ? 0 : 1;
                parked += row.Parked is null ? 0 : 1;
            }
        }
        return new(pending, toDelete, parked);
    }

    /// <summary>At the start: no row waits longer than it can, whatever the clock was set to since it was written.</summary>
    void Plan(int id)
    {
        ledger.EndFuture(id, Now);
        ledger.Replan(id, keptFor, Now);
        ledger.Hurry(id, Retry.HeldBack, Now);
        ledger.BringNear(id, keptFor, Now);
    }

    /// <summary>Does what an operator asks of a root's files. Files in work are left out: they are about to be judged.</summary>
    /// <param name="isInWork">True for a path that is handed out.</param>
    public void Asked(Root root, OperatorRequest wanted, Func<string, bool> isInWork)
    {
        var (id, now) = (ids[root.Index], Now);
        if (wanted.Verb == OperatorVerb.Retry)
        {
            var count = ledger.RetryNow(id, wanted.Path, now, keptFor, now + (long)Retry.Longest.TotalMilliseconds);
            if (wanted.Path.Length == 0)
            {
                log.AskedForParked(Shown.Name(root.Path), count);
            }
            else
            {
                log.AskedFor(Show(root, wanted.Path), count);
            }
            return;
        }
        log.OperatorAsked(wanted.Verb.ToString().ToLowerInvariant(), Shown.Name(root.FullPath(wanted.Path)), ledger.Do(wanted, id, now, isInWork));
    }

    /// <summary>True if nothing is done with what was found: its row is lost, or it is late and so are too many.</summary>
    public bool LeavesOut(in Report report) => Lost.Has(report.Root.Index, report.Path) || (report.IsLate && Late.IsFull);

    void NoteLate(in Report report)
    {
        if (report.IsLate)
        {
            Late.Add(report.Root.Index, report.Path);
        }
    }
}
