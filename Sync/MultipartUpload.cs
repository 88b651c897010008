using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// One attempt to upload one large file: read once, part by part, each sent from its buffer while the next is read. A part that fails is sent again from memory.
/// What is there when an attempt ends for the endpoint's reasons, or with the program, stays for the next one, which reads the file again and sends only what is
/// not there; of everything else the upload is aborted. Belongs to one uploader.
/// </summary>
sealed class MultipartUpload(Bucket bucket, ObjectWriter writer, PartReader reader, DirectoryPaces paces, Slots? slots, Job job, string key, Inbox inbox, ILogger log)
{
    // Of an upload that is gone some servers (Ceph) say 500, as if it were only busy.
    const int MostFruitless = 5;
    const int TriesToAbort = 3;
    static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan ToAbort = TimeSpan.FromSeconds(5);

    readonly string name = job.Root.Bucket;
    readonly ConditionTrial trial = writer.TrialOf(job.Root.Bucket);
    readonly ObjectHeaders? headers = job.HeadersAt(reader.File.Stamp);
    readonly PartSender sender = new(bucket, reader, paces, slots, job, inbox);

    /// <summary>Null if the file ended before its length: it changed.</summary>
    public async Task<Outcome?> RunAsync(CancellationToken abandon)
    {
        var stamp = reader.File.Stamp;
        // After a crash the object may be there already: then reading is enough.
        var head = await bucket.HeadAsync(name, key, abandon);
        if (head.Ok)
        {
            await AbortAsync();
            return head.Size is { } there && there != stamp.Size ? writer.Compare(stamp, "", head)
                : await reader.DigestAsync(abandon) is { } known ? writer.Compare(stamp, known, head)
                : null;
        }
        if (head.Fault != Fault.NotThere && !ObjectWriter.IsBlind(head))
        {
            return Outcome.Of(head);
        }
        // Asked before anything is sent: what cannot be completed shall not be sent either.
        if (ObjectWriter.IsBlind(head)
            && await trial.PermitAsync(job.Root, key, head, completing: true, abandon) is { } obstacle)
        {
            return obstacle;
        }
        if (await GoOnOrBeginAsync(abandon) is { } refusal)
        {
            return Outcome.Of(refusal);
        }
        var upload = job.Partial!;
        // Also if reading fails, as on a share that is away for a while.
        var isKept = true;
        try
        {
            FailPoint.Reach("multipart.created");
            var failed = await sender.SendAllAsync(upload, abandon);
            if (failed is { Fault: Fault.None } || !reader.Unchanged())
            {
                isKept = false;
                return null;
            }
            var outcome = failed is { } reply ? Outcome.Of(reply) : await CompleteAsync(upload.UploadId, stamp, abandon);
            if (outcome is { Happening: Happening.Proven, Adopted: false })
            {
                Leave(UploadStep.Ended, upload);
            }
            isKept = outcome.Fault == Fault.Abandoned || (outcome.IsEndpoint && !IsFruitless(upload, outcome.Fault));
            return outcome;
        }
        finally
        {
            if (!isKept || upload.Parts.Count == 0)
            {
                await AbortAsync();
            }
        }
    }

    /// <summary>Sees to it that the job has an upload that can be gone on with: the one there is, if the server agrees, or a new one. Null, or why there is none.</summary>
    async Task<Reply?> GoOnOrBeginAsync(CancellationToken abandon)
    {
        if (job.Partial is { } upload)
        {
            if (upload.Bucket == name && upload.Key == key && upload.Kind == bucket.Checksum && upload.PartSize == reader.PartSize && upload.Headers == PartialUpload.DigestOf(headers))
            {
                Dictionary<int, StoredPart> there = [];
                var listed = await bucket.ListPartsAsync(name, key, upload.UploadId, there, abandon);
                if (listed.Ok)
                {
                    upload.KeepOnly(there);
                    log.UploadResumed(Shown.Name(job.FullPath), upload.Parts.Count, reader.Parts);
                    FailPoint.Reach("multipart.resumed");
                    return null;
                }
                if (listed.Fault == Fault.Abandoned || (listed.IsEndpoint && !IsFruitless(upload, listed.Fault)))
                {
                    return listed;
                }
            }
            // Gone, or not to be seen, or begun for another object than it would be now.
            await AbortAsync();
        }
        var created = await bucket.CreateUploadAsync(name, key, abandon, headers);
        if (!created.Ok)
        {
            return created;
        }
        job.Partial = new(name, key, created.UploadId, bucket.Checksum, reader.PartSize, PartialUpload.DigestOf(headers));
        inbox.PostNote(job, new(UploadStep.Begun, job.Partial));
        return null;
    }

    /// <summary>True if the server has answered so often, and yet nothing came of it, that the upload itself may be the reason.</summary>
    bool IsFruitless(PartialUpload upload, Fault fault)
    {
        if (sender.Sent > 0 || fault != Fault.Overloaded)
        {
            return false;
        }
        upload.Fruitless++;
        inbox.PostNote(job, new(UploadStep.Fruitless, upload));
        return upload.Fruitless >= MostFruitless;
    }

    async Task<Outcome> CompleteAsync(string uploadId, Stamp stamp, CancellationToken abandon)
    {
        var whole = sender.Whole;
        // False where the condition alone protects what may be there: then it must be sent.
        var isSeen = false;
        if (trial.Conditions.MustLook(completing: true))
        {
            var clearance = await writer.ClearAsync(job.Root, key, stamp, whole, completing: true, abandon);
            if (clearance.Obstacle is { } obstacle)
            {
                return obstacle;
            }
            isSeen = clearance.IsSeen;
        }
        // What another uploader learns meanwhile must not take both the look and the condition away.
        var send = !isSeen || trial.Conditions.Send(completing: true);
        FailPoint.Reach("multipart.completing");
        var reply = await bucket.CompleteUploadAsync(name, key, uploadId, sender.Parts, whole, send, abandon);
        FailPoint.Reach("multipart.completed");
        if (reply.Fault == Fault.NoConditions && send)
        {
            trial.Learn(Conditions.State.Refused, completing: true);
            var clearance = await writer.ClearAsync(job.Root, key, stamp, whole, completing: true, abandon);
            if (clearance.Obstacle is { } obstacle)
            {
                return obstacle;
            }
            reply = clearance.IsSeen
                ? await bucket.CompleteUploadAsync(name, key, uploadId, sender.Parts, whole, onlyIfNew: false, abandon)
                : reply;
        }
        if (!reply.Ok && reply.Fault is not (Fault.Exists or Fault.Abandoned)
            && await writer.LookAsync(name, key, stamp, whole, abandon) is { Happening: Happening.Proven } stored)
        {
            // The answer was lost, the object is there.
            return stored;
        }
        return await writer.JudgeAsync(name, key, stamp, whole, reply, abandon);
    }

    /// <summary>What was sent would be stored and billed for ever; also when stopping, hence a limit of its own. Nothing to do where there is no upload.</summary>
    async Task AbortAsync()
    {
        if (job.Partial is not { } upload)
        {
            return;
        }
        FailPoint.Reach("multipart.aborting");
        using var limit = new CancellationTokenSource(ToAbort);
        for (var attempt = 1; attempt <= TriesToAbort; attempt++)
        {
            var reply = await bucket.AbortUploadAsync(upload.Bucket, upload.Key, upload.UploadId, limit.Token);
            // Not there: the upload was completed, or aborted by an attempt whose answer was lost.
            if (reply.Ok || reply.Fault == Fault.NotThere)
            {
                Leave(UploadStep.Ended, upload);
                return;
            }
            if (reply.Fault == Fault.Abandoned)
            {
                break;
            }
            await Task.Delay(BetweenTries * attempt, CancellationToken.None);
        }
        Leave(UploadStep.Stale, upload);
    }

    void Leave(UploadStep step, PartialUpload upload)
    {
        job.Partial = null;
        inbox.PostNote(job, new(step, upload));
    }
}
