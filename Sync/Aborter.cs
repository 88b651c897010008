using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Aborts multipart uploads that nobody will go on with, one at a time beside all other work: what was sent of them is stored and billed.
/// Only ours, by the ledger; it takes them from the ledger's thread and says of each once how it went.
/// </summary>
sealed class Aborter(Bucket bucket, Work work, Inbox inbox, ILogger log)
{
    readonly Channel<(long Id, PartialUpload Upload)> waiting = Channel.CreateUnbounded<(long, PartialUpload)>(new() { SingleReader = true, SingleWriter = true });
    readonly ConcurrentQueue<(long Id, bool IsGone)> done = [];

    /// <summary>Has one aborted. The ledger's thread.</summary>
    public void Offer(long id, PartialUpload upload)
    {
        work.Begin();
        waiting.Writer.TryWrite((id, upload));
    }

    /// <summary>Of one that was offered: whether the server has nothing of it any more. The ledger's thread.</summary>
    public bool TryTake(out long id, out bool isGone)
    {
        var any = done.TryDequeue(out var one);
        (id, isGone) = one;
        if (any)
        {
            work.End();
        }
        return any;
    }

    /// <summary>Runs until <paramref name="stop"/>; what is left then is the next run's.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && await WaitAsync(stop))
        {
            var isAway = false;
            while (waiting.Reader.TryRead(out var one))
            {
                // Of an endpoint that is away nothing more is asked until the next look.
                var reply = isAway ? default : await bucket.AbortUploadAsync(one.Upload.Bucket, one.Upload.Key, one.Upload.UploadId, stop);
                isAway |= reply.Fault == Fault.Abandoned || (reply.IsEndpoint && reply.Fault != Fault.NoBucket);
                var isGone = !isAway && reply.Fault is Fault.None or Fault.NotThere;
                if (isGone)
                {
                    log.UploadAborted(one.Upload.Bucket, Shown.Name(one.Upload.Key));
                }
                done.Enqueue((one.Id, isGone));
                inbox.Nudge();
            }
        }
    }

    async ValueTask<bool> WaitAsync(CancellationToken stop)
    {
        try
        {
            return await waiting.Reader.WaitToReadAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
