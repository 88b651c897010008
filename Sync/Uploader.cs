using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Takes jobs from the window, one at a time, and reports each once. Several run side by side; they share the lane, the upload and the inbox.
/// A fault of the endpoint keeps the job here until the endpoint works again; a fault of the file goes back to the ledger.
/// </summary>
sealed class Uploader(Window window, Lane lane, Upload upload, Inbox inbox, bool hasOneBucket)
{
    // A file that meets faults of the endpoint this often in a row gives its place to the next one.
    const int MostFaults = 3;

    readonly Suspects suspects = new();

    /// <summary>Runs until <paramref name="stop"/>: then nothing new starts. <paramref name="abandon"/> cuts off what is in flight; its rows stay pending.</summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        try
        {
            await foreach (var job in window.TakeAsync(stop))
            {
                await WorkAsync(job, stop, abandon);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    async Task WorkAsync(Job job, CancellationToken stop, CancellationToken abandon)
    {
        for (var faults = 1; ; faults++)
        {
            var pass = await lane.EnterAsync(stop);
            var begun = Stopwatch.GetTimestamp();
            var outcome = await upload.TryAsync(job, abandon);
            if (outcome.Fault == Fault.Abandoned)
            {
                job.Release();
                lane.Abandon(pass);
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
            job.Release();
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
