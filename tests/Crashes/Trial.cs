using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Support;

namespace S3Sync.Tests.Crashes;

/// <summary>The program under trial.</summary>
/// <param name="Path">The executable.</param>
/// <param name="Endpoint">What it is told as --endpoint; null for AWS.</param>
/// <param name="Environment">Its variables, where its credentials may be; null takes one away.</param>
sealed record Accused(string Path, string? Endpoint, IReadOnlyDictionary<string, string?> Environment);

/// <summary>
/// One watched directory, its ledger and its part of a bucket, with the memory of everything produced there. The oracle looks while no program runs:
/// each file is on disk, or the bucket holds its very bytes and the ledger the receipt. Belongs to one loop; the producer runs beside it.
/// </summary>
sealed class Trial(Accused accused, Target target, Random random, double perSecond) : IAsyncDisposable
{
    // The server answers in a millisecond or in fifty; both sides may share two processors.
    static readonly ParallelOptions Side = new() { MaxDegreeOfParallelism = 8 };
    static readonly TimeSpan DrainLimit = TimeSpan.FromMinutes(10);

    readonly TemporaryDirectory place = new();
    readonly CancellationTokenSource enough = new();
    readonly HashSet<string> proven = new(StringComparer.Ordinal);
    readonly ConcurrentQueue<string> violations = new();
    Task producing = Task.CompletedTask;
    CrashProducer? producer;

    /// <summary>What breaks the promise, a line each.</summary>
    public IReadOnlyCollection<string> Violations => violations;

    public int Files => Producer.Files.Count;

    public long Bytes => Producer.Files.Values.Sum(file => file.Size);

    public int Multipart => Producer.Multipart;

    /// <summary>Files whose bytes were read back from the bucket and compared.</summary>
    public int Proven => proven.Count;

    /// <summary>Holds the watched directory and the ledger; kept where something is wrong.</summary>
    public string Place => place.Path;

    string Root => place["in"];

    string Ledger => place["state/ledger.db"];

    CrashProducer Producer => producer ??= new(Root, random, perSecond);

    /// <summary>Lets the producer begin.</summary>
    public void Produce()
    {
        Directory.CreateDirectory(Root);
        producing = Task.Run(() => Producer.Run(enough.Token));
    }

    public ProgramRun Start(params IEnumerable<string> more) => ProgramRun.Start(accused.Path, place.Path, accused.Environment,
        ["-w", Root, "-b", target.Bucket, "--prefix", target.Prefix.TrimEnd('/'), .. accused.Endpoint is { } url ? new[] { "--endpoint", url } : [], "--ledger", Ledger, "-s", "5", .. more]);

    /// <summary>Judges after a death. Files whose proof was read back once are not read again until <see cref="Finish"/>: nothing may overwrite them.</summary>
    public async Task<Moment> Judge(CancellationToken cancel)
    {
        // In this order: what is produced meanwhile is on disk, whether the oracle knows of it or not.
        var files = Producer.Files.ToArray();
        var disk = OnDisk();
        var rows = Rows();
        var (waiting, toDelete) = (0, 0);
        List<string> claimed = [];
        foreach (var (path, _) in files)
        {
            var isUploaded = rows.GetValueOrDefault(path).Uploaded is not null;
            if (disk.Contains(path))
                _ = isUploaded ? toDelete++ : waiting++;
            if (!proven.Contains(path) && (isUploaded || !disk.Contains(path)))
                claimed.Add(path);
        }
        await Parallel.ForEachAsync(claimed, new ParallelOptions { MaxDegreeOfParallelism = Side.MaxDegreeOfParallelism, CancellationToken = cancel }, async (path, stop) =>
        {
            var holds = await Holds(path, stop);
            if (!holds || rows.GetValueOrDefault(path).Uploaded is null)
                violations.Enqueue($"{(disk.Contains(path) ? "recorded as uploaded" : "LOST")}: {path}: on disk {disk.Contains(path)}, its bytes in the bucket {holds}, row {rows.GetValueOrDefault(path)}");
        });
        proven.UnionWith(claimed);
        return new(waiting, toDelete, claimed.Count);
    }

    /// <summary>Ends the production, lets a run drain what is left, and judges everything: every file in the bucket byte for byte, nothing else there, nothing left.</summary>
    public async Task Finish(CancellationToken cancel)
    {
        await StopProducing();
        await using (var run = Start("-i", "0", "--once"))
        {
            var code = await run.Exit(DrainLimit);
            // Ctrl+C in a terminal reaches both: then it has not drained, and that is nobody's fault.
            cancel.ThrowIfCancellationRequested();
            if (code != 0)
                violations.Enqueue($"the last drain ended with {code}:\n{string.Join('\n', run.Output.Split('\n').TakeLast(20))}");
        }
        foreach (var left in OnDisk())
            violations.Enqueue($"left on disk: {left}");
        var rows = Rows();
        var objects = await target.List(cancel);
        proven.Clear();
        var right = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(Producer.Files.Keys, new ParallelOptions { MaxDegreeOfParallelism = Side.MaxDegreeOfParallelism, CancellationToken = cancel }, async (path, stop) =>
        {
            var row = rows.GetValueOrDefault(path);
            if (!await Holds(path, stop))
                violations.Enqueue($"LOST: not in the bucket with its bytes: {path}, row {row}");
            else if (row is not { Uploaded: not null, Stage: Stage.Deleted or Stage.Missing, Checksum: { Length: > 0 } } || row.ETag != objects[path].ETag || row.Size != objects[path].Size)
                violations.Enqueue($"no receipt that agrees with the bucket: {path}, row {row}, listed {objects[path]}");
            else
                right.Add(path);
        });
        proven.UnionWith(right);
        foreach (var key in objects.Keys.Where(key => !Producer.Files.ContainsKey(key)))
            violations.Enqueue($"an object nobody produced: {key}");
    }

    /// <summary>Something else that must not be.</summary>
    public void Wrong(string what) => violations.Enqueue(what);

    public async Task StopProducing()
    {
        await enough.CancelAsync();
        await producing;
    }

    public async ValueTask DisposeAsync()
    {
        await StopProducing();
        enough.Dispose();
        if (violations.IsEmpty)
            place.Dispose();
    }

    Task<bool> Holds(string path, CancellationToken cancel)
    {
        var file = Producer.Files[path];
        return target.Holds(path, file.Size, file.Seed, cancel);
    }

    HashSet<string> OnDisk() => [.. Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))];

    /// <summary>The rows by path, read from a copy: to open the ledger itself would tidy away what the crash left, which the program has to do.</summary>
    Dictionary<string, LedgerRow> Rows()
    {
        var copy = place["copy.db"];
        foreach (var end in (string[])["", "-wal"])
        {
            File.Delete(copy + end);
            if (File.Exists(Ledger + end))
                File.Copy(Ledger + end, copy + end);
        }
        // The program was killed before it had made its tables.
        if (!File.Exists(copy) || (new FileInfo(copy).Length == 0 && !File.Exists(copy + "-wal")))
            return [];
        return Read(copy);
    }

    static Dictionary<string, LedgerRow> Read(string ledger) =>
        LedgerRows.HasTables(ledger) ? LedgerRows.All(ledger).ToDictionary(row => row.Path.Replace('\\', '/')) : [];
}

/// <summary>Where a death caught the program.</summary>
/// <param name="Waiting">Files without a receipt, still on disk.</param>
/// <param name="ToDelete">Files with a receipt, still on disk.</param>
/// <param name="Claimed">Files that got their receipt since the death before.</param>
readonly record struct Moment(int Waiting, int ToDelete, int Claimed);
