using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Threading;
using S3Sync.Sync;
using S3Sync.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Sync.Linux;

[SupportedOSPlatform("linux")]
public sealed class InotifyRaceTests
{
    /// <summary>
    /// A producer makes, fills and renames directories as fast as it can while they are covered and listed.
    /// Every file that is there in the end must have been found under its last path, by a listing or by a notification.
    /// </summary>
    [LinuxFact]
    public void NoFileFallsBetweenListingAndWatching()
    {
        const int seed = 7;
        using var ground = new Ground();
        using var watch = InotifyWatch.Start();
        Assert.Equal(WatchState.Watching, watch.Open(0, ground.Path, out _));
        var found = new ConcurrentDictionary<string, bool>();
        using var toScan = new BlockingCollection<string> { "" };
        // As in the program: one thread listens, another covers and lists.
        var scanner = new Thread(() =>
        {
            foreach (var directory in toScan.GetConsumingEnumerable()) Scan(watch, ground.Path, directory, found);
        });
        var producer = new Thread(() => Produce(ground, new Random(seed)));
        scanner.Start();
        producer.Start();
        var clock = Stopwatch.StartNew();
        while (producer.IsAlive) Listen(watch, TimeSpan.FromMilliseconds(5), toScan, found);
        ground.Write("fence");
        while (!found.ContainsKey("fence"))
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), "The last file was never notified.");
            Listen(watch, TimeSpan.FromSeconds(1), toScan, found);
        }
        toScan.CompleteAdding();
        scanner.Join();
        var there = Directory.GetFiles(ground.Path, "*", SearchOption.AllDirectories).Select(p => Path.GetRelativePath(ground.Path, p));
        Assert.Empty(there.Except(found.Keys));
    }

    static void Produce(Ground ground, Random random)
    {
        List<string> directories = [""];
        for (var i = 0; i < 2500; i++)
        {
            var directory = directories[random.Next(directories.Count)];
            var path = directory.Length == 0 ? $"{i}" : $"{directory}/{i}";
            switch (random.Next(10))
            {
                case 0 when directory.Length < 60:
                    Directory.CreateDirectory(ground.At(path));
                    directories.Add(path);
                    break;
                case 1 when directory.Length > 0 && directories.Count > 5:
                    var renamed = $"r{i}";
                    Directory.Move(ground.At(directory), ground.At(renamed));
                    directories = [.. directories.Select(d => d == directory || d.StartsWith(directory + "/", StringComparison.Ordinal) ? renamed + d[directory.Length..] : d)];
                    break;
                default:
                    File.WriteAllBytes(ground.At(path), []);
                    break;
            }
        }
    }

    static void Listen(InotifyWatch watch, TimeSpan limit, BlockingCollection<string> toScan, ConcurrentDictionary<string, bool> found)
    {
        List<Notification> notifications = [];
        watch.Wait(limit, notifications);
        foreach (var (sign, _, path) in notifications)
            if (sign is Sign.Directory or Sign.Overflow) toScan.Add(path);
            else found[path] = true;
    }

    static void Scan(InotifyWatch watch, string root, string directory, ConcurrentDictionary<string, bool> found)
    {
        watch.Cover(0, directory);
        List<Entry> entries = [];
        new LinuxDisk().List(Path.Join(root, directory), entries.Add);
        foreach (var entry in entries)
        {
            var path = directory.Length == 0 ? entry.Name! : $"{directory}/{entry.Name}";
            if (entry.Kind == EntryKind.Directory) Scan(watch, root, path, found);
            else found[path] = true;
        }
    }
}
