using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary>Tries an upload in parts from its beginning to its end: some servers take all of it, and make nothing of it, or another thing.</summary>
sealed class CheckParts(Bucket bucket, BucketAccount account, Root root, CheckList list)
{
    const string Subject = "multipart";

    readonly TrialObject trial = new(bucket, root.Bucket, TrialObject.KeyOf(root, "check-parts"), CheckBucket.HeadersOf(root));

    static CancellationToken None => CancellationToken.None;

    string Place => $"s3://{root.Bucket}/{Shown.Name(Keys.Head(root.Prefix))}";

    /// <param name="isSeen">True if the account may look at keys.</param>
    /// <param name="isHonoured">True if PutObject keeps what is there.</param>
    /// <param name="mayRemove">False if an object would stay, as the first one did.</param>
    public async Task RunAsync(bool isSeen, bool isHonoured, bool mayRemove)
    {
        if (!await AbortAsync())
        {
            return;
        }
        if (!mayRemove)
        {
            list.Ok(Subject, $"{Place}: an upload in parts can be begun and aborted; none was completed, as nothing can be removed");
            return;
        }
        try
        {
            var (completed, last) = await trial.CompleteAsync(CheckBucket.Body, None);
            var isKnown = completed is not { Fault: Fault.NoConditions };
            if (!isKnown)
            {
                (completed, last) = await trial.CompleteAsync(CheckBucket.Body, None, onlyIfNew: false);
            }
            if (completed is not { Ok: true })
            {
                list.Failed(Subject, $"{Place}: an upload in parts cannot be completed: {last.Detail}", HintOf(last));
                return;
            }
            await ProveAsync(last);
            await CheckTraits.RunAsync(account, root, trial.Key, " (in parts)", list);
            // Other bytes: the object is ours, and goes.
            Overwrite(isKnown ? (await trial.CompleteAsync(CheckBucket.Other, None)).Last : new(Fault.NoConditions), isSeen, isHonoured);
        }
        finally
        {
            if (await trial.RemoveAsync() is { Ok: false } removed)
            {
                list.Warning("clean up", $"{trial.Place} could not be removed: {removed.Detail}", "remove it by hand");
            }
        }
    }

    /// <summary>Begins an upload and gives it up, as a run does with one that came to nothing. False if it cannot be begun.</summary>
    async Task<bool> AbortAsync()
    {
        var begun = await bucket.CreateUploadAsync(root.Bucket, trial.Key, None, CheckBucket.HeadersOf(root));
        if (!begun.Ok)
        {
            list.Failed(Subject, $"{Place}: {begun.Detail}", HintOf(begun));
            return false;
        }
        var aborted = await bucket.AbortUploadAsync(root.Bucket, trial.Key, begun.UploadId, None);
        if (!aborted.Ok)
        {
            list.Warning(Subject, $"{Place}: an upload in parts cannot be aborted: {aborted.Detail}", "allow s3:AbortMultipartUpload, and have a lifecycle rule remove what is left of them");
        }
        return true;
    }

    async Task ProveAsync(Reply completed)
    {
        var whole = DigestOfParts.Whole([Digest.Of(bucket.Checksum, CheckBucket.Body)]);
        var head = await bucket.HeadAsync(root.Bucket, trial.Key, None);
        var verdict = Proof.Of(bucket.Checksum, whole, completed);
        verdict = verdict == Verdict.Unproven && head.Ok ? Proof.Of(bucket.Checksum, whole, head) : verdict;
        if (head.Fault == Fault.NotThere)
        {
            list.Failed(Subject, $"{Place}: an upload in parts was completed, and there is no such object", "do not use this server for files longer than --upload-part-size");
        }
        else if (head.Ok && head.Size is { } there && there != CheckBucket.Body.Length)
        {
            list.Failed(Subject, $"{Place}: an upload in parts became {there} bytes where {CheckBucket.Body.Length} were sent", "do not use this server for files longer than --upload-part-size");
        }
        else if (verdict == Verdict.Proven)
        {
            list.Ok(Subject, $"{Place}: an upload in parts can be aborted, and completed, and is proven");
        }
        else
        {
            var kind = bucket.Checksum == ChecksumKind.Md5 ? "the ETag of an upload in parts" : $"the {bucket.Checksum} checksum of the whole";
            list.Failed(Subject, $"{Place}: of an upload in parts the server states {(verdict == Verdict.Unproven ? "nothing that proves it" : "another checksum")} ({kind} was asked for)",
                "try another --checksum, or a larger --upload-part-size for fewer such files");
        }
    }

    /// <param name="again">The answer to another upload to the key, completed under the condition.</param>
    void Overwrite(Reply again, bool isSeen, bool isHonoured)
    {
        var what = again.Fault == Fault.NoConditions ? "does not know" : "ignores";
        if (again.Fault == Fault.Exists)
        {
            if (!isSeen)
            {
                list.Ok("overwrite", $"{Place}: in parts refused too");
            }
        }
        else if (!again.Ok && again.Fault != Fault.NoConditions)
        {
            list.Failed("overwrite", $"{Place}: in parts: {again.Detail}", HintOf(again));
        }
        else if (bucket.IsAws)
        {
            list.Failed("overwrite", $"{Place}: in parts the server {what} If-None-Match, which AWS does not", "is this really AWS? look at --endpoint and the proxy");
        }
        else if (!isSeen)
        {
            list.Failed("overwrite", $"{Place}: in parts the server {what} If-None-Match, {CheckBucket.MayNotLook}: a run uploads no file longer than a part", CheckBucket.AllowLook);
        }
        else if (isHonoured)
        {
            list.Warning("overwrite", $"{Place}: in parts the server {what} If-None-Match",
                "s3sync looks at every key before it completes an upload, but a write by somebody else in that instant would be overwritten");
        }
    }

    string HintOf(in Reply reply) => CheckHints.Of(reply, root, account);
}
