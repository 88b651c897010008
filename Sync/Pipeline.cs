using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Wires the stages of a run together, starts them, and stops them in order: those that find, those that upload, the one that deletes,
/// the ledger last. If one of them faults, the others are stopped and the fault is the result.
/// </summary>
sealed class Pipeline
{
    // Enough to keep every uploader busy between two commits; small enough to cost nothing.
    const int UploadWindow = 1024;
    // Each job here may hold an open file. As many as one commit can prove must fit: the others are read again and opened again, and on a disk
    // whose fsync takes long that many a commit are all that is deleted.
    const int DeleteWindow = 1024;
    // None of these holds an open file.
    const int ConfirmWindow = 1024;
    // What a burst of notifications or a scan may be ahead of the ledger's disk.
    const int InboxLimit = 8192;
    const int SettlingLimit = 100_000;
    static readonly TimeSpan LeastToAbort = TimeSpan.FromMilliseconds(200);

    readonly PipelineRules rules;
    readonly TimeProvider clock;
    readonly ILogger log;
    readonly Ledger ledger;
    readonly Bucket bucket;
    readonly Work work = new();
    readonly Inbox inbox;
    readonly Window uploads, confirms = new(ConfirmWindow), deletes = new(DeleteWindow);
    readonly BucketStores stores;
    readonly Recheck recheck;
    readonly Lane lane;
    readonly BucketRests rests;
    readonly LedgerLoop loop;
    readonly Watcher watcher;
    readonly Scanner scanner;
    readonly Upload upload;
    readonly Uploader uploader;
    readonly DeleteGuard guard;
    readonly RootGuard places;
    readonly Deleter deleter;
    readonly Aborter aborter;
    readonly FreeSpace? space;
    readonly Sieve sieve;
    readonly Unnameable unnameable;
    readonly CancellationTokenSource stopping = new(), abandoning = new();
    readonly TaskCompletionSource<Exception> fault = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    // How many uploaders were asked for last, by who changes the rules.
    int asked;

    public Pipeline(PipelineRules rules, Ledger ledger, Bucket bucket, IDisk disk, IWatch watch, TimeProvider clock, ILogger log)
    {
        (this.rules, this.ledger, this.bucket, this.clock, this.log) = (rules, ledger, bucket, clock, log);
        bucket.Bandwidth = rules.Bandwidth;
        var roots = rules.Roots;
        // What is handed out is no longer put in order: not much more than is at work.
        uploads = new(rules.Order == Order.Found ? UploadWindow : Math.Min(UploadWindow, 2 * rules.Uploaders));
        inbox = new(InboxLimit, work);
        lane = new(rules.Uploaders, clock, log) { Changed = inbox.Nudge };
        rests = new(roots, clock, log, inbox.Nudge) { Patience = rules.Once ? rules.Patience : null };
        unnameable = new(log);
        sieve = new(roots, disk, clock, log) { Ripening = watch.Wake };
        guard = new(rules.DeleteLimits, clock, log);
        places = new(roots, disk, clock, log);
        if (rules.DeleteLimits.MostPerHour is not null)
        {
            guard.Count((int)Math.Min(int.MaxValue, ledger.DeletedSince(clock.GetUtcNow().ToUnixTimeMilliseconds() / LedgerCounters.HourInMilliseconds)));
        }
        // A clock that was set a moment ago makes directories look older than they are.
        FileAges ages = new(clock);
        scanner = new(roots, disk, watch, sieve, inbox, work, unnameable, rules is { RemoveEmpty: true, Keep: false } ? root => !guard.IsStopped && places.WhyNot(root) is null && !(ages.SinceStep < Scanner.LeastEmpty) : null, log) { LooksAtAll = rules.Order != Order.Found };
        watcher = new(roots, disk, watch, sieve, inbox, scanner, work, unnameable, new(rules.Quiet, rules.Once ? null : rules.Rescan, SettlingLimit), clock, log);
        scanner.RootMissing = watcher.Lost;
        space = rules.KeepFree is { } least ? new(roots, least, rules.FreeOf, clock, log) { Lacking = inbox.Nudge } : null;
        var paces = new DirectoryPaces(roots, rules.Uploaders, clock);
        aborter = new(bucket, work, inbox, log);
        loop = new(ledger, roots, inbox, new(uploads, confirms, deletes, clock), work, new(rules.Keep) { Endpoint = bucket.Endpoint, KeepFor = rules.KeepFor, KeepsWhileRoom = rules.KeepFree is not null, Order = rules.Order, MostUploads = paces.MostAtOnce, ForgetAfter = rules.ForgetAfter, Rests = rests }, clock, Tally, log)
        {
            Places = places,
            Unwanted = new(ledger, sieve, clock),
            Space = space,
            Partials = new(ledger, aborter, clock),
            Vitals = new(ledger, roots, uploads, confirms, deletes, bucket.Requests, watcher.OverflowsOf, VitalNames.Of(rules, lane, rests, guard, places, watcher, uploads, deletes, InboxLimit, SettlingLimit), clock),
        };
        var buffers = new Buffers(rules.BufferMemory, (int)Math.Min(rules.BufferMemory, Array.MaxLength));
        var uploadRules = new UploadRules(rules.Quiet, rules.PartSize, rules.AcceptUnproven, rules.Unsure);
        upload = new(disk, bucket, buffers, uploadRules, paces, inbox, clock, log) { Places = places };
        var lanes = new Lanes(lane, rests, new(bucket.AskWhyAsync));
        uploader = new(uploads, lane, lanes, upload, inbox);
        var reports = new DeletionReports(disk, guard, places);
        stores = new(bucket);
        var sentinels = new Sentinels(disk, rules.Keep, log);
        recheck = new(confirms, lane, lanes, stores, disk, reports, sentinels, inbox, clock);
        deleter = new(deletes, disk, new(disk, buffers, uploadRules, clock), guard, places, reports, sentinels, space, inbox, clock);
    }

    /// <summary>What the run has done so far.</summary>
    public Tally Tally { get; } = new();

    /// <summary>Names no key can express that were seen.</summary>
    public int Unnameable => unnameable.Count;

    /// <summary>Files that the filters left out.</summary>
    public int LeftOut => sieve.Count;

    /// <summary>How often notifications were lost.</summary>
    public long Overflows => rules.Roots.Sum(root => watcher.OverflowsOf(root.Index));

    /// <summary>Called when every directory that can be watched is, on the watcher's thread.</summary>
    public Action? Began { get; set; }

    /// <summary>How often the ledger's thread has come round. Any thread.</summary>
    public long Turns => loop.Turns;

    /// <summary>Has the ledger's thread come round once more, though there may be nothing to do. Any thread.</summary>
    public void Turn() => inbox.Nudge();

    /// <summary>Ends the run with a fault from outside: nothing more is begun, not even what was handed out. Any thread.</summary>
    public void Fail(Exception why)
    {
        fault.TrySetResult(why);
        BeginNothingMore();
    }

    /// <summary>Takes up what of other rules a run that is under way can. Any thread, one at a time.</summary>
    public void Change(PipelineRules other)
    {
        watcher.RescanEvery(other.Rescan);
        watcher.QuietFor(other.Quiet);
        upload.Quiet = other.Quiet;
        upload.Unsure = other.Unsure;
        bucket.Bandwidth = other.Bandwidth;
        lane.Allow(other.Uploaders);
        if (other.Uploaders > rules.Uploaders && other.Uploaders != asked)
        {
            log.UploadersBegan(rules.Uploaders, other.Uploaders);
        }
        asked = other.Uploaders;
        if (sieve.Change(other.Roots))
        {
            watcher.RescanNow();
        }
        Turn();
    }

    /// <summary>Has done what an operator asks. Any thread.</summary>
    public void Ask(OperatorRequest wanted)
    {
        foreach (var root in rules.Roots)
        {
            if (wanted.Root is null || wanted.Root == root.Path)
            {
                inbox.PostFound(new(Happening.Asked, root, wanted.Path) { Wanted = wanted });
            }
        }
    }

    /// <summary>Runs until <paramref name="stop"/>, with <see cref="PipelineRules.Once"/> also until there is nothing left to do, or until a stage faults.</summary>
    public async Task<RunResult> RunAsync(CancellationToken stop)
    {
        if (places.Begin(ledger) is { } full)
        {
            return Result(full);
        }
        foreach (var root in rules.Roots)
        {
            upload.Doubts.Say(root, Platform.DoubtIn(root.Path), rules.Unsure);
        }
        // One is ended by the watcher when the first scans are asked for, one by the ledger loop when it has looked at its rows, and
        // with --once one when the first scans have ended.
        work.Begin(rules.Once ? 3 : 2);
        work.Drained = () => drained.TrySetResult();
        scanner.FirstEnded = rules.Once ? () => watcher.Confirm(() => { work.Close(); work.End(); }) : null;
        // On the thread that asks for the stop: the pool's may be busy for seconds, with the very work that is not to be begun any more.
        using var promptly = stop.UnsafeRegister(static pipeline => ((Pipeline)pipeline!).BeginNothingMore(), this);
        var ledgerThread = Start("ledger", loop.Run);
        var scannerThread = Start("scanner", scanner.Run);
        var watcherThread = Start("watcher", () => watcher.Run(begun =>
        {
            scanner.FirstAsked();
            work.End(begun);
            Began?.Invoke();
        }));
        var uploaders = Enumerable.Range(0, rules.Uploaders).Select(_ => Guard(Task.Run(() => uploader.RunAsync(stopping.Token, abandoning.Token)))).ToArray();
        var rechecks = Enumerable.Range(0, Math.Min(Recheck.MostLoops, rules.Uploaders)).Select(_ => Guard(Task.Run(() => recheck.RunAsync(stopping.Token, abandoning.Token)))).ToArray();
        // Not on this thread: as long as there is something to delete it does not let go, and nobody would wait for the end.
        var deleting = Guard(Task.Run(() => deleter.RunAsync(stopping.Token)));
        var aborting = Guard(Task.Run(() => aborter.RunAsync(stopping.Token)));
        var failure = await WaitForEndAsync(stop);

        BeginNothingMore();
        await FinishAsync([.. uploaders, .. rechecks, deleting, aborting]);
        inbox.Complete();
        foreach (var thread in (Thread[])[watcherThread, scannerThread, ledgerThread])
        {
            thread.Join();
        }
        deletes.Abandon();
        stores.Dispose();
        space?.Dispose();
        return Result(failure ?? (fault.Task.IsCompleted ? fault.Task.Result : null));
    }

    /// <summary>Stops whoever hands out or begins something. Any thread, also more than once.</summary>
    void BeginNothingMore()
    {
        watcher.Stop();
        scanner.Stop();
        loop.Stop();
        stopping.Cancel();
    }

    /// <summary>Waits for the end, whichever it is; returns the fault if it is one.</summary>
    async Task<Exception?> WaitForEndAsync(CancellationToken stop)
    {
        var stopped = Task.Delay(Timeout.Infinite, stop);
        while (true)
        {
            var ends = new List<Task> { stopped, fault.Task };
            if (rules.Once)
            {
                ends.AddRange([drained.Task, Task.Delay(TimeSpan.FromSeconds(1), clock, stop)]);
            }
            var end = await Task.WhenAny(ends);
            if (end == fault.Task)
            {
                return fault.Task.Result;
            }
            if (end == stopped || end == drained.Task || rests.WhyNone() is not null)
            {
                return end == stopped ? null : rests.WhyNone();
            }
            // A bucket may have failed for so long that nobody waits for it any more.
            Turn();
            if (lane.FailingSince is { } since && clock.GetElapsedTime(since) > rules.Patience)
            {
                return new TimeoutException($"the endpoint has failed for {Shown.Time(clock.GetElapsedTime(since))}: what is left stays on disk and is taken up by the next run");
            }
        }
    }

    /// <summary>
    /// Lets what is in flight finish within four fifths of the grace period, then cuts it off; the rest is for the aborting of multipart uploads.
    /// Who has not ended by then is left behind: what it still reports is dropped, and its rows stay pending.
    /// </summary>
    async Task FinishAsync(Task[] workers)
    {
        var all = Task.WhenAll(workers);
        await Task.WhenAny(all, Task.Delay(rules.Grace * 0.8, clock));
        await abandoning.CancelAsync();
        await Task.WhenAny(all, Task.Delay(TimeSpan.FromTicks(Math.Max((rules.Grace * 0.2).Ticks, LeastToAbort.Ticks)), clock));
    }

    RunResult Result(Exception? failure)
    {
        var unseen = scanner.Unlisted.Union(watcher.Unreached.Select(root => (root, ""))).Count();
        return RunResult.Of(rules, ledger, loop.Book, failure) with { Unseen = unseen };
    }

    /// <summary>Starts a stage on a thread of its own, as it blocks for good; a fault ends the run.</summary>
    Thread Start(string name, Action run)
    {
        var thread = new Thread(() =>
        {
            try
            {
                run();
            }
            catch (Exception e)
            {
                fault.TrySetResult(e);
                // Nobody may wait for a ledger that is gone.
                inbox.Complete();
            }
        })
        { Name = name, IsBackground = true };
        thread.Start();
        return thread;
    }

    async Task Guard(Task stage)
    {
        try
        {
            await stage;
        }
        catch (Exception e)
        {
            fault.TrySetResult(e);
        }
    }
}
