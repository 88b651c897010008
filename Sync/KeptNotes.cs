using System.Collections.Generic;
using Microsoft.Extensions.Logging;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Logs why uploaded files are kept: each file once for each reason, and files of another address once a run for each of these. Belongs to the ledger's thread.
/// </summary>
/// <param name="endpoint">Today's object store.</param>
sealed class KeptNotes(string endpoint, ILogger log)
{
    // Endpoint and bucket: a few, whatever keys are made of.
    readonly HashSet<(int Root, string Endpoint, string Bucket)> said = [];

    public void Say(Job job, in Report report, string delay)
    {
        if (report.Code == FailureCode.OtherAddress && job.Address is { } address)
        {
            if (said.Add((job.Root.Index, address.Endpoint, address.Bucket)))
            {
                Keys.Make(job.Root, job.Path, job.Stamp.Modified, out var key);
                log.KeptElsewhere(Shown.Name(job.FullPath), Shown.Address(address), Shown.Address(new(endpoint, job.Root.Bucket, key)));
            }
            log.KeptStill(Shown.Name(job.FullPath), report.Why);
        }
        else if (job.Code == report.Code)
        {
            log.KeptStill(Shown.Name(job.FullPath), report.Why);
        }
        else
        {
            log.KeptUnconfirmed(Shown.Name(job.FullPath), report.Why, delay);
        }
    }
}
