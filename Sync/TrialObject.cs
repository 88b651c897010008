using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// An object of our own, under a key that nobody else can have, on which is tried what a server does;
/// removed again afterwards. Belongs to one loop at a time.
/// </summary>
/// <param name="name">The bucket.</param>
/// <param name="key">See <see cref="KeyOf"/>.</param>
/// <param name="headers">What the run's own objects get, as a bucket may refuse others.</param>
sealed class TrialObject(Bucket bucket, string name, string key, ObjectHeaders? headers)
{
    const int TriesToRemove = 3;
    static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);
    // Also when the program stops: as long as the abort of an upload may take.
    static readonly TimeSpan ToRemove = TimeSpan.FromSeconds(5);

    // What may be there: an entry a write, also for one whose answer was lost. Null where the server names no version.
    readonly List<string?> versions = [];

    public string Key => key;

    /// <summary>Where it is, as it may be shown.</summary>
    public string Place => $"s3://{name}/{Shown.Name(key)}";

    /// <summary>
    /// A key below the root's prefix, where its account may write. The number is random (RFC 9562,
    /// version 4), so that no such key exists.
    /// </summary>
    public static string KeyOf(Root root, string what) => $"{Keys.Head(root.Prefix)}.s3sync-{what}-{Guid.NewGuid():N}";

    /// <summary>PutObject.</summary>
    public async Task<Reply> WriteAsync(byte[] body, bool onlyIfNew, CancellationToken cancel)
    {
        var digest = Digest.Of(bucket.Checksum, body);
        return Note(await bucket.PutAsync(name, key, body, digest, onlyIfNew, cancel, headers));
    }

    /// <summary>
    /// An upload of one part, completed under the condition unless told otherwise. Null as the first where it did
    /// not come to that; then the second says why.
    /// </summary>
    public async Task<(Reply? Completed, Reply Last)> CompleteAsync(
        byte[] body, CancellationToken cancel, bool onlyIfNew = true)
    {
        var begun = await bucket.CreateUploadAsync(name, key, cancel, headers);
        if (!begun.Ok)
        {
            return (null, begun);
        }
        var digest = Digest.Of(bucket.Checksum, body);
        var part = await bucket.PutPartAsync(name, key, begun.UploadId, 1, body, digest, cancel);
        Reply? completed = null;
        if (part.Ok)
        {
            UploadedPart[] parts = [new(1, part.ETag, digest)];
            var whole = DigestOfParts.Whole([digest]);
            completed = Note(await bucket.CompleteUploadAsync(
                name, key, begun.UploadId, parts, whole, onlyIfNew, cancel));
        }
        if (completed is not { Ok: true })
        {
            using var limit = new CancellationTokenSource(ToRemove);
            await bucket.AbortUploadAsync(name, key, begun.UploadId, limit.Token);
        }
        return (completed, completed ?? part);
    }

    /// <summary>
    /// Removes what may be there of it, within some seconds; the reply says whether it could. Nothing to do
    /// where nothing was stored.
    /// </summary>
    public async Task<Reply> RemoveAsync()
    {
        using var limit = new CancellationTokenSource(ToRemove);
        Reply last = default;
        for (var at = versions.Count - 1; at >= 0; at--)
        {
            var removed = await RemoveAsync(versions[at], limit.Token);
            if (removed.Ok)
            {
                versions.RemoveAt(at);
            }
            else
            {
                last = removed;
            }
        }
        return last;
    }

    async Task<Reply> RemoveAsync(string? version, CancellationToken limit)
    {
        for (var attempt = 1; ; attempt++)
        {
            var removed = await bucket.RemoveAsync(name, key, version, limit);
            if (removed.Fault == Fault.Refused && version is not null)
            {
                // A version needs another right (s3:DeleteObjectVersion): without it the object is hidden.
                await bucket.RemoveAsync(name, key, null, limit);
                return removed;
            }
            if (removed.Fault == Fault.NotThere)
            {
                return new(Fault.None);
            }
            var mayPass = removed.Fault is Fault.Unreachable or Fault.Overloaded or Fault.Race;
            if (!mayPass || attempt == TriesToRemove)
            {
                return removed;
            }
            await Task.Delay(BetweenTries * attempt, CancellationToken.None);
        }
    }

    /// <summary>Remembers what was stored, or may have been: an answer that did not come says nothing.</summary>
    Reply Note(in Reply reply)
    {
        if (reply.Ok || reply.Fault is Fault.Unreachable or Fault.Overloaded or Fault.Abandoned)
        {
            versions.Add(reply.VersionId);
        }
        return reply;
    }
}
