using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.EndToEnd;

/// <summary>
/// The oracle: for each file ever produced, either it is still on disk with its bytes, or the bucket holds exactly those bytes under its key
/// and the ledger has the receipt. Never neither, and never a key nobody asked for.
/// </summary>
/// <param name="Left">Files still on disk.</param>
/// <param name="InBucket">Files whose bytes are in the bucket.</param>
/// <param name="Receipts">Files the ledger has as uploaded.</param>
/// <param name="Ledger">Every row, by path.</param>
/// <param name="Wrongs">What breaks the promise, a line each.</param>
sealed record Judgement(int Left, int InBucket, int Receipts, IReadOnlyDictionary<string, LedgerRow> Ledger, IReadOnlyCollection<string> Wrongs)
{
    /// <param name="ledgers">Where receipts may be; where several have one, the first counts.</param>
    public static async Task<Judgement> Of(Scene scene, CancellationToken cancel, params IEnumerable<string> ledgers)
    {
        var objects = await scene.View.List(cancel);
        var ledger = ledgers.SelectMany(LedgerView.Read).OrderBy(row => row.Value.Uploaded is null).DistinctBy(row => row.Key).ToDictionary();
        var wrongs = new ConcurrentQueue<string>();
        var (left, inBucket, receipts) = (0, 0, 0);
        // Eight: the servers answer in a millisecond, and both sides share two processors.
        await Parallel.ForEachAsync(scene.Expected, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancel }, async (file, stop) =>
        {
            var (path, expected) = file;
            var onDisk = File.Exists(scene.FullPath(path));
            if (onDisk && !Pattern.MatchesFile(scene.FullPath(path), expected.Seed, expected.Size))
                wrongs.Enqueue($"{path}: on disk with other bytes");
            var listed = objects.TryGetValue(Scene.Key(path), out var one);
            if (listed && !await Holds(scene, path, expected, stop))
                wrongs.Enqueue($"{path}: in the bucket with other bytes, {one.Size} of {expected.Size}");
            var row = ledger.GetValueOrDefault(scene.LedgerPath(path));
            var receipt = row?.Uploaded is not null;
            if (receipt && (row!.Size, row.Checksum) != (one.Size, one.ETag))
                wrongs.Enqueue($"{path}: the receipt says {row.Size} bytes and {row.Checksum}, the bucket {one.Size} and {one.ETag}");
            if (receipt && !listed)
                wrongs.Enqueue($"{path}: recorded as uploaded, but not in the bucket");
            if (!onDisk && !(listed && receipt))
                wrongs.Enqueue($"{path}: LOST: not on disk, in the bucket: {listed}, receipt: {receipt}");
            _ = onDisk && Interlocked.Increment(ref left) > 0;
            _ = listed && Interlocked.Increment(ref inBucket) > 0;
            _ = receipt && Interlocked.Increment(ref receipts) > 0;
        });
        var known = scene.Expected.Keys.Select(Scene.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var key in objects.Keys.Where(key => !known.Contains(key)))
            wrongs.Enqueue($"{key}: in the bucket, but nobody produced it");
        return new(left, inBucket, receipts, ledger, wrongs);
    }

    public void AssertSound() => Assert.True(Wrongs.Count == 0, $"{Wrongs.Count} wrongs:\n{string.Join('\n', Wrongs.Take(20))}");

    static async Task<bool> Holds(Scene scene, string path, Produced expected, CancellationToken cancel)
    {
        var bytes = await scene.View.Get(Scene.Key(path), cancel);
        return bytes.LongLength == expected.Size && Pattern.Matches(expected.Seed, 0, bytes);
    }
}
