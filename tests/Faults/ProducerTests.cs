using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Faults;

/// <summary>
/// Producers that finish a file in their own ways, while s3sync takes it as soon as it may: whatever they could still write is on disk or in
/// the bucket, on file systems with fine timestamps and with coarse ones.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class ProducerTests
{
    const int Files = 120, AtOnce = 8;

    enum Way { Append, RewriteSameLength, RewriteWithOldTime, Truncate, HoldOpen, RenameOver }

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [LinuxFact]
    public Task NothingThatAProducerWroteIsLostWhereTimesAreFine() => Produce(coarse: false, TimeSpan.Zero, 1);

    [LinuxFact]
    public Task NothingThatAProducerWroteIsLostWhereTimesAreWholeSeconds() => Produce(coarse: true, TimeSpan.Zero, 2);

    [LinuxFact]
    public Task NorWithAPauseOfAFractionOfASecond() => Produce(coarse: true, TimeSpan.FromMilliseconds(300), 3);

    static async Task Produce(bool coarse, TimeSpan quiet, int seed)
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        // What is not renamed into place yet is left out.
        stand.Roots[0] = stand.Root with { Filter = Filter.Standard };
        await using var volume = coarse ? await CoarseVolume.Mount(stand.Root.Path) : null;
        GatedDisk disk = new(stand.Roots);
        List<Product> products = [.. Enumerable.Range(0, Files).Select(i => new Product(stand.Root.Path, $"{i}", seed * Files + i))];
        await using (var running = stand.Run(rules => rules with { Quiet = quiet }, disk: disk))
        {
            await Parallel.ForEachAsync(products, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancel }, async (product, _) => await product.Make(disk, coarse ? 150 : 4));
            await Eventually.True(() => LedgerRows.Count(stand.Ledger, "due IS NOT NULL AND parked IS NULL") == 0, stand.Log.ToString, Cancel);
            Assert.Null((await running.StopAsync()).Fault);
        }
        var objects = stand.Server.Objects("bucket").ToDictionary(one => one.Key, one => Fingerprint.Of(one.Value));
        var lost = products.Where(product => !product.IsSafe(objects)).Select(product => product.ToString()).ToList();
        Assert.True(lost.Count == 0, $"seed {seed}, lost {lost.Count}:\n{string.Join('\n', lost)}\n{stand.Log}");
        // They came in time for most, or nothing is shown.
        Assert.InRange(products.Sum(product => product.Later), Files / 10, int.MaxValue);
    }

    /// <summary>One file, its producer, and what must be found of it.</summary>
    sealed class Product(string root, string name, int seed)
    {
        readonly Random random = new(seed);

        readonly string path = Path.Join(root, name);

        byte[] last = [];
        Way way;

        /// <summary>How often it could be written again after it had been closed.</summary>
        public int Later { get; private set; }

        public async Task Make(GatedDisk disk, int longest)
        {
            last = PipelineStand.Bytes(200, seed);
            File.WriteAllBytes(path, last);
            for (var i = 0; i < 3; i++)
            {
                // The moment is to be a random one.
                await Task.Delay(random.Next(longest), Cancel);
                way = (Way)random.Next(Enum.GetValues<Way>().Length);
                if (!await TryWrite(disk, seed + i))
                    return;
                Later++;
            }
        }

        /// <summary>False where it is gone.</summary>
        async Task<bool> TryWrite(GatedDisk disk, int content)
        {
            if (way == Way.RenameOver)
                return TryRename(disk, content);
            try
            {
                await using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
                var time = File.GetLastWriteTimeUtc(stream.SafeFileHandle);
                stream.SetLength(way == Way.Truncate ? 100 : stream.Length);
                stream.Position = way == Way.Append ? stream.Length : 0;
                await stream.WriteAsync(PipelineStand.Bytes(50, content), Cancel);
                if (way == Way.HoldOpen)
                {
                    await Task.Delay(random.Next(100), Cancel);
                    await stream.WriteAsync(PipelineStand.Bytes(50, content + 1), Cancel);
                }
                last = new byte[stream.Length];
                stream.Position = 0;
                await stream.ReadExactlyAsync(last, Cancel);
                if (way == Way.RewriteWithOldTime)
                    File.SetLastWriteTimeUtc(stream.SafeFileHandle, time);
                return true;
            }
            catch (FileNotFoundException)
            {
                return false;
            }
        }

        bool TryRename(GatedDisk disk, int content)
        {
            var bytes = PipelineStand.Bytes(last.Length, content);
            File.WriteAllBytes(path + ".tmp", bytes);
            lock (disk.Gate)
            {
                if (!File.Exists(path))
                {
                    File.Delete(path + ".tmp");
                    return false;
                }
                File.Move(path + ".tmp", path, overwrite: true);
                last = bytes;
                return true;
            }
        }

        public bool IsSafe(Dictionary<string, Fingerprint> objects)
        {
            var wanted = Fingerprint.Of(last);
            return Fingerprint.OfFile(path) == wanted || (objects.TryGetValue($"in/{name}", out var stored) && stored == wanted);
        }

        public override string ToString() => $"{name}, last {way}, written {Later} times more";
    }
}
