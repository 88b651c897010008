using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;

namespace S3Sync.Tests.Support;

/// <summary>
/// Tries to grow, rename, replace and delete files below a root at random moments, and says of each attempt that was not blocked what the file
/// is now: "grown", "moved", "replaced", "deleted". A grown file goes on with the pattern it began with.
/// </summary>
sealed class Hostile(string root, int seed, Action<string> say)
{
    const int Growth = 100, Size = 1234;

    readonly Dictionary<string, int> seeds = [];
    readonly Random random = new(1);
    int blocked;

    public async Task Run(TimeSpan time)
    {
        var watch = Stopwatch.StartNew();
        for (var produced = 0; watch.Elapsed < time;)
        {
            for (var i = 0; i < 20; i++)
            {
                var path = $"{produced++}.dat";
                say($"file\t{Size}\t{++seed}\t{path}");
                File.WriteAllBytes(Path.Join(root, path), Pattern.Bytes(seed, Size));
                seeds.Add(path, seed);
            }
            var files = Directory.EnumerateFiles(root).Select(Path.GetFileName).Where(name => seeds.ContainsKey(name!)).ToArray();
            for (var i = 0; i < 20 && files.Length > 0; i++)
                Attempt(files[random.Next(files.Length)]!);
            await Task.Delay(random.Next(20));
        }
        say($"blocked\t{blocked}");
    }

    void Attempt(string name)
    {
        var full = Path.Join(root, name);
        try
        {
            switch (random.Next(4))
            {
                case 0:
                    Grow(name, full);
                    break;
                case 1:
                    var other = $"moved-{seeds.Count}-{name}";
                    File.Move(full, Path.Join(root, other));
                    seeds.Add(other, seeds[name]);
                    say($"moved\t{name}\t{other}");
                    break;
                case 2:
                    var own = ++seed;
                    var temporary = root + ".temporary";
                    File.WriteAllBytes(temporary, Pattern.Bytes(own, Size));
                    File.Move(temporary, full, overwrite: true);
                    seeds[name] = own;
                    say($"replaced\t{Size}\t{own}\t{name}");
                    break;
                default:
                    File.Delete(full);
                    say($"deleted\t{name}");
                    break;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            blocked++;
        }
    }

    void Grow(string name, string full)
    {
        using var file = new FileStream(full, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 0);
        var size = file.Length;
        file.Seek(0, SeekOrigin.End);
        Pattern.Write(file, seeds[name], size, Growth);
        say($"grown\t{size + Growth}\t{seeds[name]}\t{name}");
    }
}
