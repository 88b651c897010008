using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;
using Fault = S3Sync.Tests.Support.S3.Fault;

namespace S3Sync.Tests.Sync;

/// <summary>
/// Everything at once: faults of every kind by chance, stops in the middle, files that arrive, grow, are replaced and vanish meanwhile.
/// In the end, and whenever the pipeline stands still, no file is lost. The seed is in the test's name.
/// </summary>
public sealed class ChaosTests
{
    const int Runs = 6, FilesPerRun = 60;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, "aws")]
    [InlineData(2, "aws")]
    [InlineData(3, "generic")]
    [InlineData(4, "ignores")]
    [InlineData(5, "refuses")]
    [InlineData(6, "untrusted")]
    public async Task WhateverGoesWrongNoFileIsLost(int seed, string server)
    {
        seed += int.Parse(Environment.GetEnvironmentVariable("CHAOS") ?? "0") * 100;
        var random = new Random(seed);
        var (profile, kind) = server switch
        {
            "generic" => (Profile.Generic, ChecksumKind.Md5),
            "ignores" => (Profile.IgnoresConditions, ChecksumKind.Md5),
            "refuses" => (Profile.RefusesConditions, ChecksumKind.Md5),
            _ => (Profile.Aws, ChecksumKind.Crc64Nvme),
        };
        await using var stand = await PipelineStand.Start(profile, kind, isAws: server == "aws");
        stand.AddRoot("second");
        var files = new List<(Root Root, string Path)>();
        var disk = new GatedDisk(stand.Roots);
        for (var run = 0; run < Runs; run++)
        {
            stand.Server.Faults.Clear();
            if (run < Runs - 1)
                Trouble(stand.Server.Faults, random);
            Produce(stand, files, random, run, before: true);
            await using (var running = stand.Run(rules => rules with { Grace = TimeSpan.FromSeconds(run % 2), Uploaders = 1 + (run * 2) }, disk: disk))
            {
                await Reached(stand, stand.Server.Count(S3Operation.PutObject) + random.Next(FilesPerRun));
                Produce(stand, files, random, run, before: false);
                Disturb(stand, files, random, disk);
                await Reached(stand, stand.Server.Count(S3Operation.PutObject) + random.Next(FilesPerRun));
                Assert.Null((await running.StopAsync()).Fault);
            }
            await Eventually.True(() => Held(stand).Length == 0, () => $"held open after the run: {string.Join(", ", Held(stand))}", Cancel);
            NothingIsLost(stand);
        }
        stand.Server.Faults.Clear();
        var result = await stand.DrainAsync(Cancel);
        Assert.Null(result.Fault);
        NothingIsLost(stand);
        // What is still here says why: parked, or left alone. All others are done.
        foreach (var (root, path) in files.Where(file => File.Exists(file.Root.FullPath(file.Path))))
        {
            var row = LedgerRows.All(stand.Ledger).Single(row => row.Root == root.Path && row.Path == path);
            Assert.True(row.Parked is not null || row.Stage == Stage.Left || row.Again is not null, $"{root.Path} {path} ({new FileInfo(root.FullPath(path)).Length} bytes): {row}");
        }
    }

    /// <summary>Waits until so many objects were put, or until the pipeline has come to rest before.</summary>
    static async Task Reached(PipelineStand stand, int puts)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(0.7));
        try
        {
            await Eventually.True(() => stand.Server.Count(S3Operation.PutObject) >= puts, () => "", limit.Token);
        }
        catch (OperationCanceledException) when (!Cancel.IsCancellationRequested)
        {
        }
    }

    static void Trouble(Support.S3.Faults faults, Random random)
    {
        foreach (var fault in (Fault[])
        [
            Fault.Answer(503, "SlowDown"), Fault.Answer(500, "InternalError"), Fault.Answer(403, "ExpiredToken"), Fault.Answer(403, "AccessDenied"),
            Fault.Answer(400, "BadDigest"), Fault.Answer(409, "ConditionalRequestConflict"), Fault.Reset(), Fault.LoseAnswer(), Fault.LoseAnswer(),
            Fault.HalfAnswer().Where(static request => request.Method != "DELETE"), Fault.Stall(TimeSpan.FromMilliseconds(200)), Fault.WrongChecksum().Times(1), Fault.WrongETag().Times(1),
        ])
        {
            var (often, dice) = (random.Next(4, 40), new Random(random.Next()));
            // Faults asks one request at a time, so the dice need no lock.
            faults.Add(fault.Where(_ => dice.Next(often) == 0));
        }
    }

    static void Produce(PipelineStand stand, List<(Root, string)> files, Random random, int run, bool before)
    {
        for (var i = 0; i < FilesPerRun / 2; i++)
        {
            var root = stand.Roots[random.Next(2)];
            var path = Path.Join($"{random.Next(3)}", $"{run}{(before ? "b" : "a")}{i}");
            stand.Write(path, PipelineStand.Bytes(random.Next(6) == 0 ? random.Next(4 * PipelineStand.PartSize) : random.Next(2000), random.Next()), root);
            files.Add((root, path));
        }
    }

    /// <summary>Appends to some files, puts others in the place of some, and takes some away.</summary>
    static void Disturb(PipelineStand stand, List<(Root Root, string Path)> files, Random random, GatedDisk disk)
    {
        for (var i = 0; i < 10; i++)
        {
            var (root, path) = files[random.Next(files.Count)];
            var full = root.FullPath(path);
            var bytes = PipelineStand.Bytes(random.Next(2000), random.Next());
            try
            {
                if (!File.Exists(full))
                    continue;
                if (i % 2 == 0)
                {
                    using var stream = new FileStream(full, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
                    // Opened in the very moment of its deletion, it has no name any more: no system lets us prevent that. If it has, it must stay.
                    if (!File.Exists(full))
                        continue;
                    stream.Seek(0, SeekOrigin.End);
                    stream.Write(bytes);
                    stream.Flush();
                    stand.Oracle.Expect(root, path, Through(stream));
                }
                else
                {
                    File.WriteAllBytes(root.Path + ".new", bytes);
                    lock (disk.Gate)
                        File.Move(root.Path + ".new", full, overwrite: true);
                    // Afterwards: on Windows it fails where another program has the file open.
                    stand.Oracle.Expect(root, path, bytes);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Deleted by the pipeline in this moment, or read by it (Windows): nothing was written.
            }
        }
    }

    static Fingerprint Through(FileStream stream)
    {
        var bytes = new byte[stream.Length];
        stream.Seek(0, SeekOrigin.Begin);
        stream.ReadExactly(bytes);
        return Fingerprint.Of(bytes);
    }

    /// <summary>Where a file's bytes were changed, the object of the bytes before may be there as well: that is no loss.</summary>
    static void NothingIsLost(PipelineStand stand) => stand.Oracle.Check();

    /// <summary>The files below the roots that this process has open: on Windows a deleted one stays until they are closed. Linux tells us which.</summary>
    static string[] Held(PipelineStand stand) => !OperatingSystem.IsLinux()
        ? []
        : [.. Directory.EnumerateFiles("/proc/self/fd").Select(Target).Where(target => stand.Roots.Any(root => target.StartsWith(root.Path + '/', StringComparison.Ordinal)))];

    static string Target(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget ?? "";
        }
        catch (IOException)
        {
            return "";
        }
    }
}
