using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Faults;

/// <summary>A volume that is full or read-only, on a real one: that of the ledger, that of the files, that of the log.</summary>
public sealed class VolumeTests
{
    const int Many = 3000;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [LinuxFact]
    public async Task AFullVolumeOfTheLedgerEndsTheRunWithAHintAndTheNextOneGoesOnWhereItStopped()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        await using var volume = await Tmpfs.Mount(Path.GetDirectoryName(stand.Ledger)!, "320k");
        for (var i = 0; i < Many; i++)
            stand.Write($"{i % 10}/a name of some length, so that it takes room {i}", PipelineStand.Bytes(20, i));
        var fault = (await stand.DrainAsync(Cancel)).Fault;
        Assert.Contains("make room", Assert.IsType<LedgerException>(fault).Hint, StringComparison.Ordinal);
        Assert.True(stand.Oracle.CheckWithoutLedger().OnDisk > 0);
        // As long as it is full each start says the same, and nothing is lost.
        Assert.NotEqual("", (await Assert.ThrowsAnyAsync<Exception>(() => EndsWellAsync(stand)) as LedgerException)?.Hint);
        stand.Oracle.CheckWithoutLedger();
        await volume.Remount("size=64m");
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(new OracleCount(0, Many, 0), stand.Oracle.Check());
    }

    [LinuxFact]
    public async Task ALedgerThatCannotBeWrittenIsRefusedWithAHintBeforeAnythingIsTouched()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        await using var volume = await Tmpfs.Mount(Path.GetDirectoryName(stand.Ledger)!, "1m");
        stand.Write("before", PipelineStand.Bytes(10));
        Assert.Null((await stand.DrainAsync(Cancel)).Fault);
        stand.Write("after", PipelineStand.Bytes(10));
        await volume.Remount("ro");
        var refused = await Assert.ThrowsAsync<LedgerException>(() => stand.DrainAsync(Cancel));
        Assert.Equal((false, true), (refused.IsHeld, refused.Hint.Length > 0));
        Assert.Contains(stand.Ledger, refused.Message, StringComparison.Ordinal);
        Assert.Equal(new OracleCount(1, 1, 0), stand.Oracle.CheckWithoutLedger());
        await volume.Remount("rw");
        Assert.Null((await stand.DrainAsync(Cancel)).Fault);
        Assert.Equal(new OracleCount(0, 2, 0), stand.Oracle.Check());
    }

    [LinuxFact]
    public async Task AFullVolumeOfTheFilesIsEmptied()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        await using var volume = await Tmpfs.Mount(stand.Root.Path, "600k");
        var files = 0;
        for (; ; files++)
        {
            var path = Path.Join(stand.Root.Path, $"{files}");
            try
            {
                await File.WriteAllBytesAsync(path, PipelineStand.Bytes(9000, files), Cancel);
            }
            catch (IOException)
            {
                // The producer meets the full disk in the middle of a file: what is there of it is a file as well.
                stand.Oracle.Expect(stand.Root, $"{files}", await File.ReadAllBytesAsync(path, Cancel));
                break;
            }
            stand.Oracle.Expect(stand.Root, $"{files}", PipelineStand.Bytes(9000, files));
        }
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(new OracleCount(0, files + 1, 0), stand.Oracle.Check());
    }

    [LinuxFact]
    public async Task FilesOnAReadOnlyVolumeAreUploadedSaidAndDeletedOnceTheyCanBe()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        await using var volume = await Tmpfs.Mount(stand.Root.Path, "1m");
        for (var i = 0; i < 5; i++)
            stand.Write($"{i}", PipelineStand.Bytes(1000, i));
        await volume.Remount("ro");
        await using var running = stand.Run();
        await Eventually.True(() => stand.Log.Count("read-only file system (EROFS, 30)") >= 1 && running.Pipeline.Tally.Uploaded == 5, stand.Log.ToString, Cancel);
        Assert.Equal(new OracleCount(5, 5, 5), stand.Oracle.Check());
        Assert.Equal((1, 0), (stand.Log.Count("nothing is deleted below"), stand.Log.Count("failed ")));
        await volume.Remount("rw");
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 5, stand.Log.ToString, Cancel);
        await running.StopAsync();
        Assert.Equal(new OracleCount(0, 5, 0), stand.Oracle.Check());
    }

    /// <summary>/dev/full refuses every write with ENOSPC, as a full disk does: full(4).</summary>
    [LinuxFact]
    public async Task AFullVolumeOfTheLogDoesNotKeepAFileFromBeingMoved()
    {
        var exe = (await Needs.PublishedExe()).Path;
        await using var server = await Support.S3.S3Server.Start();
        await using var scene = await Scene.Open(new Launch("/bin/sh", ["-c", "exec \"$0\" \"$@\" >/dev/full 2>&1", exe], new Dictionary<string, string?>(), path => path, path => path), server.Url);
        for (var i = 0; i < 300; i++)
            scene.Write($"{i}.dat", 100);
        await scene.Drain();
        await scene.AssertAllMoved();
    }

    /// <summary>Throws what keeps a run from ending well.</summary>
    static async Task EndsWellAsync(PipelineStand stand)
    {
        if ((await stand.DrainAsync(Cancel)).Fault is { } fault)
            throw fault;
    }
}
