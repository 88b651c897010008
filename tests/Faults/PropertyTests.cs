using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using CsCheck;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Sync.Linux;
using S3Sync.Sync.Windows;
using S3Sync.Tests.Support;
using S3Sync.Tests.Sync;
using Xunit;

namespace S3Sync.Tests.Faults;

/// <summary>What must hold for anything that may come: random reports, random names, random bytes.</summary>
public sealed class PropertyTests
{
    static readonly string[] Paths = ["a", "b", "c"];

    /// <summary>What a worker, or nobody in his senses, might say of a job, and how often.</summary>
    static readonly Gen<(int Path, Happening Happening, int Times)[]> Story =
        Gen.Select(Gen.Int[0, Paths.Length - 1], Gen.Enum<Happening>(), Gen.Int[1, 3]).Array[1, 25];

    /// <summary>The real loop on a real ledger, told anything in any order, duplicates included.</summary>
    [Fact]
    public Task NoReportsInAnyOrderMakeARowDeletedThatWasNotProvenBefore() =>
        Story.SampleAsync(async story =>
        {
            using var directory = new TemporaryDirectory();
            Root root = new(0, directory["in"], "bucket", "in");
            var proven = new HashSet<string>();
            using (var stand = new LoopStand(directory["ledger"], [root], uploads: 100, deletes: 100))
            {
                var jobs = new Dictionary<string, Job>();
                foreach (var path in Paths)
                    stand.Find(path);
                var steps = 0;
                foreach (var (index, happening, times) in story)
                {
                    await stand.SettledAsync($"step {steps++}");
                    foreach (var window in (Window[])[stand.Uploads, stand.Confirms, stand.Deletes])
                        while (window.Jobs.TryRead(out var job))
                            jobs[job.Path] = job;
                    for (var i = 0; i < times && happening == Happening.Found; i++)
                        stand.Find(Paths[index]);
                    if (happening != Happening.Found && jobs.Remove(Paths[index], out var held))
                    {
                        if (happening == Happening.Proven && held.Stage == Stage.Pending)
                            proven.Add(held.Path);
                        stand.Report(held, happening, "why");
                    }
                    if (times == 3)
                        stand.Advance(TimeSpan.FromHours(13));
                }
            }
            foreach (var row in LedgerRows.All(directory["ledger"]))
            {
                Assert.True(row.Uploaded is null || (proven.Contains(row.Path) && row.Checksum is { Length: > 0 }), $"{row}");
                Assert.True(row.Stage is not (Stage.Deleted or Stage.Uploaded or Stage.Left or Stage.Missing) || proven.Contains(row.Path), $"{row}");
            }
        }, iter: 25, threads: 1);

    /// <summary>100,000 names of every kind of character, in roots of every kind of prefix: different files, different keys, and each key leads back to its file.</summary>
    [Fact]
    public void AHundredThousandRandomNamesGetAsManyKeys()
    {
        const int count = 100_000;
        var random = new Random(11);
        foreach (var separator in (char[])['/', '\\'])
        {
            var keys = new Dictionary<string, string>(count, StringComparer.Ordinal);
            var names = new HashSet<string>(StringComparer.Ordinal);
            var root = new Root(0, "/x", "bucket", separator == '/' ? "in" : "");
            while (names.Count < count)
            {
                var name = Name(random, separator);
                if (!names.Add(name) || Keys.Make(root, name, separator, out var key) != KeyVerdict.Ok)
                    continue;
                Assert.True(keys.TryAdd(key, name), $"{name} and {keys.GetValueOrDefault(key)} get one key");
                var head = root.Prefix.Length == 0 ? "" : root.Prefix + "/";
                Assert.Equal(name, key[head.Length..].Replace('/', separator));
            }
            Assert.InRange(keys.Count, count * 9 / 10, count);
        }
    }

    [Fact]
    public void TheDecodersOfTheKernelsBuffersTakeAnyBytes() =>
        Gen.Byte.Array[0, 4096].Sample(bytes =>
        {
            if (OperatingSystem.IsLinux())
            {
                var inotify = new InotifyParser(bytes);
                while (inotify.TryNext(out _, out _, out _))
                {
                }
                var entries = new DirentParser(bytes);
                while (entries.TryNext(out _, out _))
                {
                }
            }
            var changes = new ChangesParser(bytes);
            while (changes.TryNext(out _, out _))
            {
            }
        }, iter: 3000);

    /// <summary>Up to four components of letters, spaces, dots, percent signs, escapes, composed and decomposed letters, and beyond the basic plane.</summary>
    static string Name(Random random, char separator)
    {
        const string alphabet = "aAbB01 .%+&?#=~-_'\"<>|:*\t\n\u0001\u007f\u00e4\u0301\u0308\u00c5\u212b\u200b\u202e\ufeff\ufffd\u4e2d";
        var parts = new string[random.Next(1, 5)];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(20) == 0 ? char.ConvertFromUtf32(random.Next(0x1F600, 0x1F640)) : alphabet[random.Next(alphabet.Length)].ToString()));
        return string.Join(separator, parts);
    }
}
