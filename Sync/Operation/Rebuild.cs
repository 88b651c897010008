using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary>
/// One making of a ledger from the bucket: a page of the listing at a time, so that a million objects need no more memory than a thousand. Only this
/// loop writes the ledger; its loops that ask the bucket do not. Without a ledger it only counts what it would do.
/// </summary>
sealed class Rebuild(Settings.Settings settings, Bucket bucket, BucketAccount account, IDisk disk, Ledger? ledger, CancellationToken stop)
{
    // Never a time of change: so the next run takes the file for one that was touched, and reads it again before it deletes it.
    const long ReadAgain = 1;

    readonly Claims claims = new(bucket, disk, size => new UploadRules(default, (int)settings.UploadPartSize, false).PartSizeOf(size), settings.UnsureInterval);

    /// <summary>What a page's objects are to the ledger.</summary>
    enum Verdict : byte { Skipped, Known, Gone, Same, Other }

    /// <summary>Goes through the objects of one root; null when all are recorded, else why it could not go on.</summary>
    public async Task<Problem?> RunAsync(Root root)
    {
        var (id, target) = ledger is null ? (0, 0) : Begin(root);
        var tally = new long[5];
        var bytes = 0L;
        string? next = null;
        do
        {
            var (reply, objects, following) = await account.ListAsync(root.Bucket, Keys.Head(root.Prefix), next, stop);
            if (!reply.Ok)
            {
                return Fault(reply, $"s3://{root.Bucket} cannot be listed");
            }
            next = following;
            var found = new Found[objects.Count];
            for (var i = 0; i < found.Length; i++)
            {
                found[i].Path = OwnPath(root, objects[i].Key);
                found[i].Verdict = found[i].Path is not { } path ? Verdict.Skipped : ledger?.Read(id, path, out _) == true ? Verdict.Known : Verdict.Gone;
                bytes += found[i].Path is null ? 0 : objects[i].Size;
            }
            if (await LookAsync(root, objects, found) is { } problem)
            {
                return problem;
            }
            ledger?.Begin();
            for (var i = 0; i < found.Length; i++)
            {
                tally[(int)found[i].Verdict]++;
                if (found[i].Verdict is Verdict.Gone or Verdict.Same)
                {
                    ledger?.Recover(id, found[i].Path!, found[i].ToRecord(objects[i], target, settings.Keep) with { OddKey = root.Template is null ? null : objects[i].Key }, Now());
                }
            }
            ledger?.Commit();
        }
        while (next is not null);
        Say(root, tally, bytes);
        return null;
    }

    (int Root, int Target) Begin(Root root)
    {
        ledger!.Begin();
        var numbers = ledger.Aim(root, bucket.Endpoint);
        ledger.Commit();
        return numbers;
    }

    /// <summary>The path whose file has this key, if it is this root's: of two prefixes, one inside the other, the longer one has it.</summary>
    string? OwnPath(Root root, string key)
    {
        foreach (var other in settings.Roots)
        {
            var (mine, others) = (Keys.Head(root.Prefix).Length, Keys.Head(other.Prefix).Length);
            if (other.Bucket == root.Bucket && (others > mine || others == mine && other.Index < root.Index) && Keys.PathOf(other, key) is not null)
            {
                return null;
            }
        }
        return Keys.PathOf(root, key);
    }

    async Task<Problem?> LookAsync(Root root, List<ListedObject> objects, Found[] found)
    {
        var problem = await Several.LookAsync(found.Length, settings.LooksAtOnce, async at => found[at].Verdict == Verdict.Gone ? await LookAsync(root, objects[at], found, at) : null, stop);
        if (problem is null && stop.IsCancellationRequested)
        {
            return new("interrupted before the end", "call it again: it goes on where it was");
        }
        // Not every file is gone but their directory: what it holds is not known then.
        return problem ?? (disk.Look(root.Path, out _).Access == Access.Missing ? new($"{Shown.Name(root.Path)} is out of reach", "call it again when it is there") : null);
    }

    /// <summary>Finds out what one object is to the ledger.</summary>
    async Task<Problem?> LookAsync(Root root, ListedObject one, Found[] found, int at)
    {
        var path = root.FullPath(found[at].Path!);
        var looked = disk.Look(path, out var stamp);
        var isHere = looked.Access is not (Access.Missing or Access.NotRegular);
        if (ledger is null || isHere && !(looked.Ok && stamp.Size == one.Size))
        {
            found[at].Verdict = !isHere ? Verdict.Gone : looked.Ok && stamp.Size == one.Size ? Verdict.Same : Verdict.Other;
            return null;
        }
        var head = await claims.HeadAsync(root.Bucket, one.Key, stop);
        if (head.Fault is Storage.Fault.NotThere or Storage.Fault.Abandoned)
        {
            // Removed since it was listed: nothing is known of such a name.
            found[at].Verdict = Verdict.Skipped;
            return null;
        }
        if (!head.Ok)
        {
            return Fault(head, $"s3://{root.Bucket}/{Shown.Name(one.Key)} cannot be asked for");
        }
        if (!isHere)
        {
            (found[at].Stamp, found[at].Receipt) = (new(0, head.Size ?? one.Size, 0, 0), claims.ReceiptOf(head));
            return null;
        }
        try
        {
            var same = claims.Compare(path, head, stop);
            // What was sent in parts, but only one of them, no run of ours sent, and none could compare it again.
            found[at].Verdict = same is null || same.Value.Receipt.Checksum.EndsWith("-1", StringComparison.Ordinal) ? Verdict.Other : Verdict.Same;
            (found[at].Stamp, found[at].Receipt) = same is { } proven ? (proven.Stamp with { Changed = ReadAgain }, proven.Receipt) : default;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            found[at].Verdict = Verdict.Other;
        }
        return null;
    }

    void Say(Root root, long[] tally, long bytes)
    {
        var would = ledger is null ? "would be " : "";
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"s3://{root.Bucket}/{Shown.Name(Keys.Head(root.Prefix))}: {Units.Count(tally[1] + tally[2] + tally[3] + tally[4], "object")} of {Shown.Name(root.Path)} ({Units.Bytes(bytes)})"));
        foreach (var (verdict, what) in (ReadOnlySpan<(Verdict, string)>)
        [
            (Verdict.Gone, $"{would}recorded as uploaded and gone from here"),
            (Verdict.Same, ledger is null ? "of the same length here, to be compared by their bytes" : "recorded as uploaded and still here: the next run compares them once more and deletes them"),
            (Verdict.Other, "here with other bytes, or in use: left for the next run to judge"),
            (Verdict.Known, "recorded by an earlier attempt"),
            (Verdict.Skipped, "whose key no file of this directory has"),
        ])
        {
            if (tally[(int)verdict] > 0)
            {
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {tally[(int)verdict],9:N0}  {what}"));
            }
        }
    }

    static Problem Fault(in Reply reply, string what) => new($"{what}: {reply.Detail}", reply.Fault switch
    {
        Storage.Fault.Refused => "allow this account s3:ListBucket and s3:GetObject there, and call it again: it goes on where it was",
        Storage.Fault.Credentials => "look at the credentials: expired, unknown or mistyped",
        Storage.Fault.Redirected => "give the server's own address with --endpoint, and call it again",
        Storage.Fault.NoBucket or Storage.Fault.NotThere => "look at the bucket's name and region",
        _ => "call it again: it goes on where it was",
    });

    static long Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    /// <summary>One object of a page.</summary>
    struct Found
    {
        public string? Path;
        public Verdict Verdict;
        public Stamp Stamp;
        public Receipt Receipt;

        readonly public Recovered ToRecord(in ListedObject one, int target, bool keep) =>
            new(Verdict == Verdict.Same, one.Modified, Now(), keep ? null : Now(), Stamp, target, Receipt);
    }
}
