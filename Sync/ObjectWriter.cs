using System;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Puts bytes under a key without ever overwriting (invariant 7), and judges what the bucket says of it (invariant 2).
/// Shared by all uploads; what it knows of the server is in <see cref="Conditions"/>.
/// </summary>
sealed class ObjectWriter(Bucket bucket, Conditions conditions, UploadRules rules, ILogger log)
{
    bool saidUnproven;

    /// <summary>True if completing a multipart upload must be preceded by a look that sees.</summary>
    public bool MustLookBeforeComplete => conditions.MustLookBeforeComplete;

    /// <summary>True if the condition is to be sent.</summary>
    public bool SendCondition => conditions.Send;

    public async Task<Outcome> PutAsync(Job job, string key, Stamp stamp, byte[] buffer, int length, CancellationToken abandon)
    {
        var digest = Digest.Of(bucket.Checksum, buffer.AsSpan(0, length));
        var (name, whole) = (job.Root.Bucket, digest.Whole);
        // Read once: what another uploader learns meanwhile must not take both the look and the condition away.
        var known = conditions.Now;
        var send = known != Conditions.State.Refused;
        if (known != Conditions.State.Honoured
            && await LookAsync(name, key, stamp, whole, mustSee: known != Conditions.State.Unknown, abandon) is { } seen)
        {
            return seen;
        }
        var headers = job.HeadersAt(stamp);
        var reply = await bucket.PutAsync(name, key, buffer, length, digest, send, abandon, headers);
        if (reply.Fault == Fault.NoConditions && send)
        {
            RefusesCondition();
            if (await LookAsync(name, key, stamp, whole, mustSee: true, abandon) is { } there)
            {
                return there;
            }
            reply = await bucket.PutAsync(name, key, buffer, length, digest, onlyIfNew: false, abandon, headers);
        }
        if (reply.Ok && conditions.TryProbe())
        {
            await ProbeAsync(name, key, buffer, length, digest, headers, abandon);
        }
        return await JudgeAsync(name, key, stamp, whole, reply, abandon);
    }

    /// <summary>
    /// Makes of the answer to a write an outcome. 412: the key exists, perhaps by our own write whose answer was lost (aws-sdk-java-v2#6580).
    /// </summary>
    public async Task<Outcome> JudgeAsync(string name, string key, Stamp stamp, string whole, Reply reply, CancellationToken abandon)
    {
        if (reply.Fault == Fault.Exists)
        {
            return await LookAsync(name, key, stamp, whole, mustSee: false, abandon)
                ?? Outcome.Hopeless("the key exists, but this account may not look at it: allow s3:GetObject, or remove the object", reply.Request);
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
                return new(Happening.Failed, "the server took it, but has no such object") { Reached = true, Request = head.Request };
            }
            if (!head.Ok && !(head.Fault == Fault.Refused && rules.AcceptUnproven))
            {
                // It is there; the next attempt looks again, and adopts it.
                return new(Happening.Failed, head.Fault == Fault.Refused ? "uploaded, but this account may not look at it, which would prove it: allow s3:GetObject" : head.Detail) { Reached = true, Request = head.Request };
            }
            if (head.Ok && head.Size != stamp.Size)
            {
                return Outcome.Hopeless($"the bucket holds {head.Size} bytes where {stamp.Size} were sent", head.Request);
            }
            if (head.Ok)
            {
                (reply, verdict) = (head, Proof.Of(bucket.Checksum, whole, head));
            }
        }
        return verdict switch
        {
            Verdict.Proven => Outcome.Proven(stamp, new(bucket.Checksum, whole, reply.ETag, reply.VersionId)),
            Verdict.Contradicted => Outcome.Hopeless($"the bucket holds other bytes than were sent: its checksum is {reply.Checksum}, ours {whole}", reply.Request),
            _ when rules.AcceptUnproven => Outcome.Proven(stamp, new(ChecksumKind.None, whole, reply.ETag, reply.VersionId)),
            _ => Unproven(),
        };
    }

    /// <summary>Looks whether the key exists: null if not, else what to make of it.</summary>
    /// <param name="mustSee">False where the condition on the write that follows protects the key: then not to be let look is null as well.</param>
    public async Task<Outcome?> LookAsync(string name, string key, Stamp stamp, string whole, bool mustSee, CancellationToken abandon)
    {
        var head = await bucket.HeadAsync(name, key, abandon);
        return head.Fault switch
        {
            Fault.None => Compare(stamp, whole, head),
            Fault.NotThere => null,
            // Without s3:ListBucket S3 answers 403 for a key that is not there. And an answer to HEAD has no body: what a bare 400 means,
            // an expired token perhaps, the write that follows will tell.
            Fault.Refused or Fault.Rejected when !mustSee => null,
            Fault.Refused => Unseen(head),
            _ => Outcome.Of(head),
        };
    }

    /// <summary>Not written, as nothing would keep it from replacing another object.</summary>
    public static Outcome Unseen(in Reply head) => new(Happening.Failed, "this account may not look whether the key exists, and the server does not keep a write from replacing it: allow s3:GetObject and s3:ListBucket") { Fault = head.Fault, Request = head.Request };

    /// <summary>The server answered 501 to the condition.</summary>
    public void RefusesCondition() => Learn(Conditions.State.Refused);

    /// <summary>What to make of an object that is there already.</summary>
    public Outcome Compare(in Stamp stamp, string whole, in Reply head)
    {
        if (head.Size != stamp.Size)
        {
            return Outcome.Hopeless($"conflict: the key exists with other content ({head.Size} bytes; the file has {stamp.Size})", head.Request);
        }
        return Proof.Of(bucket.Checksum, whole, head) switch
        {
            Verdict.Proven => Outcome.Proven(stamp, new(bucket.Checksum, whole, head.ETag, head.VersionId), adopted: true),
            Verdict.Contradicted => Outcome.Hopeless("conflict: the key exists with other content of the same length", head.Request),
            _ when bucket.Checksum == ChecksumKind.Md5 => Outcome.Hopeless("conflict: the key exists, and nothing the server states of it proves that it has the same content", head.Request),
            _ => Outcome.Hopeless("conflict: the key exists without a checksum that could prove that it has the same content", head.Request),
        };
    }

    /// <summary>
    /// Finds out whether the server honours the condition: writes the object it has just acknowledged once more, the same bytes,
    /// under the condition. A server that accepts that would accept other bytes as well.
    /// </summary>
    async Task ProbeAsync(string name, string key, byte[] buffer, int length, Digest digest, ObjectHeaders? headers, CancellationToken abandon)
    {
        var reply = await bucket.PutAsync(name, key, buffer, length, digest, onlyIfNew: true, abandon, headers);
        switch (reply.Fault)
        {
            case Fault.Exists:
                Learn(Conditions.State.Honoured);
                break;
            case Fault.None:
                Learn(Conditions.State.Ignored);
                break;
            case Fault.NoConditions:
                Learn(Conditions.State.Refused);
                break;
            default:
                conditions.GiveUp();
                break;
        }
    }

    void Learn(Conditions.State learned)
    {
        if (!conditions.Learn(learned))
        {
            return;
        }
        switch (learned)
        {
            case Conditions.State.Ignored:
                log.Caution("the server ignores If-None-Match: every key is looked at before it is written, but a write by somebody else in that instant would be overwritten");
                break;
            case Conditions.State.Refused:
                log.Caution("the server does not know If-None-Match (501): every key is looked at before it is written, but a write by somebody else in that instant would be overwritten");
                break;
            default:
                break;
        }
    }

    Outcome Unproven()
    {
        if (!saidUnproven)
        {
            saidUnproven = true;
            log.Caution("the server proves nothing of what it stores: no file is deleted; another --checksum may help, --accept-unproven deletes without proof");
        }
        return Outcome.Hopeless($"uploaded, but the server does not prove it ({bucket.Checksum} asked for)");
    }
}
