using System.Collections.Generic;
using Microsoft.Extensions.Logging;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Logs why uploaded files are kept: each file once for each reason, and files of another address once a run for each of these. Belongs to the ledger's thread.
/// </summary>
sealed class KeptNotes(IReadOnlyList<Root> roots, ILogger log)
{
    // Endpoint and bucket: a few, whatever keys are made of.
    readonly HashSet<(int Root, string Endpoint, string Bucket)> said = [];

    public void Say(Job job, in Report report, string delay)
    {
        if (report.Code == FailureCode.OtherAddress && job.Address is { } address)
        {
            if (said.Add((job.Root.Index, address.Endpoint, address.Bucket)))
            {
                var root = roots[job.Root.Index];
                log.KeptElsewhere(Shown.Name(root.Path), Shown.Address(address), $"s3://{root.Bucket}/{Shown.Name(Keys.Head(root.Prefix))}");
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
