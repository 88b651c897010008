using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync.Settings;

namespace S3Sync.Sync.Operation;

/// <summary>
/// One taking over of another program's ledger, a page at a time. Its dates are claims: what it calls uploaded counts only if the bucket has it, and a file
/// that is still here only if it has the same bytes. Only this loop writes the ledger; without one it only counts.
/// </summary>
sealed class Import(Settings.Settings settings, Bucket bucket, IDisk disk, Ledger? ledger, CancellationToken stop)
{
    const int Page = 1000;

    // s3_file_sync sends everything in parts of 100 MB, whatever it is told (src/uploader/mod.rs).
    const long FormerPart = 100L << 20;

    readonly Claims claims = new(bucket, disk, _ => FormerPart, settings.UnsureInterval);
    readonly Dictionary<int, (int Id, int Target)> numbers = [];
    readonly long[] tally = new long[Enum.GetValues<Finding>().Length];

    /// <summary>What one row of the former ledger comes to.</summary>
    enum Finding : byte { Known, Gone, Same, Unproven, Refuted, Pending, Lost, Vanished, Elsewhere }

    /// <summary>Goes through the former ledger; null when all is recorded, else why it could not go on.</summary>
    public async Task<Problem?> RunAsync(LedgerOfFormer former)
    {
        Begin();
        var after = "";
        for (List<FormerRow> page; (page = former.Read(after, Page)).Count > 0; after = page[^1].Path)
        {
            var found = new Found[page.Count];
            for (var i = 0; i < found.Length; i++)
            {
                found[i] = Place(page[i]);
            }
            if (await LookAsync(page, found) is { } problem)
            {
                return problem;
            }
            ledger?.Begin();
            for (var i = 0; i < found.Length; i++)
            {
                tally[(int)found[i].Finding]++;
                Record(page[i], found[i]);
            }
            ledger?.Commit();
        }
        ledger?.Begin();
        ledger?.MendLatest();
        ledger?.Commit();
        return null;
    }

    /// <summary>Says the sum; returns the exit code.</summary>
    public int Sum()
    {
        foreach (var (finding, what) in (ReadOnlySpan<(Finding, string)>)
        [
            (Finding.Gone, "in the bucket and gone from here: recorded as done"),
            (Finding.Same, "in the bucket, and here with the same bytes: recorded as uploaded, the next run deletes them"),
            (Finding.Unproven, "in the bucket, but what is here is not proven to be the same: queued, the next run judges"),
            (Finding.Refuted, "called uploaded, but not in the bucket: queued again"),
            (Finding.Pending, "not uploaded yet: queued again"),
            (Finding.Lost, "called uploaded, but neither in the bucket nor here"),
            (Finding.Vanished, "not uploaded, and not here any more: left out"),
            (Finding.Known, "known to the ledger already: left as they are"),
            (Finding.Elsewhere, "below none of the watched directories: left out"),
        ])
        {
            if (tally[(int)finding] > 0)
            {
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tally[(int)finding],9:N0}  {what}"));
            }
        }
        Console.Out.WriteLine(ledger is null ? "nothing was touched" : $"recorded in {Shown.Name(settings.Ledger)}");
        return tally[(int)Finding.Lost] > 0 ? Exit.Mismatch : Exit.Done;
    }

    void Begin()
    {
        ledger?.Begin();
        foreach (var root in settings.Roots)
        {
            numbers[root.Index] = ledger?.Aim(root, bucket.Endpoint) ?? (0, 0);
        }
        ledger?.Commit();
    }

    /// <summary>Finds the watched directory of a row.</summary>
    Found Place(in FormerRow row)
    {
        var full = FullPathOf(row.Path);
        foreach (var path in (ReadOnlySpan<string>)[full, Beside.RealPathOf(full)])
        {
            foreach (var root in settings.Roots)
            {
                if (path.Length > root.Path.Length + 1 && path.StartsWith(root.Path, RealPath.Comparison) && path[root.Path.Length] == Path.DirectorySeparatorChar)
                {
                    var below = path[(root.Path.Length + 1)..];
                    return new() { Root = root, Path = below, Finding = ledger?.Read(numbers[root.Index].Id, below, out _) == true ? Finding.Known : Finding.Pending };
                }
            }
        }
        return new() { Finding = Finding.Elsewhere };
    }

    async Task<Problem?> LookAsync(List<FormerRow> page, Found[] found)
    {
        var problem = await Several.LookAsync(found.Length, settings.LooksAtOnce, async at => found[at].Finding == Finding.Pending ? await LookAsync(page[at], found, at) : null, stop);
        if (problem is null && stop.IsCancellationRequested)
        {
            return new("interrupted before the end", "call it again: what is recorded is left as it is");
        }
        foreach (var root in settings.Roots)
        {
            // Not every file is gone but their directory: what it holds is not known then.
            problem ??= disk.Look(root.Path, out _).Access == Access.Missing ? new($"{Shown.Name(root.Path)} is out of reach", "call it again when it is there") : null;
        }
        return problem;
    }

    /// <summary>Checks what one row claims.</summary>
    async Task<Problem?> LookAsync(FormerRow row, Found[] found, int at)
    {
        var (root, path) = (found[at].Root!, found[at].Path);
        var isHere = disk.Look(root.FullPath(path), out _).Access is not (Access.Missing or Access.NotRegular);
        if (row.Uploaded is null)
        {
            found[at].Finding = isHere ? Finding.Pending : Finding.Vanished;
            return null;
        }
        found[at].Finding = isHere ? Finding.Refuted : Finding.Lost;
        foreach (var key in Spellings(root, path))
        {
            var head = await claims.HeadAsync(root.Bucket, key, stop);
            if (head.Fault is Fault.NotThere or Fault.Abandoned)
            {
                continue;
            }
            if (!head.Ok)
            {
                return new($"s3://{root.Bucket}/{Shown.Name(key)} cannot be asked for: {head.Detail}", head.Fault == Fault.Refused
                    ? "allow this account s3:ListBucket and s3:GetObject there, and call it again"
                    : "call it again: what is recorded is left as it is");
            }
            // Without a template: what has no key of its own in the ledger has that one.
            found[at].OddKey = Keys.Make(root.WithoutTemplate(), path, out var own) == KeyVerdict.Ok && own == key ? null : key;
            if (!isHere)
            {
                found[at].HasNoSize = head.Size is null;
                (found[at].Finding, found[at].Stamp, found[at].Receipt) = (Finding.Gone, new(0, head.Size ?? 0, 0, 0), claims.ReceiptOf(head));
                return null;
            }
            try
            {
                var same = claims.Compare(root.FullPath(path), head, stop);
                found[at].Finding = same is null ? Finding.Unproven : Finding.Same;
                (found[at].Stamp, found[at].Receipt) = same ?? default;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                found[at].Finding = Finding.Known;
            }
            return null;
        }
        return null;
    }

    /// <summary>The keys a file may have been given: ours, and what the former program makes of the directory's own name and the path, on Windows with '\'.</summary>
    static List<string> Spellings(Root root, string path)
    {
        List<string> keys = [];
        var former = $"{Path.GetFileName(root.Path)}/{path.Replace(Path.DirectorySeparatorChar, '/')}";
        var own = Keys.Make(root.WithoutTemplate(), path, out var made) == KeyVerdict.Ok ? made : former;
        foreach (var key in (ReadOnlySpan<string>)[own, own.Replace('/', '\\'), former, former.Replace('/', '\\')])
        {
            if (!keys.Contains(key))
            {
                keys.Add(key);
            }
        }
        return keys;
    }

    void Record(in FormerRow row, in Found found)
    {
        if (found.Finding == Finding.Lost)
        {
            Console.Out.WriteLine($"lost      {Shown.Name(found.Root!.FullPath(found.Path))}: called uploaded {Units.Moment(row.Uploaded!.Value)}, but there is no such object in {found.Root.Bucket}");
        }
        if (ledger is null || found.Root is null)
        {
            return;
        }
        var (id, target) = numbers[found.Root.Index];
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        switch (found.Finding)
        {
            case Finding.Gone or Finding.Same:
                var record = new Recovered(found.Finding == Finding.Same, Past(row.Uploaded, now), Past(row.Deleted, now), settings.Keep ? null : now, found.Stamp, target, found.Receipt)
                {
                    OddKey = found.OddKey,
                    // The former program's key is where its object is: an import is for such files too.
                    IsReleased = found.OddKey is not null,
                    HasNoSize = found.HasNoSize,
                };
                ledger.Recover(id, found.Path, record, now);
                break;
            case Finding.Pending or Finding.Refuted or Finding.Unproven:
                ledger.Add(id, found.Path, Past(row.Found, now), now);
                break;
            default:
                break;
        }
    }

    /// <summary>A date of the former ledger; now where it has none that can be.</summary>
    static long Past(long? time, long now) => time is > 0 and var some && some < now ? some : now;

    /// <summary>As this program has it. The former one's watched directories are canonical, which on Windows means a prefix for long paths.</summary>
    static string FullPathOf(string path) =>
        path.StartsWith(@"\\?\UNC\", StringComparison.OrdinalIgnoreCase) ? @"\\" + path[8..]
        : path.StartsWith(@"\\?\", StringComparison.Ordinal) ? path[4..]
        : Path.GetFullPath(path);

    /// <summary>One row of a page.</summary>
    struct Found
    {
        public Root? Root;
        public string Path;
        public string? OddKey;
        public bool HasNoSize;
        public Finding Finding;
        public Stamp Stamp;
        public Receipt Receipt;
    }
}
