using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using S3Sync.Tests.Sync.Linux;
using Xunit;
using Fault = S3Sync.Tests.Support.S3.Fault;

namespace S3Sync.Tests.Faults;

/// <summary>
/// Other programs change files at any moment between their discovery and their deletion: what they changed is kept, or is in the bucket as
/// they changed it. Left out is the one window Linux gives no means to close: a name given to another file in the microseconds between the
/// last comparison and unlinkat(2). The test keeps its renames out of them, and nothing else.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed partial class NeighbourTests
{
    const int FilesARound = 60, Rounds = 5;

    enum Deed { Append, Truncate, Overwrite, Replace, RenameAway, Delete, Chmod, HardLink, SwapForLink, SwapForDirectory }

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The seeds of an ordinary run; FAULT_SEEDS asks for more.</summary>
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, int.Parse(Environment.GetEnvironmentVariable("FAULT_SEEDS") ?? "2"))];

    [Theory, MemberData(nameof(Seeds))]
    public async Task WhatAnotherProgramChangedIsNeverLost(int seed)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "on Windows a file that is read cannot be changed");
        var random = new Random(seed);
        await using var stand = await PipelineStand.Start(isAws: true);
        using var outside = new TemporaryDirectory();
        File.WriteAllText(outside["target"], "not ours");
        var disk = new GatedDisk(stand.Roots);
        var files = new List<Neighbour>();
        // Uploads take a moment, so that many a change falls in the middle of one.
        var dice = new Random(seed + 1);
        stand.Server.Faults.Add(Fault.Stall(TimeSpan.FromMilliseconds(15)).Where(_ => dice.Next(2) == 0));
        await using (var running = stand.Run(rules => rules with { Uploaders = 8 }, disk: disk))
        {
            for (var round = 0; round < Rounds; round++)
            {
                var fresh = Enumerable.Range(0, FilesARound).Select(i => new Neighbour(stand.Root.Path, outside.Path, $"{round}-{i}", (Deed)random.Next(Enum.GetValues<Deed>().Length), random.Next())).ToList();
                files.AddRange(fresh);
                foreach (var file in fresh)
                    File.WriteAllBytes(file.Path, file.Versions[0]);
                foreach (var file in fresh.OrderBy(_ => random.Next()))
                {
                    // Not to wait for anything: the moment is to be a random one.
                    await Task.Delay(random.Next(4), Cancel);
                    file.Do(disk);
                }
            }
            // Whatever can still be done is done; a file that came in the place of one uploaded stays.
            await Eventually.True(() => LedgerRows.Count(stand.Ledger, "due IS NOT NULL AND parked IS NULL") == 0, stand.Log.ToString, Cancel);
            Assert.Null((await running.StopAsync()).Fault);
        }
        var objects = stand.Server.Objects("bucket").ToDictionary(one => one.Key, one => Fingerprint.Of(one.Value));
        var lost = files.Select(file => file.Wrong(objects)).Where(wrong => wrong is not null).ToList();
        Assert.True(lost.Count == 0, $"seed {seed}:\n{string.Join('\n', lost)}\n{stand.Log}");
        Assert.Equal("not ours", File.ReadAllText(outside["target"]));
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}: {files.Count(file => file.Done)} of {files.Count} changed in time; {string.Join(", ", files.Where(file => file.Done).CountBy(file => file.Deed))}");
        Assert.InRange(files.Count(file => file.Done), files.Count / 20, files.Count);
    }

    /// <summary>link(2).</summary>
    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string path, string other);

    /// <summary>One file and what another program does to it once; and what must be true of it afterwards.</summary>
    sealed class Neighbour(string root, string outside, string name, Deed deed, int seed)
    {
        public Deed Deed => deed;

        public string Path { get; } = System.IO.Path.Join(root, name);

        /// <summary>Every content it had, the last one last.</summary>
        public List<byte[]> Versions { get; } = [PipelineStand.Bytes(seed % 5 == 0 ? PipelineStand.PartSize * 2 : 500, seed)];

        /// <summary>True if the program was not too late: the file was still there.</summary>
        public bool Done { get; private set; }

        string Other => Path + "-other";

        public void Do(GatedDisk disk)
        {
            try
            {
                switch (deed)
                {
                    case Deed.Append or Deed.Truncate or Deed.Overwrite:
                        Write();
                        break;
                    case Deed.Replace:
                        var bytes = PipelineStand.Bytes(Versions[0].Length, seed + 1);
                        File.WriteAllBytes(System.IO.Path.Join(outside, name), bytes);
                        lock (disk.Gate)
                        {
                            File.Move(System.IO.Path.Join(outside, name), Path, overwrite: true);
                            Versions.Add(bytes);
                            Done = true;
                        }
                        break;
                    case Deed.RenameAway:
                        File.Move(Path, Other);
                        Done = true;
                        break;
                    case Deed.Delete:
                        Done = File.Exists(Path);
                        File.Delete(Path);
                        break;
                    case Deed.Chmod:
                        File.SetUnixFileMode(Path, UnixFileMode.UserRead);
                        Done = true;
                        break;
                    case Deed.HardLink:
                        Done = Link(Path, Other) == 0;
                        break;
                    default:
                        lock (disk.Gate)
                            Swap();
                        break;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Too late: it is deleted already.
            }
        }

        void Write()
        {
            using var stream = new FileStream(Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            // Opened in the very moment of its deletion it has no name any more. If it has, it keeps it, as nobody deletes what is open for writing.
            if (!File.Exists(Path))
                return;
            if (deed == Deed.Truncate)
                stream.SetLength(100);
            stream.Seek(0, deed == Deed.Append ? SeekOrigin.End : SeekOrigin.Begin);
            if (deed != Deed.Truncate)
                stream.Write(PipelineStand.Bytes(50, seed + 2));
            var now = new byte[stream.Length];
            stream.Seek(0, SeekOrigin.Begin);
            stream.ReadExactly(now);
            Versions.Add(now);
            Done = true;
        }

        void Swap()
        {
            File.Delete(Path);
            if (deed == Deed.SwapForLink)
                File.CreateSymbolicLink(Path, System.IO.Path.Join(outside, "target"));
            else
                Directory.CreateDirectory(Path);
            Done = true;
        }

        /// <summary>What is wrong with it; null if nothing.</summary>
        public string? Wrong(Dictionary<string, Fingerprint> objects)
        {
            var last = Fingerprint.Of(Versions[^1]);
            Fingerprint? there = objects.TryGetValue($"in/{name}", out var seen) ? seen : null;
            if (there is { } stored && !Versions.Select(version => Fingerprint.Of(version)).Contains(stored))
                return $"{deed} {name}: the bucket has other bytes";
            var safe = deed switch
            {
                Deed.Delete when Done => true,
                Deed.RenameAway when Done => Safe(Other, $"in/{name}-other", last, objects),
                Deed.HardLink when Done => Safe(Path, $"in/{name}", last, objects) && Safe(Other, $"in/{name}-other", last, objects),
                Deed.SwapForLink when Done => new FileInfo(Path).LinkTarget is not null,
                Deed.SwapForDirectory when Done => Directory.Exists(Path),
                _ => Safe(Path, $"in/{name}", last, objects),
            };
            return safe ? null : $"LOST: {deed} {name}, {(Done ? "done" : "too late")}, bucket {there}";
        }

        static bool Safe(string path, string key, Fingerprint bytes, Dictionary<string, Fingerprint> objects) =>
            Fingerprint.OfFile(path) == bytes || (objects.TryGetValue(key, out var stored) && stored == bytes);
    }
}
