using System;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary>
/// Checks that an object which some other ledger, or only the bucket, tells of is what is on this machine under its name. Nothing is taken on trust:
/// what is here is read, and compared with what the server states. Any thread.
/// </summary>
/// <param name="partSizeOf">Bytes of a part of an object of a length in bytes, if it was sent in parts.</param>
/// <param name="unsure">How long a file must have been left alone where the system cannot tell whether somebody writes it.</param>
sealed class Claims(Bucket bucket, IDisk disk, Func<long, long> partSizeOf, TimeSpan unsure)
{
    readonly QuietTime quietTime = new(TimeProvider.System);

    // A server that is busy is asked again so often, with pauses of half a second to 8 s.
    const int Attempts = 6;

    /// <summary>HEAD, again where the endpoint had a fault that passes.</summary>
    public async Task<Reply> HeadAsync(string name, string key, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            var reply = await bucket.FindAsync(name, key, stop);
            if (!reply.IsEndpoint || reply.Fault is Fault.Credentials or Fault.NoBucket or Fault.Redirected or Fault.NotS3 or Fault.Clock
                || attempt == Attempts || stop.IsCancellationRequested)
            {
                return reply;
            }
            await Task.WhenAny(Task.Delay(Retry.AfterEndpointFault(attempt, Random.Shared.NextDouble()), stop));
        }
    }

    /// <summary>The receipt that an object deserves of whose bytes nothing is here: what the server states, unproven where it states no checksum.</summary>
    public Receipt ReceiptOf(in Reply head) =>
        new(string.IsNullOrEmpty(head.Checksum) ? ChecksumKind.None : bucket.Checksum, head.Checksum ?? "", head.ETag, head.VersionId);

    /// <summary>Compares a file with the object that HEAD told of; the stamp it had and its receipt where they are proven to be the same bytes.</summary>
    public (Stamp Stamp, Receipt Receipt)? Compare(string path, in Reply head, CancellationToken stop)
    {
        if (!disk.Open(path, out var file).Ok || file is null)
        {
            return null;
        }
        using (file)
        {
            if (head.Size is { } there && there != file.Stamp.Size || IsUnsure(file))
            {
                return null;
            }
            // Two seconds at most, and once for all files that are as young.
            if (quietTime.UntilTold(file) is { Ticks: > 0 } untold)
            {
                stop.WaitHandle.WaitOne(untold);
            }
            if (!string.IsNullOrEmpty(head.Checksum))
            {
                return FileDigest.Of(file, bucket.Checksum, null, stop) is { } checksum && Proof.Of(bucket.Checksum, checksum, head) == Verdict.Proven
                    ? (file.Stamp, new(bucket.Checksum, checksum, head.ETag, head.VersionId))
                    : null;
            }
            // Without a checksum the ETag may still prove it: it is an MD5 unless the bucket encrypts by KMS, and then it equals none.
            return FileDigest.Of(file, ChecksumKind.Md5, head.ETag.Contains('-') ? partSizeOf(file.Stamp.Size) : null, stop) is { } md5 && md5 == head.ETag
                ? (file.Stamp, new(ChecksumKind.Md5, md5, head.ETag, head.VersionId))
                : null;
        }
    }
    /// <summary>True if somebody may still be writing it: then a run decides, when it has been left alone for long enough.</summary>
    bool IsUnsure(SourceFile file) => file.Doubt is not null && (quietTime.Of(file.Stamp) is not { } age || age < unsure || file.HasVisibleWriter());
}
