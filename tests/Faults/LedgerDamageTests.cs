using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;
using Fault = S3Sync.Tests.Support.S3.Fault;

namespace S3Sync.Tests.Faults;

/// <summary>
/// A ledger that an accident has changed: it is refused with a hint, or used as it is; either way nothing is deleted that cannot be proven.
/// Once it is moved away, as the hint says, everything ends in the bucket. The seeds are in the tests' names.
/// </summary>
public sealed partial class LedgerDamageTests
{
    const int FilesOfAKind = 10;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Every kind of damage with every seed; FAULT_SEEDS in the environment asks for more than the few of an ordinary run.</summary>
    public static TheoryData<string, int> Damages()
    {
        var rows = new TheoryData<string, int>();
        foreach (var damage in (string[])["one byte", "many bytes", "log flipped", "cut", "log cut", "log gone", "a page of noise", "all noise", "empty"])
            for (var seed = 1; seed <= int.Parse(Environment.GetEnvironmentVariable("FAULT_SEEDS") ?? "3"); seed++)
                rows.Add(damage, seed);
        return rows;
    }

    [Theory, MemberData(nameof(Damages))]
    public async Task WhateverHappenedToTheLedgerNothingIsLost(string damage, int seed)
    {
        await using var scene = await Scene.MakeAsync();
        var stand = scene.Stand;
        scene.PutBack();
        Damage(stand.Ledger, damage, new Random(seed));
        Exception? fault = null;
        try
        {
            fault = (await stand.DrainAsync(Cancel, rules => rules with { Patience = TimeSpan.FromSeconds(20) })).Fault;
        }
        catch (LedgerException e)
        {
            fault = e;
        }
        if (fault is not null)
            Assert.True(fault is LedgerException { Hint.Length: > 0, IsHeld: false }, $"{damage} {seed}: {fault}");
        stand.Oracle.CheckWithoutLedger();
        scene.MoveLedgerAway();
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(new OracleCount(0, 3 * FilesOfAKind, 0), stand.Oracle.CheckWithoutLedger());
    }

    [Fact]
    public async Task ALedgerDeletedWhileItIsUsedEndsInTheBucketAllTheSame()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there an open file cannot be deleted");
        await using var stand = await PipelineStand.Start(isAws: true);
        await using (var running = stand.Run())
        {
            for (var i = 0; i < 20; i++)
                stand.Write($"before{i}", PipelineStand.Bytes(100, i));
            await Eventually.True(() => running.Pipeline.Tally.Deleted >= 5, stand.Log.ToString, Cancel);
            foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(stand.Ledger)!))
                File.Delete(file);
            for (var i = 0; i < 20; i++)
                stand.Write($"after{i}", PipelineStand.Bytes(100, i + 50));
            await Eventually.True(() => running.Ended.IsCompleted || running.Pipeline.Tally.Deleted == 40, stand.Log.ToString, Cancel);
        }
        stand.Oracle.CheckWithoutLedger();
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(new OracleCount(0, 40, 0), stand.Oracle.CheckWithoutLedger());
    }

    [Fact]
    public async Task AnOldCopyOfTheLedgerForgetsNothingThatIsOnDiskAndDeletesNothingUnproven()
    {
        await using var scene = await Scene.MakeAsync();
        var stand = scene.Stand;
        // Everything is done; then the ledger is put back to where ten files were deleted, ten uploaded, ten pending.
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        stand.Write("new", PipelineStand.Bytes(100, 77));
        // A name that was uploaded and deleted after the copy was made is there again, as another file.
        var again = stand.Write("kept3", PipelineStand.Bytes(100, 78));
        scene.PutBack();
        var result = await stand.DrainAsync(Cancel);
        Assert.Null(result.Fault);
        // What the copy takes for uploaded is compared and left; what it takes for pending finds its key taken by other bytes, or is gone.
        Assert.Equal(PipelineStand.Bytes(100, 78), await File.ReadAllBytesAsync(again, Cancel));
        Assert.Equal(1, stand.Log.Count($"left alone {again}"));
        Assert.Equal(FilesOfAKind, LedgerRows.Count(stand.Ledger, "uploaded IS NULL AND deleted IS NOT NULL"));
        stand.Oracle.CheckWithoutLedger();
    }

    static void Damage(string ledger, string damage, Random random)
    {
        var wal = ledger + "-wal";
        switch (damage)
        {
            case "one byte":
                Flip(ledger, random, 1);
                break;
            case "many bytes":
                Flip(ledger, random, 200);
                break;
            case "log flipped":
                Flip(wal, random, 20);
                break;
            case "cut":
                using (var file = File.OpenWrite(ledger))
                    file.SetLength(random.NextInt64(1, file.Length));
                break;
            case "log cut":
                using (var file = File.OpenWrite(wal))
                    file.SetLength(random.NextInt64(file.Length));
                break;
            case "log gone":
                File.Delete(wal);
                break;
            case "a page of noise":
                using (var file = File.OpenWrite(ledger))
                {
                    file.Position = random.NextInt64(file.Length / 4096) * 4096;
                    var noise = new byte[4096];
                    random.NextBytes(noise);
                    file.Write(noise);
                }
                break;
            case "all noise":
                var bytes = new byte[20_000];
                random.NextBytes(bytes);
                File.WriteAllBytes(ledger, bytes);
                break;
            default:
                File.WriteAllBytes(ledger, []);
                break;
        }
    }

    static void Flip(string path, Random random, int times)
    {
        var bytes = File.ReadAllBytes(path);
        for (var i = 0; i < times; i++)
            bytes[random.Next(bytes.Length)] ^= (byte)random.Next(1, 256);
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>Ten files that are done, ten uploaded and kept, ten pending; and a copy of the ledger as a crash would leave it, its write-ahead log beside it.</summary>
    sealed class Scene(PipelineStand stand) : IAsyncDisposable
    {
        readonly TemporaryDirectory copy = new();

        public PipelineStand Stand => stand;

        string State => Path.GetDirectoryName(stand.Ledger)!;

        public static async Task<Scene> MakeAsync(bool keepFor = false)
        {
            var stand = await PipelineStand.Start(isAws: true);
            var scene = new Scene(stand);
            scene.Write("done");
            Assert.Null((await stand.DrainAsync(Cancel)).Fault);
            scene.Write("kept");
            // Where the ledger has them as to be deleted, they fall due when the settings no longer keep them.
            Assert.Null((await stand.DrainAsync(Cancel, rules => keepFor ? rules with { KeepFor = TimeSpan.FromDays(1) } : rules with { Keep = true })).Fault);
            stand.Server.Faults.Add(Fault.Answer(503, "SlowDown"));
            await using (var running = stand.Run(rules => (keepFor ? rules with { KeepFor = TimeSpan.FromDays(1) } : rules with { Keep = true }) with { Grace = TimeSpan.Zero }))
            {
                scene.Write("pending");
                await Eventually.True(() => LedgerRows.Count(stand.Ledger) == 3 * FilesOfAKind, stand.Log.ToString, Cancel);
                foreach (var file in (string[])[stand.Ledger, stand.Ledger + "-wal"])
                    File.Copy(file, scene.copy[Path.GetFileName(file)]);
            }
            stand.Server.Faults.Clear();
            return scene;
        }

        /// <summary>The ledger is the copy again, and on request so are the files that were there.</summary>
        public void PutBack(bool withFiles = false)
        {
            MoveLedgerAway();
            if (withFiles)
            {
                Write("kept");
                Write("pending");
            }
            foreach (var file in Directory.EnumerateFiles(copy.Path))
                File.Copy(file, Path.Join(State, Path.GetFileName(file)));
        }

        public void MoveLedgerAway()
        {
            foreach (var file in Directory.EnumerateFiles(State))
                File.Delete(file);
        }

        void Write(string name)
        {
            for (var i = 0; i < FilesOfAKind; i++)
                WriteIfGone($"{name}{i}", PipelineStand.Bytes(i == 9 ? 2 * PipelineStand.PartSize + 3 : 100 * i, name[0] * 100 + i));
        }

        // One that is still there is the very one that the ledger knows.
        void WriteIfGone(string path, byte[] bytes)
        {
            if (!File.Exists(stand.Root.FullPath(path)))
                stand.Write(path, bytes);
        }

        public async ValueTask DisposeAsync()
        {
            await stand.DisposeAsync();
            copy.Dispose();
        }
    }
}
