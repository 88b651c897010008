using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// One attempt to upload one large file: read once, part by part, each sent from its buffer while the next is read.
/// A part that fails is sent again from memory; if that does not help, the whole upload is aborted. Belongs to one uploader.
/// </summary>
sealed class MultipartUpload(Bucket bucket, ObjectWriter writer, PartReader reader, string name, string key, ObjectHeaders? headers)
{
    const int TriesPerPart = 3;
    // A part's buffer is held while it waits for its second try; longer than this and the lane should rest instead.
    static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan ToAbort = TimeSpan.FromSeconds(5);

    readonly Digest[] digests = new Digest[reader.Parts];
    readonly UploadedPart[] parts = new UploadedPart[reader.Parts];
    readonly List<Task<Reply>> sending = [];

    /// <summary>Null if the file ended before its length: it changed.</summary>
    public async Task<Outcome?> RunAsync(CancellationToken abandon)
    {
        var stamp = reader.File.Stamp;
        // After a crash the object may be there already: then reading is enough.
        var head = await bucket.HeadAsync(name, key, abandon);
        if (head.Ok)
        {
            return head.Size != stamp.Size ? writer.Compare(stamp, "", head)
                : await reader.DigestAsync(abandon) is { } known ? writer.Compare(stamp, known, head)
                : null;
        }
        if (head.IsEndpoint || head.Fault == Fault.Abandoned)
        {
            return Outcome.Of(head);
        }
        if (head.Fault == Fault.Refused && writer.MustLookBeforeComplete)
        {
            return ObjectWriter.Unseen(head);
        }
        var created = await bucket.CreateUploadAsync(name, key, abandon, headers);
        if (!created.Ok)
        {
            return Outcome.Of(created);
        }
        Outcome? outcome = null;
        var completed = false;
        try
        {
            FailPoint.Reach("multipart.created");
            var failed = await SendAllAsync(created.UploadId, abandon);
            if (failed is { Fault: Fault.None } || !reader.File.Unchanged())
            {
                return null;
            }
            outcome = failed is { } reply ? Outcome.Of(reply) : await CompleteAsync(created.UploadId, stamp, abandon);
            completed = outcome is { Happening: Happening.Proven, Adopted: false };
            return outcome;
        }
        finally
        {
            if (!completed)
            {
                await AbortAsync(created.UploadId);
            }
        }
    }

    /// <summary>Reads and sends every part. Null if all arrived; a reply without a fault if the file ended early; else the first failure.</summary>
    async Task<Reply?> SendAllAsync(string uploadId, CancellationToken abandon)
    {
        Reply? failure = null;
        try
        {
            for (var number = 1; number <= reader.Parts && failure is null; number++)
            {
                if (sending.Count == reader.AtOnce)
                {
                    failure = await TakeOneAsync();
                    if (failure is not null)
                    {
                        break;
                    }
                }
                var (buffer, length, digest) = await reader.ReadAsync(number, abandon);
                if (buffer is null)
                {
                    failure = new Reply(Fault.None);
                    break;
                }
                digests[number - 1] = digest;
                FailPoint.Reach("part.read");
                sending.Add(SendAsync(uploadId, number, buffer, length, digest, abandon));
            }
        }
        finally
        {
            // Every buffer comes back before anything else happens.
            while (sending.Count > 0)
            {
                var late = await TakeOneAsync();
                failure ??= late;
            }
        }
        return failure;
    }

    /// <summary>Waits for any part in flight; null if it arrived.</summary>
    async Task<Reply?> TakeOneAsync()
    {
        var done = await Task.WhenAny(sending);
        sending.Remove(done);
        var reply = await done;
        return reply.Ok ? null : reply;
    }

    async Task<Reply> SendAsync(string uploadId, int number, byte[] buffer, int length, Digest digest, CancellationToken abandon)
    {
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var reply = await bucket.PutPartAsync(name, key, uploadId, number, buffer, length, digest, abandon);
                if (reply.Ok)
                {
                    FailPoint.Reach("part.stored");
                    parts[number - 1] = new(number, reply.ETag, digest);
                    return reply;
                }
                if (attempt == TriesPerPart || reply.Fault is not (Fault.Unreachable or Fault.Overloaded or Fault.Corrupted))
                {
                    return reply;
                }
                await Task.Delay(BetweenTries * attempt, abandon);
            }
        }
        catch (OperationCanceledException)
        {
            return new(Fault.Abandoned);
        }
        finally
        {
            reader.Return(buffer);
        }
    }

    async Task<Outcome> CompleteAsync(string uploadId, Stamp stamp, CancellationToken abandon)
    {
        var whole = DigestOfParts.Whole(digests);
        // In this order: what another uploader learns in between must not take both the look and the condition away.
        var send = writer.SendCondition;
        if (writer.MustLookBeforeComplete && await writer.LookAsync(name, key, stamp, whole, mustSee: true, abandon) is { } seen)
        {
            return seen;
        }
        FailPoint.Reach("multipart.completing");
        var reply = await bucket.CompleteUploadAsync(name, key, uploadId, parts, whole, send, abandon);
        FailPoint.Reach("multipart.completed");
        if (reply.Fault == Fault.NoConditions && send)
        {
            writer.RefusesCondition();
            if (await writer.LookAsync(name, key, stamp, whole, mustSee: true, abandon) is { } there)
            {
                return there;
            }
            reply = await bucket.CompleteUploadAsync(name, key, uploadId, parts, whole, onlyIfNew: false, abandon);
        }
        if (!reply.Ok && reply.Fault is not (Fault.Exists or Fault.Abandoned) && await writer.LookAsync(name, key, stamp, whole, mustSee: false, abandon) is { Happening: Happening.Proven } stored)
        {
            // The answer was lost, the object is there.
            return stored;
        }
        return await writer.JudgeAsync(name, key, stamp, whole, reply, abandon);
    }

    /// <summary>What was sent would be stored and billed for ever; also when stopping, hence a limit of its own.</summary>
    async Task AbortAsync(string uploadId)
    {
        FailPoint.Reach("multipart.aborting");
        using var limit = new CancellationTokenSource(ToAbort);
        for (var attempt = 1; attempt <= TriesPerPart; attempt++)
        {
            var reply = await bucket.AbortUploadAsync(name, key, uploadId, limit.Token);
            // Not there: the upload was completed, or aborted by an attempt whose answer was lost.
            if (reply.Ok || reply.Fault is Fault.NotThere or Fault.Abandoned)
            {
                return;
            }
            await Task.Delay(BetweenTries * attempt, CancellationToken.None);
        }
    }
}
