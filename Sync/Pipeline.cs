using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Wires the stages of a run together, starts them, and stops them in order: those that find, those that upload, those that delete,
/// the ledger last. If one of them faults, the others are stopped and the fault is the result. Whoever hangs in a disk is left behind.
/// </summary>
sealed class Pipeline
{
    // Enough to keep every uploader busy between two commits; small enough to cost nothing.
    const int UploadWindow = 1024;
    // Each job here may hold an open file. As many as one commit can prove must fit: the others are read again and opened again, and on a disk
    // whose fsync takes long that many a commit are all that is deleted.
    const int DeleteWindow = 1024;
    // Of volumes that share what four would have, each has so many.
    const int LeastDeleteWindow = 128, AllDeleteWindows = 4 * DeleteWindow;
    // A disk that hangs with half as many is given no more.
    const int MostInDisks = 16;
    // None of these holds an open file.
    const int ConfirmWindow = 1024;
    // What a burst of notifications or a scan may be ahead of the ledger's disk.
    const int InboxLimit = 8192;
    const int SettlingLimit = 100_000;
    // For threads that end at once unless a disk holds them; and the time a directory has to be watched before the run is called begun without it.
    static readonly TimeSpan ToJoin = TimeSpan.FromMilliseconds(300), ToBegin = TimeSpan.FromSeconds(10);

    readonly PipelineRules rules;
    readonly ILogger log;
    readonly Ledger ledger;
    readonly Bucket bucket;
    readonly Work work = new();
    readonly Inbox inbox;
    readonly Window uploads, confirms = new(ConfirmWindow);
    readonly Volumes volumes;
    readonly BucketStores stores;
    readonly Slots slots;
    readonly BucketRests rests;
    readonly LedgerLoop loop;
    readonly VolumeStages[] stages;
    readonly Upload upload;
    readonly Uploader uploader;
    readonly Recheck recheck;
    readonly RootGuard places;
    readonly Aborter aborter;
    readonly FreeSpace? space;
    readonly Sieve sieve;
    readonly Unnameable unnameable;
    readonly CancellationTokenSource stopping = new(), abandoning = new();
    readonly RunFault fault;
    readonly TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Ending ending;
    // How many volumes are watched.
    int begun;
    bool hasBegun;

    public Pipeline(PipelineRules rules, Ledger ledger, Bucket bucket, IDisk disk, Func<IWatch> openWatch, TimeProvider clock, ILogger log)
    {
        (this.rules, this.ledger, this.bucket, this.log) = (rules, ledger, bucket, log);
        bucket.Bandwidth = rules.Bandwidth;
        var roots = rules.Roots;
        slots = new(roots, rules.Uploaders, log);
        // What is handed out is no longer put in order: not much more than is at work.
        uploads = new(UploadWindow, rules.Order == Order.Found ? null : () => 2 * slots.Limit);
        inbox = new(InboxLimit, work);
        // Nobody may wait for a ledger that is gone.
        fault = new(inbox.Complete);
        Lane lane = new(clock, log) { Changed = inbox.Nudge };
        rests = new(roots, clock, log, inbox.Nudge) { Patience = rules.Once ? rules.Patience : null };
        unnameable = new(log);
        volumes = new(roots, disk, Math.Min(MostInDisks, rules.Uploaders), clock, log) { Changed = inbox.Nudge };
        sieve = new(roots, disk, clock, log) { Ripening = () => ForEach(watcher => watcher.Wake()) };
        var guard = new DeleteGuard(rules.DeleteLimits, clock, log);
        places = new(roots, disk, clock, log);
        VolumeFaults faults = new(roots, clock, log);
        if (rules.DeleteLimits.MostPerHour is not null)
        {
            guard.Count((int)Math.Min(int.MaxValue, ledger.DeletedSince(clock.GetUtcNow().ToUnixTimeMilliseconds() / LedgerCounters.HourInMilliseconds)));
        }
        // A clock that was set a moment ago makes directories look older than they are.
        FileAges ages = new(clock);
        space = rules.KeepFree is { } least ? new(roots, least, rules.FreeOf, clock, log) { Lacking = inbox.Nudge } : null;
        var paces = new DirectoryPaces(roots, clock);
        aborter = new(bucket, work, inbox, log);
        ending = new(rules, lane, rests, volumes, fault.Task, drained.Task, Tally, Turn, clock);
        var buffers = new Buffers(rules.BufferMemory, (int)Math.Min(rules.BufferMemory, Array.MaxLength));
        var shares = volumes.Count > 1 ? new ReadShares(volumes, rules.BufferMemory) : null;
        var uploadRules = new UploadRules(rules.Quiet, rules.PartSize, rules.AcceptUnproven, rules.Unsure);
        upload = new(disk, bucket, buffers, uploadRules, paces, inbox, clock, log) { Places = places, Faults = faults, Slots = slots, Shares = shares, LetsGo = rules.Keep || rules.KeepsForAWhile };
        var lanes = new Lanes(lane, rests, slots, new(bucket.AskWhyAsync));
        uploader = new(uploads, slots, lanes, upload, inbox, volumes, fault.GuardAsync, stopping.Token, abandoning.Token);
        var reports = new DeletionReports(disk, guard, places, faults);
        stores = new(bucket);
        var sentinels = new Sentinels(disk, rules.Keep, log);
        recheck = new(confirms, slots, lane, lanes, stores, disk, reports, sentinels, inbox, volumes, clock, fault.GuardAsync, stopping.Token, abandoning.Token);
        var reprover = new Reprover(disk, buffers, uploadRules, clock) { Shares = shares };
        var deletes = new Window[volumes.Count];
        stages = new VolumeStages[volumes.Count];
        for (var i = 0; i < stages.Length; i++)
        {
            deletes[i] = new(Math.Clamp(AllDeleteWindows / stages.Length, LeastDeleteWindow, DeleteWindow));
            var (watch, own) = (openWatch(), volumes.RootsOf(i));
            var scanner = new Scanner(roots, disk, watch, sieve, inbox, work, unnameable, rules is { RemoveEmpty: true, Keep: false } ? root => !guard.IsStopped && places.WhyNot(root) is null && !(ages.SinceStep < Scanner.LeastEmpty) : null, volumes.Add(), log) { LooksAtAll = rules.Order != Order.Found };
            var watcher = new Watcher(roots, own, disk, watch, sieve, inbox, scanner, work, unnameable, new(rules.Quiet, rules.Once ? null : rules.Rescan, SettlingLimit), volumes.Add(), clock, log)
            {
                Opening = root => upload.Doubts.Say(root, Platform.DoubtIn(root.Path), rules.Unsure),
                Ripened = () => ForEach(other => other.RescanNow()),
            };
            scanner.RootMissing = watcher.Lost;
            scanner.Unwatched = new(roots, watch, root => scanner.Request(root, FoundBy.PeriodicScan), () => watcher.RescanInterval, clock, log);
            stages[i] = new(watch, watcher, scanner, new(deletes[i], disk, reprover, guard, places, reports, sentinels, space, inbox, volumes, clock), deletes[i]);
        }
        loop = new(ledger, roots, inbox, new(uploads, confirms, deletes, volumes.Of, clock), work, new(rules.Keep) { Endpoint = bucket.Endpoint, KeepFor = rules.KeepFor, KeepsWhileRoom = rules.KeepFree is not null, Order = rules.Order, MostUploads = root => paces.MostAtOnce(root, slots.LimitOf(slots.Of(root))), ForgetAfter = rules.ForgetAfter, Rests = rests }, clock, Tally, log)
        {
            Places = places,
            IsSilent = volumes.IsRootSilent,
            Unwanted = new(ledger, sieve, clock),
            Space = space,
            Partials = new(ledger, aborter, clock),
            Vitals = new(ledger, roots, uploads, confirms, deletes, bucket.Requests, OverflowsOf, VitalNames.Of(rules, lane, slots, () => bucket.IsHeldByBandwidth ? SlotsSetBy.Bandwidth : buffers.HasWaiters ? SlotsSetBy.Memory : null, rests, guard, places, faults, volumes, stages[0].Watcher, uploads, deletes[0], InboxLimit, SettlingLimit), clock),
        };
    }

    /// <summary>What the run has done so far.</summary>
    public Tally Tally { get; } = new();

    /// <summary>Names no key can express that were seen.</summary>
    public int Unnameable => unnameable.Count;

    /// <summary>Files that the filters left out.</summary>
    public int LeftOut => sieve.Count;

    /// <summary>How often notifications were lost.</summary>
    public long Overflows => rules.Roots.Sum(root => OverflowsOf(root.Index));

    /// <summary>Called, once, when every directory that can be watched is, or has not answered for a while. Any thread.</summary>
    public Action? Began { get; set; }

    /// <summary>How often the ledger's thread has come round. Any thread.</summary>
    public long Turns => loop.Turns;

    /// <summary>Has the ledger's thread come round once more, though there may be nothing to do. Any thread.</summary>
    public void Turn() => inbox.Nudge();

    /// <summary>Ends the run with a fault from outside: nothing more is begun, not even what was handed out. Any thread.</summary>
    public void Fail(Exception why)
    {
        fault.Set(why);
        BeginNothingMore();
    }

    /// <summary>Takes up what of other rules a run that is under way can. Any thread, one at a time.</summary>
    public void Change(PipelineRules other)
    {
        ForEach(watcher => watcher.RescanEvery(other.Rescan));
        ForEach(watcher => watcher.QuietFor(other.Quiet));
        upload.Quiet = other.Quiet;
        upload.Unsure = other.Unsure;
        bucket.Bandwidth = other.Bandwidth;
        slots.Allow(other.Uploaders);
        uploader.Feed.Pump();
        if (sieve.Change(other.Roots))
        {
            ForEach(watcher => watcher.RescanNow());
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
        // One of each volume is ended by its watcher when the first scans are asked for, one by the ledger loop when it has looked at its rows, and
        // with --once one of each volume when its first scans have ended.
        work.Begin(1 + (rules.Once ? 2 * stages.Length : stages.Length));
        work.Drained = () => drained.TrySetResult();
        // On the thread that asks for the stop: the pool's may be busy for seconds, with the very work that is not to be begun any more.
        using var promptly = stop.UnsafeRegister(static pipeline => ((Pipeline)pipeline!).BeginNothingMore(), this);
        var ledgerThread = fault.Start("ledger", loop.Run);
        using var late = new Timer(_ => Begin(stages.Length), null, ToBegin, Timeout.InfiniteTimeSpan);
        var scanning = stages.Length;
        foreach (var stage in stages)
        {
            stage.Scanner.FirstEnded = rules.Once ? () => stage.Watcher.Confirm(() =>
            {
                if (Interlocked.Decrement(ref scanning) == 0)
                {
                    work.Close();
                }
                work.End();
            }) : null;
            stage.Start(fault.Start, begun =>
            {
                work.End(begun);
                Begin(1);
            }, stopping.Token);
        }
        var aborting = fault.GuardAsync(Task.Run(() => aborter.RunAsync(stopping.Token)));

        var failure = await ending.WaitAsync(stop);

        var until = Environment.TickCount64 + (long)(rules.Grace + ToJoin).TotalMilliseconds;
        BeginNothingMore();
        await ending.FinishAsync(() => [.. uploader.Loops, .. recheck.Loops, .. stages.SelectMany(stage => stage.Deleting), aborting], abandoning);
        inbox.Complete();
        var soon = Environment.TickCount64 + (long)ToJoin.TotalMilliseconds;
        for (var i = 0; i < stages.Length; i++)
        {
            // What answers ends as well, but a machine under load may need longer than a moment for it.
            stages[i].Join(volumes.IsSilent(i) ? soon : Math.Max(soon, until));
        }
        stores.Dispose();
        space?.Dispose();
        volumes.Dispose();
        if (!Limited.Join(ledgerThread, stop.IsCancellationRequested ? Math.Max(Environment.TickCount64 + (long)ToJoin.TotalMilliseconds, until) : long.MaxValue))
        {
            return new(new TimeoutException("the ledger's disk does not answer: it is left as it is, and the next run goes on with it"), 0, 0) { IsLedgerStuck = true };
        }
        for (var i = 0; i < stages.Length; i++)
        {
            if (!volumes.IsSilent(i))
            {
                stages[i].LetGo();
            }
        }
        return Result(failure ?? (fault.Task.IsCompleted ? fault.Task.Result : null));
    }

    void ForEach(Action<Watcher> each) => Array.ForEach(stages ?? [], stage => each(stage.Watcher));

    long OverflowsOf(int root) => stages[volumes.Of(root)].Watcher.OverflowsOf(root);

    /// <summary>So many volumes are watched by now.</summary>
    void Begin(int count)
    {
        if (Interlocked.Add(ref begun, count) >= stages.Length && Interlocked.Exchange(ref hasBegun, true) is false)
        {
            Began?.Invoke();
        }
    }

    /// <summary>Stops whoever hands out or begins something. Any thread, also more than once.</summary>
    void BeginNothingMore()
    {
        Array.ForEach(stages, stage => stage.Stop());
        loop.Stop();
        stopping.Cancel();
    }

    RunResult Result(Exception? failure)
    {
        var unseen = stages.Sum(stage => stage.Scanner.Unlisted.Union(stage.Watcher.Unreached.Select(root => (root, ""))).Count());
        return RunResult.Of(rules, ledger, loop.Book, failure) with { Unseen = unseen };
    }
}
