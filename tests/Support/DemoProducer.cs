using System;
using System.Collections.Concurrent;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Tests.Support;

/// <summary>Produces the demo's files as other programs would, and remembers each.</summary>
sealed class DemoProducer(string root)
{
    static readonly string[] Odd = ["with space.txt", "plus+percent%20.txt", "hash#and&.txt", "Größe.txt", "日本語.txt", "emoji 🚀.txt", "trailing'quote.txt", "semi;colon=.txt"];

    readonly string beside = root + ".beside";
    int seeds;

    public string Root => root;

    /// <summary>Path below the root with '/' as separator, length and seed of the content.</summary>
    public ConcurrentDictionary<string, (long Size, int Seed)> Files { get; } = new();

    /// <summary>What lies there before the program starts: 1,000 small files, odd names, an empty one and two large ones.</summary>
    public void Before()
    {
        Directory.CreateDirectory(beside);
        for (var i = 0; i < 1000; i++)
        {
            Write($"2026/{i % 12 + 1:00}/{i % 28 + 1:00}/measurement-{i:0000}.csv", 200 + i * 37 % 16_000);
        }
        foreach (var name in Odd)
        {
            Write($"odd names/{name}", 1000);
        }
        Write("empty", 0);
        Write("large/twenty megabytes.bin", 20_000_000);
        Write("large/exactly one part.bin", 8 << 20);
    }

    /// <summary>What arrives while it runs, for some seconds.</summary>
    public async Task Live(CancellationToken cancel)
    {
        var slow = WriteSlowly("live/written slowly.log", cancel);
        for (var i = 0; i < 300; i++)
        {
            Write($"live/{i % 10}/arrival-{i:000}.dat", 4096);
            if (i % 3 == 0)
            {
                WriteThenRename($"live/renamed-{i:000}.dat");
            }
            if (i % 100 == 50)
            {
                MoveDirectoryIn($"live/moved-{i:000}");
            }
            await Task.Delay(10, cancel);
        }
        await slow;
    }

    /// <summary>Under a temporary name outside, then into place: many programs finish a file that way.</summary>
    void WriteThenRename(string path)
    {
        var (size, seed) = Files[path] = (3000, ++seeds);
        var temporary = Path.Join(beside, $"{seed}.tmp");
        Pattern.WriteFile(temporary, seed, size);
        File.Move(temporary, Path.Join(root, path));
    }

    void MoveDirectoryIn(string path)
    {
        var name = Path.GetFileName(path);
        for (var i = 0; i < 20; i++)
        {
            var seed = ++seeds;
            Files[$"{path}/deep/{i}.dat"] = (2000, seed);
            Directory.CreateDirectory(Path.Join(beside, name, "deep"));
            Pattern.WriteFile(Path.Join(beside, name, "deep", $"{i}.dat"), seed, 2000);
        }
        Directory.Move(Path.Join(beside, name), Path.Join(root, path));
    }

    /// <summary>A writer that holds its file open for three seconds, with pauses.</summary>
    async Task WriteSlowly(string path, CancellationToken cancel)
    {
        const int pieces = 5, piece = 10_000;
        var seed = Interlocked.Increment(ref seeds) + 1_000_000;
        Files[path] = (pieces * piece, seed);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Join(root, path))!);
        await using var file = new FileStream(Path.Join(root, path), FileMode.CreateNew, FileAccess.Write, FileShare.Read, 0);
        for (var i = 0; i < pieces; i++)
        {
            Pattern.Write(file, seed, i * piece, piece);
            await Task.Delay(600, cancel);
        }
    }

    void Write(string path, long size)
    {
        var seed = ++seeds;
        Files[path] = (size, seed);
        var full = Path.Join(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        Pattern.WriteFile(full, seed, size);
    }
}
