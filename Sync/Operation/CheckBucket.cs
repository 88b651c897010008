using System;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync.Settings;

namespace S3Sync.Sync.Operation;

/// <summary>
/// Tries a bucket with a key of a random name below the prefix: what a run will do there, and what the server makes of it.
/// The key is removed again, whatever happens in between.
/// </summary>
sealed class CheckBucket(Bucket bucket, BucketAccount account, Root root, CheckList list)
{
    public const string MayNotLook = "and this account may not look at keys";
    public const string AllowLook = "allow s3:GetObject and s3:ListBucket";

    public static readonly byte[] Body = Encoding.ASCII.GetBytes("s3sync check: this object is removed again\n"), Other = Encoding.ASCII.GetBytes("other content\n");

    readonly TrialObject trial = new(bucket, root.Bucket, TrialObject.KeyOf(root, "check"), HeadersOf(root));

    /// <summary>What a run's objects get, as each of it may be refused.</summary>
    public static ObjectHeaders? HeadersOf(Root root) => root.Objects?.Of(root.FullPath(".s3sync-check"), 0, Body.Length);

    static CancellationToken None => CancellationToken.None;

    string Place => $"s3://{root.Bucket}/{Shown.Name(Keys.Head(root.Prefix))}";

    /// <summary>Asks for a key that is not there, and no more.</summary>
    public async Task LookAsync()
    {
        var head = await bucket.HeadAsync(root.Bucket, trial.Key, None);
        if (head.Fault == Fault.NotThere)
        {
            list.Ok("look", $"{Place}: the bucket answers; nothing was written");
        }
        else
        {
            Unseen(head, isProtected: false);
        }
    }

    /// <summary>Writes, looks, provokes what must be refused, and cleans up.</summary>
    public async Task WriteAsync()
    {
        var (isSeen, isHonoured) = (false, false);
        var isRemoved = false;
        try
        {
            var (written, isKnown) = await WriteFirstAsync();
            if (!written.Ok)
            {
                list.Failed("write", $"{Place}: {written.Detail}", HintOf(written));
                return;
            }
            list.Ok("write", $"{Place}{(written.VersionId is null ? "" : ", which keeps versions")}");
            (isSeen, isHonoured) = await TryAsync(written, isKnown);
        }
        finally
        {
            isRemoved = await RemoveAsync();
        }
        await new CheckParts(bucket, account, root, list).RunAsync(isSeen, isHonoured, mayRemove: isRemoved);
    }

    /// <summary>As a run writes: under the condition, unless the server does not know it.</summary>
    async Task<(Reply Written, bool IsKnown)> WriteFirstAsync()
    {
        var written = await trial.WriteAsync(Body, onlyIfNew: true, None);
        return written.Fault == Fault.NoConditions
            ? (await trial.WriteAsync(Body, onlyIfNew: false, None), false)
            : (written, true);
    }

    /// <summary>True if the account may look at keys, and if the server keeps what is there.</summary>
    async Task<(bool IsSeen, bool IsHonoured)> TryAsync(Reply written, bool isKnown)
    {
        var head = await bucket.HeadAsync(root.Bucket, trial.Key, None);
        // Without s3:ListBucket an account sees what is there, and is not told that a key is free.
        var free = head.Ok ? await bucket.HeadAsync(root.Bucket, trial.Key + "-free", None) : head;
        var isSeen = free.Fault == Fault.NotThere;
        // The same bytes: whatever the server does with them, the object stays what it is.
        Reply? again = isKnown ? await trial.WriteAsync(Body, onlyIfNew: true, None) : null;
        Look(head, free, isProtected: again is { Fault: Fault.Exists });
        Prove(written, head);
        Overwrite(again, isSeen);
        await CorruptAsync();
        await CheckTraits.RunAsync(account, root, trial.Key, "", list);
        return (isSeen, again is { Fault: Fault.Exists });
    }

    void Look(Reply head, Reply free, bool isProtected)
    {
        if (head.Ok && head.Size is { } there && there != Body.Length)
        {
            list.Failed("look", $"{Place}: {there} bytes are there where {Body.Length} were written", "do not use this server");
        }
        else if (free.Fault != Fault.NotThere)
        {
            Unseen(free, isProtected);
        }
        else
        {
            list.Ok("look", $"{Place}: what was written can be seen");
        }
    }

    void Prove(Reply written, Reply head)
    {
        var whole = Digest.Of(bucket.Checksum, Body).Whole;
        var verdict = Proof.Of(bucket.Checksum, whole, written);
        verdict = verdict == Verdict.Unproven && head.Ok ? Proof.Of(bucket.Checksum, whole, head) : verdict;
        var kind = bucket.Checksum == ChecksumKind.Md5 ? "an ETag that is the MD5" : $"a {bucket.Checksum} checksum";
        switch (verdict)
        {
            case Verdict.Proven:
                list.Ok("proof", $"{Place}: the server states {kind}");
                break;
            case Verdict.Unproven:
                list.Failed("proof", $"{Place}: the server states nothing that proves what it has ({kind} was asked for)", $"try {(bucket.Compat is Compat.Aws or Compat.R2 ? $"{OptionTable.Compat.LongName} generic, or " : "")}another --checksum; --accept-unproven deletes without proof");
                break;
            default:
                list.Failed("proof", $"{Place}: the server states another checksum than that of what was sent", "try another --checksum; do not trust this server");
                break;
        }
    }

    /// <param name="again">The answer to a second write under the condition; null where it is not known.</param>
    /// <param name="isSeen">True if the account may look at keys.</param>
    void Overwrite(Reply? again, bool isSeen)
    {
        if (again is { Fault: Fault.Exists })
        {
            list.Ok("overwrite", $"{Place}: refused, as it must be");
            return;
        }
        if (again is { Ok: false } other)
        {
            list.Failed("overwrite", $"{Place}: {other.Detail}", HintOf(other));
            return;
        }
        var what = again is null ? "does not know If-None-Match (501)" : "ignores If-None-Match";
        if (again is not null && bucket.IsAws)
        {
            list.Failed("overwrite", $"{Place}: the server ignores If-None-Match, which AWS never does", "is this really AWS? look at --endpoint and the proxy");
        }
        else if (!isSeen)
        {
            list.Failed("overwrite", $"{Place}: the server {what}, {MayNotLook}: a run uploads nothing", AllowLook);
        }
        else
        {
            var isPromised = bucket.Compat is Compat.Aws or Compat.R2 or Compat.Minio;
            list.Warning("overwrite", $"{Place}: the server {what}",
                "s3sync looks at every key before it writes, but a write by somebody else in that instant would be overwritten"
                + (isPromised ? $"; this is not what {OptionTable.Compat.LongName} promises: generic suits it" : ""));
        }
    }

    async Task CorruptAsync()
    {
        var corrupt = trial.Key + "-corrupt";
        var wrong = Digest.Of(bucket.Checksum, Body) with { Length = Other.Length };
        var reply = await bucket.PutAsync(root.Bucket, corrupt, Other, wrong, onlyIfNew: false, None, HeadersOf(root));
        if (reply.Ok)
        {
            list.Warning("corruption", $"{Place}: bytes with a wrong checksum were taken", "s3sync compares what the server states afterwards, so nothing is lost; but the server does not verify what arrives");
            await bucket.RemoveAsync(root.Bucket, corrupt, reply.VersionId, None);
        }
        else if (reply.IsEndpoint)
        {
            list.Failed("corruption", $"{Place}: {reply.Detail}", HintOf(reply));
        }
        else
        {
            list.Ok("corruption", $"{Place}: bytes with a wrong checksum are refused");
        }
    }

    /// <summary>Looks for the rule that removes what crashes leave of uploads in parts.</summary>
    public async Task LifecycleAsync()
    {
        var (reply, rule) = await account.AbortRuleAsync(root.Bucket, Keys.Head(root.Prefix), None);
        switch (reply.Fault)
        {
            case Fault.None when rule is { } found:
                list.Ok("lifecycle", $"{Place}: abandoned uploads in parts are removed after {Units.Count(found.Days, "day")}{(found.Name.Length == 0 ? "" : $" (rule {Shown.Text(found.Name)})")}");
                break;
            case Fault.None:
                list.Warning("lifecycle", $"{Place}: no rule removes abandoned uploads in parts", "what a crash leaves of a large file is stored, and billed, until a rule with AbortIncompleteMultipartUpload removes it");
                break;
            case Fault.Refused:
                list.Ok("lifecycle", $"{Place}: the rules may not be read (s3:GetLifecycleConfiguration): is there one for abandoned uploads in parts?");
                break;
            case Fault.NoConditions:
                list.Ok("lifecycle", $"{Place}: not known, as the server has no such rules (501)");
                break;
            default:
                list.Ok("lifecycle", $"{Place}: not known: {reply.Detail}");
                break;
        }
    }

    async Task<bool> RemoveAsync()
    {
        var removed = await trial.RemoveAsync();
        if (!removed.Ok)
        {
            list.Warning("clean up", $"{trial.Place} could not be removed: {removed.Detail}",
                "remove it by hand; a run needs s3:DeleteObject only where it may not look at keys, "
                + "and check --no-write writes nothing");
        }
        return removed.Ok;
    }

    /// <param name="head">The answer to a look at what was written, or at a key that is free.</param>
    /// <param name="isProtected">True if the server keeps what is there: then a run does without a look.</param>
    void Unseen(in Reply head, bool isProtected)
    {
        if (head.Fault == Fault.Refused && isProtected)
        {
            var first = bucket.IsAws ? "" : "each run writes an object of its own first, to see that nothing is replaced, and ";
            list.Warning("look", $"{Place}: this account may not look at its keys: {head.Detail}",
                $"{AllowLook}: without them {first}a file whose upload was not answered is parked");
        }
        else if (head.Fault == Fault.Refused)
        {
            list.Failed("look", $"{Place}: this account may not look at its keys: {head.Detail}", AllowLook);
        }
        else
        {
            list.Failed("look", $"{Place}: {head.Detail}", HintOf(head));
        }
    }

    string HintOf(in Reply reply) => CheckHints.Of(reply, root, account);
}
