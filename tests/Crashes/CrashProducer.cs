using System;
using System.Collections.Concurrent;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;

namespace S3Sync.Tests.Crashes;

/// <summary>
/// Produces files below a directory for as long as it is let, in the ways programs do: in one go, under another name and then renamed, slowly with
/// pauses. One loop makes them; what is in <see cref="Files"/> may be read by any thread.
/// </summary>
/// <param name="root">The watched directory.</param>
/// <param name="random">Decides about names, lengths and ways.</param>
/// <param name="perSecond">Files a second.</param>
sealed class CrashProducer(string root, Random random, double perSecond)
{
    /// <summary>With more than this on disk it waits: the program shall not only ever catch up.</summary>
    const int MostWaiting = 400;
    const int MultipartOneIn = 100;
    const int SmallestPart = 5 << 20;

    static int seeds;

    readonly string beside = root + ".beside";
    int count;

    /// <summary>Whole files, by path below the root with '/' as separator.</summary>
    public ConcurrentDictionary<string, Produced> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Files so long that they are sent in parts.</summary>
    public int Multipart { get; private set; }

    /// <summary>Produces until it is cancelled; the file under way is made whole first.</summary>
    public async Task Run(CancellationToken stop)
    {
        Directory.CreateDirectory(root);
        Directory.CreateDirectory(beside);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1 / perSecond));
        while (!stop.IsCancellationRequested)
        {
            if (count % 16 != 0 || Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Count() < MostWaiting)
                await One(stop);
            try
            {
                await timer.WaitForNextTickAsync(stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    async Task One(CancellationToken stop)
    {
        var path = $"{random.Next(10)}/{count++:D6}.dat";
        var (size, seed) = (Size(), Interlocked.Increment(ref seeds));
        var full = Path.Join(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        switch (random.Next(10))
        {
            case 0:
                var temporary = Path.Join(beside, $"{seed}.part");
                Pattern.WriteFile(temporary, seed, size);
                File.Move(temporary, full);
                break;
            case 1 when size is > 2 and < 100_000:
                await WriteSlowly(full, seed, (int)size, stop);
                break;
            default:
                Pattern.WriteFile(full, seed, size);
                break;
        }
        // Afterwards: whoever judges in between misses one that is there, and not one that is not there yet.
        Files[path] = new(size, seed);
    }

    /// <summary>In two pieces, the file open meanwhile.</summary>
    static async Task WriteSlowly(string full, int seed, int size, CancellationToken stop)
    {
        await using var file = new FileStream(full, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 0);
        Pattern.Write(file, seed, 0, size / 2);
        await Task.WhenAny(Task.Delay(20, stop));
        Pattern.Write(file, seed, size / 2, size - size / 2);
    }

    /// <summary>Most are small; some are empty, and one in a hundred takes several parts.</summary>
    long Size()
    {
        if (random.Next(MultipartOneIn) == 0)
        {
            Multipart++;
            return SmallestPart + 1 + random.Next(SmallestPart);
        }
        return random.Next(10) == 0 ? 0 : (long)Math.Pow(2, random.NextDouble() * 17);
    }
}
