using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Sends the parts of one large file, side by side, each from its buffer while the next is read; a part that fails is sent again from memory.
/// Every part is read and digested, also those that are there already: their bytes belong to what is to be proven. Belongs to one upload.
/// </summary>
sealed class PartSender(Bucket bucket, PartReader reader, DirectoryPaces paces, Slots? slots, Job job, Inbox inbox)
{
    const int TriesPerPart = 3;
    // Of a file that failed before one is enough, unless it is asked to wait: it may hold its uploader for no longer than it must (invariant 8).
    readonly bool isAside = Feed.IsAside(job);
    // What took longer to fail is not tried again at once.
    static readonly TimeSpan Slow = TimeSpan.FromSeconds(5);
    // A part's buffer is held while it waits for its second try; longer than this and the lane should rest instead.
    static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);

    readonly Digest[] digests = new Digest[reader.Parts];
    readonly UploadedPart[] parts = new UploadedPart[reader.Parts];
    readonly List<Task<Reply>> sending = [];
    int sent;

    /// <summary>How many arrived.</summary>
    public int Sent => Volatile.Read(ref sent);

    /// <summary>All of them, once all are there.</summary>
    public IReadOnlyList<UploadedPart> Parts => parts;

    /// <summary>The checksum that the object must have, once all are there.</summary>
    public string Whole => DigestOfParts.Whole(digests);

    /// <summary>Reads every part and sends those that are not there. Null if all arrived; a reply without a fault if the file ended early; else the first failure.</summary>
    public async Task<Reply?> SendAllAsync(PartialUpload upload, CancellationToken abandon)
    {
        Reply? failure = null;
        using var room = new PartSlots(slots, job.Root.Index);
        try
        {
            for (var number = 1; number <= reader.Parts && failure is null; number++)
            {
                // The slot before the buffer: who has memory never waits for a slot.
                var isOwn = false;
                while (failure is null && (sending.Count == reader.AtOnce || !room.TryTake(out isOwn)))
                {
                    failure = await TakeOneAsync(sending.Count < reader.AtOnce ? room.Wanted : null);
                }
                if (failure is not null)
                {
                    break;
                }
                var isSent = false;
                try
                {
                    if (!upload.Has(number))
                    {
                        await paces.WaitAsync(job.Root, reader.LengthOf(number), abandon);
                    }
                    var (read, digest) = await reader.ReadAsync(number, abandon);
                    if (read is not { } buffer)
                    {
                        failure = new Reply(Fault.None);
                        break;
                    }
                    digests[number - 1] = digest;
                    FailPoint.Reach("part.read");
                    if (upload.TryFind(number, digest, out var stored))
                    {
                        parts[number - 1] = new(number, stored.ETag, digest);
                        reader.Return(buffer);
                        continue;
                    }
                    isSent = true;
                    sending.Add(SendAsync(upload, number, buffer, digest, room, isOwn, abandon));
                }
                finally
                {
                    if (!isSent)
                    {
                        room.Give(isOwn);
                    }
                }
            }
        }
        finally
        {
            // Every buffer comes back before anything else happens.
            while (sending.Count > 0)
            {
                var late = await TakeOneAsync(null);
                failure ??= late;
            }
        }
        return failure;
    }

    /// <summary>Waits for any part in flight, or for something else; null if it arrived.</summary>
    async Task<Reply?> TakeOneAsync(Task? other)
    {
        if (await Task.WhenAny(other is null ? sending : [.. sending, other]) is not Task<Reply> done)
        {
            return null;
        }
        sending.Remove(done);
        var reply = await done;
        return reply.Ok ? null : reply;
    }

    async Task<Reply> SendAsync(PartialUpload upload, int number, BufferLease buffer, Digest digest, PartSlots room, bool isOwn, CancellationToken abandon)
    {
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var begun = Stopwatch.GetTimestamp();
                var reply = await bucket.PutPartAsync(upload.Bucket, upload.Key, upload.UploadId, number, buffer.Memory, digest, abandon);
                slots?.Note(job.Root.Index, reply, begun);
                if (reply.Ok)
                {
                    FailPoint.Reach("part.stored");
                    parts[number - 1] = new(number, reply.ETag, digest);
                    var stored = new StoredPart(buffer.Memory.Length, digest.Base64, reply.ETag);
                    upload.Add(number, stored);
                    Interlocked.Increment(ref sent);
                    inbox.PostNote(job, new(UploadStep.Stored, upload, number, stored));
                    return reply;
                }
                if (attempt == TriesPerPart || (isAside && !reply.IsThrottled) || Stopwatch.GetElapsedTime(begun) > Slow
                    || reply.Fault is not (Fault.Unreachable or Fault.Overloaded or Fault.Corrupted))
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
            room.Give(isOwn);
        }
    }
}
