using System;
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
    // A file that meets faults of the endpoint this often in a row gives its place to the next one for a while.
    const int MostFaults = 3;
    static readonly TimeSpan StepAside = TimeSpan.FromSeconds(5);

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
        var before = lane.Successes;
        for (var faults = 1; ; faults++)
        {
            var probe = await lane.EnterAsync(stop);
            var outcome = await upload.TryAsync(job, abandon);
            if (outcome.Fault == Fault.Abandoned)
            {
                job.Release();
                lane.Abandon(probe);
                return;
            }
            // One of several buckets may be wrong; the others must not wait for it.
            if (!outcome.IsEndpoint || (outcome.Fault == Fault.NoBucket && !hasOneBucket))
            {
                Pass(outcome, probe);
                Report(job, outcome);
                return;
            }
            job.Release();
            lane.Fault(probe, outcome.Error ?? outcome.Fault.ToString());
            if (faults >= MostFaults && outcome.Fault == Fault.Overloaded)
            {
                // Others got through meanwhile: then it is this file the server cannot take. Else it is the server, and no fault of the file.
                var happening = lane.Successes > before ? Happening.Failed : Happening.Unsettled;
                Report(job, outcome with { Happening = happening, Delay = StepAside });
                return;
            }
        }
    }

    void Pass(in Outcome outcome, bool probe)
    {
        if (outcome.Fault == Fault.Refused)
        {
            lane.Refuse(probe, outcome.Error ?? "");
        }
        else if (outcome.Reached)
        {
            lane.Leave();
        }
        else
        {
            lane.Abandon(probe);
        }
    }

    void Report(Job job, in Outcome outcome)
    {
        if (outcome.Happening != Happening.Proven)
        {
            job.Release();
        }
        inbox.PostResult(new(outcome.Happening, job.Root, job.Path, job)
        {
            Stamp = outcome.Stamp,
            Receipt = outcome.Receipt,
            Adopted = outcome.Adopted,
            Error = outcome.Error,
            Delay = outcome.Delay,
        });
    }
}
