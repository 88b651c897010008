using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Uploads files, one at a time in each loop, and reports each once. Several loops run side by side; they share the lanes, the slots, the upload and the inbox.
/// Whatever the fault, the job goes back to the ledger, and its turn stays what it was if it is not the file's.
/// One whose disk does not answer gives back its slot and its ticket, and loses its place to another (invariant 8).
/// </summary>
sealed class Uploader
{
    // What failed before and finds too many of its kind here: long enough that thousands of them cost the ledger little.
    static readonly TimeSpan Later = TimeSpan.FromSeconds(5);

    readonly Slots slots;
    readonly Lanes lanes;
    readonly Upload upload;
    readonly Inbox inbox;
    readonly Volumes volumes;
    readonly Crew crew;
    readonly CancellationToken stop, abandon;

    /// <param name="guard">Runs a loop, and takes note of what it cannot go on after.</param>
    /// <param name="stop">Then nothing new starts.</param>
    /// <param name="abandon">Cuts off what is in flight; its rows stay pending.</param>
    public Uploader(Window window, Slots slots, Lanes lanes, Upload upload, Inbox inbox, Volumes volumes, Func<Task, Task> guard, CancellationToken stop, CancellationToken abandon)
    {
        (this.slots, this.lanes, this.upload, this.inbox, this.volumes, this.stop, this.abandon) = (slots, lanes, upload, inbox, volumes, stop, abandon);
        crew = new(window, slots, slots.LimitOf, volumes, job => SendBack(job, inbox, Later * (1 + Random.Shared.NextDouble())), job => guard(RunAsync(job)), stop, abandon);
    }

    /// <summary>Gives the files to the loops.</summary>
    public Feed Feed => crew.Feed;

    /// <summary>The loops that may not have ended.</summary>
    public Task[] Loops => crew.Loops;

    async Task RunAsync(Job first)
    {
        Turn turn = new(slots, lanes, Feed);
        turn.Worker = volumes.Add(isPooled: true, isAwaited: true, turn.Overtake, turn.TakeBackAsync);
        await crew.WorkAsync(first, turn.Worker, job => WorkAsync(job, turn));
    }

    async Task WorkAsync(Job job, Turn turn)
    {
        // What would wait for a ticket only to be turned away takes it from another.
        if (volumes.IsRootSilent(job.Root.Index))
        {
            Report(job, Outcome.TurnedAway);
            return;
        }
        var root = job.Root.Index;
        await slots.TakeAsync(root, stop);
        Ticket ticket = default;
        try
        {
            ticket = await lanes.EnterAsync(job.Root, stop, abandon);
        }
        finally
        {
            if (!ticket.IsIn)
            {
                slots.Give(root);
            }
        }
        if (!ticket.IsIn)
        {
            SendBack(job, inbox, TimeSpan.Zero);
            return;
        }
        turn.Begin(job, ticket);
        var begun = Stopwatch.GetTimestamp();
        var outcome = await upload.TryAsync(job, abandon);
        var took = Stopwatch.GetElapsedTime(begun);
        slots.Note(root, outcome, begun);
        if (turn.Take() is not { } held)
        {
            LeaveWithout(job, outcome, took);
            return;
        }
        // An answer that is a question may take long: what is sent meanwhile takes its place.
        slots.Give(root);
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

    /// <summary>One loop's attempt, whose slot and ticket are taken away from it while its disk does not answer.</summary>
    sealed class Turn(Slots slots, Lanes lanes, Feed feed)
    {
        Job job = null!;
        // What the attempt under way was let through as, with a slot; null where there is none, or it was taken away.
        Ticket? ticket;

        public DiskWorker Worker { get; set; } = null!;

        public void Begin(Job of, in Ticket ticket) => (job, this.ticket) = (of, ticket);

        /// <summary>The ticket, which is for the caller to give back, as the slot is.</summary>
        public Ticket? Take()
        {
            var taken = ticket;
            ticket = null;
            return taken;
        }

        public void Overtake()
        {
            if (Take() is { } taken)
            {
                slots.Give(job.Root.Index);
                lanes.Abandon(taken, job.Root);
            }
            // Another one works in its place.
            feed.Leave(job);
        }

        /// <summary>Waits for a slot and a ticket again. If its bucket rests by now, it is tried nevertheless: the file has been read.</summary>
        public async ValueTask TakeBackAsync(CancellationToken cancel)
        {
            if (ticket is null)
            {
                await slots.TakeAsync(job.Root.Index, cancel);
                ticket = new(true, await lanes.EnterAsync(job.Root.Bucket, cancel, cancel), 0);
            }
        }
    }
}
