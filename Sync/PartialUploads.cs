using System;
using System.Collections.Generic;
using System.Linq;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Keeps in the ledger how far multipart uploads got, gives a file's next attempt what is there of it, and has aborted what nobody will go on with.
/// What it knows is never trusted alone: whoever goes on asks the server for its parts and reads the file's again. Belongs to the ledger's thread.
/// A crash between the server's answer to CreateMultipartUpload and the next commit leaves an upload that nobody knows of: for that the bucket has a lifecycle rule.
/// </summary>
sealed class PartialUploads(Ledger ledger, Aborter aborter, TimeProvider clock)
{
    // More unfinished large files than this are not worth it: the longest untouched is aborted and begun again. Several times as many as there can be uploaders.
    const int Most = 1024;
    // As long as AWS's own examples of lifecycle rules let incomplete uploads live. https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html
    static readonly TimeSpan Longest = TimeSpan.FromDays(7);
    static readonly TimeSpan BetweenLooks = TimeSpan.FromHours(1);

    // By the ledger's numbers of the roots. Fruitless is not in the ledger: another run may be luckier.
    readonly Dictionary<(int Root, string Path), (long Id, PartialUpload Upload)> known = [];
    readonly HashSet<long> offered = [];
    readonly RunClock time = new(clock);
    TimeSpan nextLook;

    /// <summary>Writes down what was aborted meanwhile, and at the start and every hour looks for what is to be. Within a transaction.</summary>
    public void Step()
    {
        while (aborter.TryTake(out var id, out var isGone))
        {
            offered.Remove(id);
            if (isGone)
            {
                ledger.Uploads.Remove(id);
            }
        }
        // What an upload was touched at stays as it was written when the clock is set.
        time.Look();
        if (time.Elapsed >= nextLook)
        {
            nextLook = time.Elapsed + BetweenLooks;
            Look();
        }
    }

    /// <summary>What the server has of a file whose turn has come; null for most files.</summary>
    public PartialUpload? Of(int root, string path) =>
        known.Count > 0 && known.TryGetValue((root, path), out var open) ? open.Upload with { Parts = ledger.Uploads.Parts(open.Id) } : null;

    /// <summary>Writes down how far an upload got. Within a transaction.</summary>
    public void Apply(int root, string path, UploadNote note)
    {
        var now = time.Now;
        if (note.Step == UploadStep.Begun)
        {
            Begin(root, path, note.Upload, now);
        }
        else if (known.TryGetValue((root, path), out var open) && open.Upload.UploadId == note.Upload.UploadId)
        {
            switch (note.Step)
            {
                case UploadStep.Stored:
                    ledger.Uploads.AddPart(open.Id, note.Number, note.Part, now);
                    open.Upload.Fruitless = 0;
                    break;
                case UploadStep.Fruitless:
                    open.Upload.Fruitless++;
                    break;
                case UploadStep.Ended:
                    ledger.Uploads.Remove(open.Id);
                    known.Remove((root, path));
                    break;
                default:
                    ledger.Uploads.Abandon(open.Id);
                    known.Remove((root, path));
                    break;
            }
        }
    }

    void Begin(int root, string path, PartialUpload upload, long now)
    {
        if (known.Remove((root, path), out var former))
        {
            ledger.Uploads.Abandon(former.Id);
        }
        if (known.Count >= Most)
        {
            var oldest = ledger.Uploads.All(stale: false)[0];
            ledger.Uploads.Abandon(oldest.Id);
            known.Remove((oldest.Root, oldest.Path));
        }
        // Its parts are the uploader's to add to.
        known[(root, path)] = (ledger.Uploads.Add(root, path, upload, now), upload with { Parts = [] });
        FailPoint.Reach("ledger.upload");
    }

    void Look()
    {
        if (ledger.Uploads.AbandonOld(time.Earliest - (long)Longest.TotalMilliseconds) > 0 || known.Count == 0)
        {
            var fruitless = known.ToDictionary(one => one.Value.Id, one => one.Value.Upload.Fruitless);
            known.Clear();
            foreach (var open in ledger.Uploads.All(stale: false))
            {
                open.Upload.Fruitless = fruitless.GetValueOrDefault(open.Id);
                known[(open.Root, open.Path)] = (open.Id, open.Upload);
            }
        }
        foreach (var left in ledger.Uploads.All(stale: true))
        {
            if (offered.Add(left.Id))
            {
                aborter.Offer(left.Id, left.Upload);
            }
        }
    }
}
