using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Takes jobs from the window, one at a time, and reports each once. Several run side by side; they share the lane, the upload and the inbox.
/// A fault of the endpoint keeps the job here until the endpoint works again; a fault of the file goes back to the ledger.
/// One whose disk does not answer gives back its pass, and has another one take its place (invariant 8).
/// </summary>
sealed class Uploader(Window window, Lane lane, Upload upload, Inbox inbox, Volumes volumes, bool hasOneBucket)
{
    // A file that meets faults of the endpoint this often in a row gives its place to the next one.
    const int MostFaults = 3;

    readonly Suspects suspects = new();

    /// <summary>Runs until <paramref name="stop"/>: then nothing new starts. <paramref name="abandon"/> cuts off what is in flight; its rows stay pending.</summary>
    /// <param name="replace">Called, by any thread, when another one is to take its place: it ends with the job that it has.</param>
    public async Task RunAsync(Action replace, CancellationToken stop, CancellationToken abandon)
    {
        PassHolder holder = new(lane);
        holder.Worker = volumes.Add(isPooled: true, isAwaited: true, () => holder.Overtake(replace), holder.TakeBackAsync);
        try
        {
            await foreach (var job in window.TakeAsync(stop))
            {
                job.Worker = holder.Worker;
                await WorkAsync(job, holder, stop, abandon);
                if (holder.Worker.IsReplaced)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        finally
        {
            volumes.Remove(holder.Worker);
        }
    }

    async Task WorkAsync(Job job, PassHolder holder, CancellationToken stop, CancellationToken abandon)
    {
        for (var faults = 1; ; faults++)
        {
            // Whoever waits for a pass only to be turned away takes it from another.
            if (volumes.IsRootSilent(job.Root.Index))
            {
                Report(job, Outcome.TurnedAway);
                return;
            }
            holder.Pass = await lane.EnterAsync(stop);
            var begun = Stopwatch.GetTimestamp();
            var outcome = await upload.TryAsync(job, abandon);
            var held = holder.Take();
            if (outcome.Fault == Fault.Abandoned)
            {
                Release(job);
                if (held is { } left)
                {
                    lane.Abandon(left);
                }
                return;
            }
            if (held is not { } pass)
            {
                Report(job, outcome.IsEndpoint ? Outcome.TurnedAway : outcome, took: Stopwatch.GetElapsedTime(begun));
                return;
            }
            // One of several buckets may be wrong; the others must not wait for it.
            if (!outcome.IsEndpoint || (outcome.Fault == Fault.NoBucket && !hasOneBucket))
            {
                suspects.Forget(job.Root.Index, job.Path);
                Leave(outcome, pass);
                Report(job, outcome, took: Stopwatch.GetElapsedTime(begun));
                return;
            }
            Release(job);
            lane.Fault(pass, outcome.Error ?? outcome.Fault.ToString(), overloaded: outcome.Fault is Fault.Overloaded or Fault.Exhausted, isOurs: outcome.Fault == Fault.Exhausted);
            // The next probe is another file's: the server, or the way to it, may be unable to take this one only (a filter that drops
            // the connection, a key that is signed otherwise there), and some such files must not hold all uploaders.
            var isFile = suspects.Blame(job.Root.Index, job.Path, lane.Successes);
            if (isFile || pass.IsProbe || faults >= MostFaults)
            {
                Report(job, outcome with { Happening = isFile ? Happening.Failed : Happening.Unsettled }, stepsAside: !isFile);
                return;
            }
        }
    }

    void Leave(in Outcome outcome, Pass pass)
    {
        if (outcome.Fault == Fault.Refused)
        {
            lane.Refuse(pass, outcome.Error ?? "");
        }
        else if (outcome.Reached)
        {
            lane.Leave(pass);
        }
        else
        {
            lane.Abandon(pass);
        }
    }

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

    /// <summary>One loop's pass, which is taken away from it while its disk does not answer.</summary>
    sealed class PassHolder(Lane lane)
    {
        public DiskWorker Worker { get; set; } = null!;

        /// <summary>What the attempt under way was let through as; null where there is none, or it was taken away.</summary>
        public Pass? Pass { get; set; }

        /// <summary>The pass, which is for the caller to give back.</summary>
        public Pass? Take()
        {
            var pass = Pass;
            Pass = null;
            return pass;
        }

        public void Overtake(Action replace)
        {
            if (Take() is { } pass)
            {
                lane.Abandon(pass);
            }
            if (!Worker.IsReplaced)
            {
                replace();
            }
        }

        /// <summary>Waits for a pass again.</summary>
        public async ValueTask TakeBackAsync(CancellationToken cancel) => Pass ??= await lane.EnterAsync(cancel);
    }
}
