using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Takes jobs from the window, one at a time, and reports each once. Several run side by side; they share the lanes, the upload and the inbox.
/// Whatever the fault, the job goes back to the ledger, and its turn stays what it was if it is not the file's.
/// </summary>
sealed class Uploader(Window window, Lane lane, Lanes lanes, Upload upload, Inbox inbox)
{
    // What failed before and finds too many of its kind here: long enough that thousands of them cost the ledger little.
    static readonly TimeSpan Later = TimeSpan.FromSeconds(5);

    readonly Feed feed = new(window, () => lane.Width, job => SendBack(job, inbox, Later * (1 + Random.Shared.NextDouble())));

    /// <summary>Runs until <paramref name="stop"/>: then nothing new starts. <paramref name="abandon"/> cuts off what is in flight; its rows stay pending.</summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        try
        {
            await foreach (var job in feed.TakeAsync(stop))
            {
                await WorkAsync(job, stop, abandon);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested || abandon.IsCancellationRequested)
        {
        }
    }

    async Task WorkAsync(Job job, CancellationToken stop, CancellationToken abandon)
    {
        var ticket = await lanes.EnterAsync(job.Root, stop, abandon);
        if (!ticket.IsIn)
        {
            SendBack(job, inbox, TimeSpan.Zero);
            return;
        }
        var begun = Stopwatch.GetTimestamp();
        var outcome = await upload.TryAsync(job, abandon);
        var took = Stopwatch.GetElapsedTime(begun);
        switch (await lanes.LeaveAsync(ticket, job, outcome, Feed.IsAside(job), abandon))
        {
            case Ending.AsTold:
                Report(job, outcome, took: took);
                break;
            case Ending.Blamed:
                Report(job, outcome with { Happening = Happening.Failed });
                break;
            case Ending.Waits:
                Report(job, outcome with { Happening = Happening.Unsettled }, stepsAside: true);
                break;
            default:
                job.Release();
                break;
        }
    }

    /// <summary>Nothing was tried.</summary>
    static void SendBack(Job job, Inbox inbox, TimeSpan delay) =>
        inbox.PostResult(new(Happening.Unsettled, job.Root, job.Path, job) { Stamp = job.Stamp, Delay = delay, StepsAside = true });

    void Report(Job job, in Outcome outcome, bool stepsAside = false, TimeSpan took = default)
    {
        if (outcome.Happening != Happening.Proven)
        {
            job.Release();
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
            Took = took,
        });
    }
}
