using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Asks the bucket once more before a file is deleted that was kept for a time after its upload: meanwhile somebody may have removed or replaced the object.
/// </summary>
sealed class Recheck(Bucket bucket)
{
    /// <summary>Null if the object is still what the receipt says; else what to report instead of deleting the file.</summary>
    public async Task<Report?> WhyNotAsync(Job job, CancellationToken stop)
    {
        var (name, key) = job.Elsewhere ?? (job.Root.Bucket, job.Key);
        var reply = await bucket.HeadAsync(name, key, stop);
        if (reply.Fault == Fault.Abandoned || reply.IsEndpoint)
        {
            return new(Happening.Unsettled, job.Root, job.Path, job) { Stamp = job.Stamp, Error = $"the bucket cannot be asked whether it still has it: {reply.Detail}", Delay = Retry.AfterEndpointFault(6, 0), Request = reply.Request };
        }
        var why = !reply.Ok ? reply.Fault == Fault.NotThere ? "it is no longer in the bucket" : $"the bucket does not say whether it still has it: {reply.Detail}"
            : reply.Size != job.Stamp.Size ? $"the bucket has {reply.Size} bytes under its key by now"
            : job.Receipt.Kind == ChecksumKind.None || Proof.Of(job.Receipt.Kind, job.Receipt.Checksum, reply) == Verdict.Proven ? null
            : "the bucket no longer proves that it has these bytes";
        return why is null ? null : new(Happening.Failed, job.Root, job.Path, job) { Stamp = job.Stamp, Error = $"kept: {why}", Request = reply.Request };
    }
}
