using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Takes jobs from the window, one at a time, and reports each once. Several run side by side; they share the lanes, the upload and the inbox.
/// Whatever the fault, the job goes back to the ledger, and its turn stays what it was if it is not the file's.
/// One whose disk does not answer gives back its ticket, and has another one take its place (invariant 8).
/// </summary>
sealed class Uploader(Window window, Lane lane, Lanes lanes, Upload upload, Inbox inbox, Volumes volumes)
{
    // What failed before and finds too many of its kind here: long enough that thousands of them cost the ledger little.
    static readonly TimeSpan Later = TimeSpan.FromSeconds(5);

    readonly Feed feed = new(window, () => lane.Width, job => SendBack(job, inbox, Later * (1 + Random.Shared.NextDouble())));

    /// <summary>Runs until <paramref name="stop"/>: then nothing new starts. <paramref name="abandon"/> cuts off what is in flight; its rows stay pending.</summary>
    /// <param name="replace">Called, by any thread, when another one is to take its place: it ends with the job that it has.</param>
    public async Task RunAsync(Action replace, CancellationToken stop, CancellationToken abandon)
    {
        Turn turn = new(lanes, feed);
        turn.Worker = volumes.Add(isPooled: true, isAwaited: true, () => turn.Overtake(replace), turn.TakeBackAsync);
        try
        {
            await foreach (var job in feed.TakeAsync(stop))
            {
                job.Worker = turn.Worker;
                await WorkAsync(job, turn, stop, abandon);
                if (turn.Worker.IsReplaced)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested || abandon.IsCancellationRequested)
        {
        }
        finally
        {
            volumes.Remove(turn.Worker);
        }
    }

    async Task WorkAsync(Job job, Turn turn, CancellationToken stop, CancellationToken abandon)
    {
        // What would wait for a ticket only to be turned away takes it from another.
        if (volumes.IsRootSilent(job.Root.Index))
        {
            Report(job, Outcome.TurnedAway);
            return;
        }
        var ticket = await lanes.EnterAsync(job.Root, stop, abandon);
        if (!ticket.IsIn)
        {
            SendBack(job, inbox, TimeSpan.Zero);
            return;
        }
        turn.Begin(job, ticket);
        var begun = Stopwatch.GetTimestamp();
        var outcome = await upload.TryAsync(job, abandon);
        var took = Stopwatch.GetElapsedTime(begun);
        if (turn.Take() is not { } held)
        {
            LeaveWithout(job, outcome, took);
            return;
        }
        switch (await lanes.LeaveAsync(held, job, outcome, Feed.IsAside(job), abandon))
        {
            case Consequence.AsTold:
                Report(job, outcome, took: took);
                break;
            case Consequence.Blamed:
                Report(job, outcome with { Happening = Happening.Failed });
                break;
            case Consequence.Waits:
                Report(job, outcome with { Happening = Happening.Unsettled }, stepsAside: true);
                break;
            default:
                Release(job);
                break;
        }
    }

    /// <summary>The attempt lost its ticket while its disk did not answer, and never had it back: of the endpoint it says nothing.</summary>
    void LeaveWithout(Job job, in Outcome outcome, TimeSpan took)
    {
        if (outcome.Fault == Fault.Abandoned)
        {
            Release(job);
            return;
        }
        Report(job, outcome.IsEndpoint ? Outcome.TurnedAway : outcome, took: took);
    }

    /// <summary>Nothing was tried.</summary>
    static void SendBack(Job job, Inbox inbox, TimeSpan delay) =>
        inbox.PostResult(new(Happening.Unsettled, job.Root, job.Path, job) { Stamp = job.Stamp, Delay = delay, StepsAside = true });

    void Report(Job job, in Outcome outcome, bool stepsAside = false, TimeSpan took = default)
    {
        if (outcome.Happening != Happening.Proven)
        {
            Release(job);
        }
        FailPoint.Reach("upload.ended");
        inbox.PostResult(new(outcome.Happening, job.Root, job.Path, job)
        {
            Stamp = outcome.Stamp,
            Receipt = outcome.Receipt,
            Adopted = outcome.Adopted,
            Error = outcome.Error,
            Code = outcome.Code,
            Request = outcome.Request,
            Delay = outcome.Delay,
            StepsAside = stepsAside,
            IsHeldBack = outcome.IsHeldBack,
            IsTurnedAway = outcome.IsTurnedAway,
            Took = took,
        });
    }

    /// <summary>Lets go of the file, as a call of its disk: to close it may take long as well.</summary>
    static void Release(Job job)
    {
        if (job.Source is not null)
        {
            using var call = job.Worker?.Begin(job.Root, evenIfSilent: true) ?? default;
            job.Release();
        }
    }

    /// <summary>One loop's attempt, whose ticket is taken away from it while its disk does not answer.</summary>
    sealed class Turn(Lanes lanes, Feed feed)
    {
        Job job = null!;
        // What the attempt under way was let through as; null where there is none, or it was taken away.
        Ticket? ticket;

        public DiskWorker Worker { get; set; } = null!;

        public void Begin(Job of, in Ticket ticket) => (job, this.ticket) = (of, ticket);

        /// <summary>The ticket, which is for the caller to give back.</summary>
        public Ticket? Take()
        {
            var taken = ticket;
            ticket = null;
            return taken;
        }

        public void Overtake(Action replace)
        {
            if (Take() is { } taken)
            {
                lanes.Abandon(taken, job.Root);
                feed.Leave(job);
            }
            if (!Worker.IsReplaced)
            {
                replace();
            }
        }

        /// <summary>Waits for a ticket again. If its bucket rests by now, it is tried all the same: the file has been read.</summary>
        public async ValueTask TakeBackAsync(CancellationToken cancel) =>
            ticket ??= new(true, await lanes.EnterAsync(job.Root.Bucket, cancel, cancel), 0);
    }
}
