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
    static readonly byte[] Body = Encoding.ASCII.GetBytes("s3sync check: this object is removed again\n"), Other = Encoding.ASCII.GetBytes("other content\n");

    readonly string key = $"{Keys.Head(root.Prefix)}.s3sync-check-{Guid.NewGuid():N}";

    /// <summary>What a run's objects get, as each of it may be refused.</summary>
    ObjectHeaders? Headers => root.Objects?.Of(root.FullPath(".s3sync-check"), 0, Body.Length);

    static CancellationToken None => CancellationToken.None;

    string Place => $"s3://{root.Bucket}/{Shown.Name(Keys.Head(root.Prefix))}";

    /// <summary>Asks for a key that is not there, and no more.</summary>
    public async Task LookAsync()
    {
        var head = await bucket.HeadAsync(root.Bucket, key, None);
        if (head.Fault == Fault.NotThere)
        {
            list.Ok("look", $"{Place}: the bucket answers; nothing was written");
        }
        else
        {
            Unseen(head);
        }
    }

    /// <summary>Writes, looks, provokes what must be refused, and cleans up.</summary>
    public async Task WriteAsync()
    {
        var digest = Digest.Of(bucket.Checksum, Body);
        var written = await bucket.PutAsync(root.Bucket, key, Body, Body.Length, digest, onlyIfNew: true, None, Headers);
        var conditions = true;
        if (written.Fault == Fault.NoConditions)
        {
            conditions = false;
            written = await bucket.PutAsync(root.Bucket, key, Body, Body.Length, digest, onlyIfNew: false, None, Headers);
        }
        if (!written.Ok)
        {
            list.Failed("write", $"{Place}: {written.Detail}", HintOf(written));
            return;
        }
        list.Ok("write", $"{Place}{(written.VersionId is null ? "" : ", which keeps versions")}");
        try
        {
            await ProveAsync(written, digest);
            await OverwriteAsync(conditions);
            await CorruptAsync();
            await MultipartAsync();
        }
        finally
        {
            await RemoveAsync(written.VersionId);
        }
    }

    async Task ProveAsync(Reply written, Digest digest)
    {
        var head = await bucket.HeadAsync(root.Bucket, key, None);
        if (!head.Ok)
        {
            Unseen(head);
        }
        else if (head.Size != Body.Length)
        {
            list.Failed("look", $"{Place}: {head.Size} bytes are there where {Body.Length} were written", "do not use this server");
        }
        else
        {
            list.Ok("look", $"{Place}: what was written can be seen");
        }
        var verdict = Proof.Of(bucket.Checksum, digest.Whole, written);
        verdict = verdict == Verdict.Unproven && head.Ok ? Proof.Of(bucket.Checksum, digest.Whole, head) : verdict;
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

    async Task OverwriteAsync(bool conditions)
    {
        var hint = "s3sync looks at every key before it writes, but a write by somebody else in that instant would be overwritten"
            + (bucket.Compat is Compat.Aws or Compat.R2 or Compat.Minio ? $"; this is not what {OptionTable.Compat.LongName} promises: generic suits it" : "");
        if (!conditions)
        {
            list.Warning("overwrite", $"{Place}: the server does not know If-None-Match (501)", hint);
            return;
        }
        // The same bytes: whatever the server does with them, the object stays what it is.
        var again = await bucket.PutAsync(root.Bucket, key, Body, Body.Length, Digest.Of(bucket.Checksum, Body), onlyIfNew: true, None, Headers);
        if (again.Fault == Fault.Exists)
        {
            list.Ok("overwrite", $"{Place}: refused, as it must be");
        }
        else if (again.Ok && bucket.IsAws)
        {
            list.Failed("overwrite", $"{Place}: the server ignores If-None-Match, which AWS never does", "is this really AWS? look at --endpoint and the proxy");
        }
        else if (again.Ok)
        {
            list.Warning("overwrite", $"{Place}: the server ignores If-None-Match", hint);
        }
        else
        {
            list.Failed("overwrite", $"{Place}: {again.Detail}", HintOf(again));
        }
    }

    async Task CorruptAsync()
    {
        var reply = await bucket.PutAsync(root.Bucket, key + "-corrupt", Other, Other.Length, Digest.Of(bucket.Checksum, Body) with { Length = Other.Length }, onlyIfNew: false, None, Headers);
        if (reply.Ok)
        {
            list.Warning("corruption", $"{Place}: bytes with a wrong checksum were taken", "s3sync compares what the server states afterwards, so nothing is lost; but the server does not verify what arrives");
            await account.RemoveAsync(root.Bucket, key + "-corrupt", reply.VersionId, None);
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

    async Task MultipartAsync()
    {
        var begun = await bucket.CreateUploadAsync(root.Bucket, key, None, Headers);
        if (!begun.Ok)
        {
            list.Failed("multipart", $"{Place}: {begun.Detail}", HintOf(begun));
            return;
        }
        var aborted = await bucket.AbortUploadAsync(root.Bucket, key, begun.UploadId, None);
        if (aborted.Ok)
        {
            list.Ok("multipart", $"{Place}: an upload in parts can be begun and aborted");
        }
        else
        {
            list.Warning("multipart", $"{Place}: an upload in parts cannot be aborted: {aborted.Detail}", "allow s3:AbortMultipartUpload, and have a lifecycle rule remove what is left of them");
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

    async Task RemoveAsync(string? version)
    {
        var removed = await account.RemoveAsync(root.Bucket, key, version, None);
        if (!removed.Ok)
        {
            list.Warning("clean up", $"s3://{root.Bucket}/{Shown.Name(key)} could not be removed: {removed.Detail}", $"remove it by hand; s3sync itself needs no s3:DeleteObject, and check --no-write writes nothing");
        }
    }

    void Unseen(in Reply head)
    {
        if (head.Fault == Fault.Refused)
        {
            list.Failed("look", $"{Place}: this account may not look at its keys: {head.Detail}", "allow s3:GetObject and s3:ListBucket");
        }
        else
        {
            list.Failed("look", $"{Place}: {head.Detail}", HintOf(head));
        }
    }

    string HintOf(in Reply reply) => reply.Fault switch
    {
        Fault.NoBucket => "look at the bucket's name and region",
        Fault.Redirected => "give the server's own address with --endpoint; nothing was sent to where it points",
        Fault.NotThere => "is there such a bucket? look at its name",
        Fault.Refused => "allow this account s3:PutObject, s3:GetObject, s3:ListBucket and s3:AbortMultipartUpload there"
            + (root.Objects is null ? "" : "; --tags need s3:PutObjectTagging, --acl s3:PutObjectAcl, a key of KMS kms:GenerateDataKey and kms:Decrypt"),
        Fault.Credentials => "look at the credentials: expired, unknown or mistyped",
        Fault.Clock => "set this machine's clock",
        Fault.Unreachable => "look at the network, the proxy and the endpoint's address",
        Fault.Overloaded => "try again later; the server says that it cannot now",
        _ => Rules.IsAws(account.Address) ? "see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html" : "see the server's log",
    };
}
