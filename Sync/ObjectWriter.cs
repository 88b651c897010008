using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Puts bytes under a key without ever overwriting (invariant 7), and judges what the bucket says of it (invariant 2).
/// Shared by all uploads; what it knows of the server is in <see cref="ConditionTrial"/>, for each bucket
/// by itself: one address may stand for several servers.
/// </summary>
sealed class ObjectWriter(Bucket bucket, UploadRules rules, TimeProvider clock, ILogger log)
{
    // One entry a bucket of the settings.
    readonly ConcurrentDictionary<string, ConditionTrial> trials = new();
    bool saidUnproven;

    /// <summary>What is known of a bucket's conditional writes.</summary>
    public ConditionTrial TrialOf(string name) =>
        trials.TryGetValue(name, out var known)
            ? known
            : trials.GetOrAdd(name, new ConditionTrial(bucket, name, clock, log));

    public async Task<Outcome> PutAsync(Job job, string key, Stamp stamp, ReadOnlyMemory<byte> body, CancellationToken abandon)
    {
        var digest = Digest.Of(bucket.Checksum, body.Span);
        var (name, whole) = (job.Root.Bucket, digest.Whole);
        var trial = TrialOf(name);
        // False where the condition alone protects what may be there: then it must be sent.
        var isSeen = false;
        if (trial.Conditions.MustLook(completing: false))
        {
            var clearance = await ClearAsync(job.Root, key, stamp, whole, completing: false, abandon);
            if (clearance.Obstacle is { } obstacle)
            {
                return obstacle;
            }
            isSeen = clearance.IsSeen;
        }
        // What another uploader learns meanwhile must not take both the look and the condition away.
        var send = !isSeen || trial.Conditions.Send(completing: false);
        var headers = job.HeadersAt(stamp);
        var reply = await bucket.PutAsync(name, key, body, digest, send, abandon, headers);
        if (reply.Fault == Fault.NoConditions && send)
        {
            var clearance = await ClearAsync(job.Root, key, stamp, whole, completing: false, abandon);
            if (clearance is { Obstacle: null, IsSeen: false })
            {
                trial.Learn(Conditions.State.Refused);
                clearance = await ClearAsync(job.Root, key, stamp, whole, completing: false, abandon);
            }
            if (clearance.Obstacle is { } obstacle)
            {
                return obstacle;
            }
            isSeen = clearance.IsSeen;
            reply = isSeen
                ? await bucket.PutAsync(name, key, body, digest, onlyIfNew: false, abandon, headers)
                : reply;
            // Else it was not the condition that the server does not know.
            if (reply.Fault != Fault.Unsupported)
            {
                trial.Learn(Conditions.State.Refused);
            }
        }
        if (reply.Ok && isSeen && trial.Conditions.TryBegin())
        {
            reply = await WriteAgainAsync(trial, reply, key, body, digest, headers, abandon);
        }
        return await JudgeAsync(name, key, stamp, whole, reply, abandon) with { Exchange = reply.Exchange };
    }

    /// <summary>
    /// Sees to it that a write cannot replace anything: the key is free, or the server keeps what is there.
    /// </summary>
    /// <param name="completing">True where CompleteMultipartUpload shall write.</param>
    public async Task<Clearance> ClearAsync(
        Root root, string key, Stamp stamp, string whole, bool completing, CancellationToken abandon)
    {
        var head = await bucket.HeadAsync(root.Bucket, key, abandon);
        return head.Fault switch
        {
            Fault.NotThere => new(null, true),
            Fault.None => new(Compare(stamp, whole, head), true),
            _ when IsBlind(head) =>
                new(await TrialOf(root.Bucket).PermitAsync(root, key, head, completing, abandon), false),
            _ => new(Outcome.Of(head), false),
        };
    }

    /// <summary>
    /// True if a look told nothing. Without s3:ListBucket S3 answers 403 for a key that is not there.
    /// </summary>
    public static bool IsBlind(in Reply head) => head.Fault is Fault.Refused or Fault.Rejected;

    /// <summary>
    /// Makes of the answer to a write an outcome. 412: the key exists, perhaps by our own write whose answer was lost (aws-sdk-java-v2#6580).
    /// </summary>
    public async Task<Outcome> JudgeAsync(string name, string key, Stamp stamp, string whole, Reply reply, CancellationToken abandon)
    {
        if (reply.Fault == Fault.Exists)
        {
            return await LookAsync(name, key, stamp, whole, abandon)
                ?? Outcome.Hopeless(FailureCode.Conflict, "the key exists, but this account may not look at it: allow s3:GetObject, or remove the object", reply.Request);
        }
        if (!reply.Ok)
        {
            return Outcome.Of(reply);
        }
        var verdict = Proof.Of(bucket.Checksum, whole, reply);
        if (verdict == Verdict.Unproven)
        {
            // Some servers state nothing in the answer to the write, but do when asked.
            var head = await bucket.HeadAsync(name, key, abandon);
            if (head.IsEndpoint || head.Fault == Fault.Abandoned)
            {
                return Outcome.Of(head);
            }
            if (head.Fault == Fault.NotThere)
            {
                return new(Happening.Failed, "the server took it, but has no such object") { Reached = true, Code = FailureCode.Contradicted, Request = head.Request };
            }
            if (!head.Ok && !(head.Fault == Fault.Refused && rules.AcceptUnproven))
            {
                // It is there; the next attempt looks again, and adopts it.
                return new(Happening.Failed, head.Fault == Fault.Refused ? "uploaded, but this account may not look at it, which would prove it: allow s3:GetObject" : head.Detail) { Reached = true, Code = FailureCodes.Of(head.Fault), Request = head.Request };
            }
            if (head.Ok && head.Size is { } there && there != stamp.Size)
            {
                return Outcome.Hopeless(FailureCode.Contradicted, $"the bucket holds {there} bytes where {stamp.Size} were sent", head.Request);
            }
            if (head.Ok)
            {
                (reply, verdict) = (head, Proof.Of(bucket.Checksum, whole, head));
            }
        }
        return verdict switch
        {
            Verdict.Proven => Outcome.Proven(stamp, new(bucket.Checksum, whole, reply.ETag, reply.VersionId)),
            Verdict.Contradicted => Outcome.Hopeless(FailureCode.Contradicted, $"the bucket holds other bytes than were sent: its checksum is {reply.Checksum}, ours {whole}", reply.Request),
            _ when rules.AcceptUnproven => Outcome.Proven(stamp, new(ChecksumKind.None, whole, reply.ETag, reply.VersionId)),
            _ => Unproven(),
        };
    }

    /// <summary>
    /// Looks at a key that was written to, or would have been: null where there is nothing to see, else
    /// what to make of it.
    /// </summary>
    public async Task<Outcome?> LookAsync(string name, string key, Stamp stamp, string whole, CancellationToken abandon)
    {
        var head = await bucket.HeadAsync(name, key, abandon);
        return head.Fault switch
        {
            Fault.None => Compare(stamp, whole, head),
            Fault.NotThere => null,
            _ when IsBlind(head) => null,
            _ => Outcome.Of(head),
        };
    }

    /// <summary>What to make of an object that is there already.</summary>
    public Outcome Compare(in Stamp stamp, string whole, in Reply head)
    {
        if (head.Size is { } there && there != stamp.Size)
        {
            return Outcome.Hopeless(FailureCode.Conflict, $"conflict: the key exists with other content ({there} bytes; the file has {stamp.Size})", head.Request);
        }
        return Proof.Of(bucket.Checksum, whole, head) switch
        {
            Verdict.Proven => Outcome.Proven(stamp, new(bucket.Checksum, whole, head.ETag, head.VersionId), adopted: true),
            Verdict.Contradicted => Outcome.Hopeless(FailureCode.Conflict, "conflict: the key exists with other content of the same length", head.Request),
            _ when head.Size is null => Outcome.Hopeless(
                FailureCode.Unproven,
                "uploaded perhaps: the key exists, but the server states neither its length nor what would prove that it has the same content",
                head.Request),
            _ when bucket.Checksum == ChecksumKind.Md5 => Outcome.Hopeless(FailureCode.Conflict, "conflict: the key exists, and nothing the server states of it proves that it has the same content", head.Request),
            _ => Outcome.Hopeless(FailureCode.Conflict, "conflict: the key exists without a checksum that could prove that it has the same content", head.Request),
        };
    }

    /// <summary>
    /// Finds out whether the server honours the condition: writes the object it has just acknowledged once more, the same bytes,
    /// under the condition. A server that accepts that would accept other bytes as well. The key was seen
    /// to be free a moment ago, and what it holds since is ours.
    /// </summary>
    /// <returns>The answer to the write whose object is there now.</returns>
    async Task<Reply> WriteAgainAsync(
        ConditionTrial trial, Reply first, string key, ReadOnlyMemory<byte> body, Digest digest, ObjectHeaders? headers,
        CancellationToken abandon)
    {
        try
        {
            var again = await bucket.PutAsync(
                trial.Name, key, body, digest, onlyIfNew: true, abandon, headers);
            if (ConditionTrial.Read(again) is var learned and not Conditions.State.Unknown)
            {
                trial.Learn(learned);
            }
            return again.Ok ? again : first;
        }
        finally
        {
            trial.Conditions.EndTry();
        }
    }

    Outcome Unproven()
    {
        if (!saidUnproven)
        {
            saidUnproven = true;
            log.Caution("the server proves nothing of what it stores: no file is deleted; another --checksum may help, --accept-unproven deletes without proof");
        }
        return Outcome.Hopeless(FailureCode.Unproven, $"uploaded, but the server does not prove it ({bucket.Checksum} asked for)");
    }
}

/// <summary>Why a key may be written to, or that it may not.</summary>
/// <param name="Obstacle">What to make of the file instead; null where it may be written.</param>
/// <param name="IsSeen">
/// True if the key was seen to be free; else the condition alone protects what may be there, and must be
/// sent.
/// </param>
readonly record struct Clearance(Outcome? Obstacle, bool IsSeen);
