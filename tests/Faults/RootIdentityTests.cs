using System;
using System.Diagnostics;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Sync.Linux;
using S3Sync.Tests.Support;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Faults;

/// <summary>Another volume, or another directory, comes to have the path of a watched one: what lies there was never uploaded, however much it looks alike.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class RootIdentityTests
{
    const string Name = "file", Uploaded = "the bytes that were uploaded", Other = "bytes that nobody has seen!!";
    static readonly TimeSpan Week = TimeSpan.FromDays(7);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [LinuxFact]
    public async Task AFileOfAnotherVolumeIsNotDeletedThoughNameIdSizeAndTimesAreTheSame()
    {
        using TemporaryDirectory place = new();
        await using var one = await Tmpfs.Mount(place["one"], "1m");
        await using var other = await Tmpfs.Mount(place["other"], "1m");
        var disk = new LinuxDisk();
        var stamp = await TwinsAsync(place["one"], place["other"], Other);
        var path = Path.Join(place["one"], Name);
        Assert.True(disk.Open(path, out var held).Ok);
        Assert.True(disk.Identify(place["one"], out var former).Ok);
        using (held)
        {
            await using var over = await Tmpfs.Bind(place["other"], place["one"]);
            Assert.True(disk.Look(path, out var seen).Ok);
            Assert.Equal(stamp, seen);
            Assert.Equal(Access.Different, disk.Delete(path, stamp, held).Access);
            Assert.Equal(Access.Different, disk.Delete(path, stamp, null, held!.Volume).Access);
            Assert.Equal(Access.Different, disk.Delete(path, stamp, null, RootIdentity.NoDevice).Access);
            Assert.Equal(Other, File.ReadAllText(path));
            Assert.True(disk.Identify(place["one"], out var now).Ok);
            Assert.False(now.IsSame(former));
            // On the volume it is said to be on it is deleted.
            Assert.Equal(Access.Ok, disk.Delete(path, stamp, null, now.Device).Access);
        }
        Assert.True(disk.Identify(place["one"], out var again).Ok);
        Assert.Equal(former, again);
    }

    [LinuxFact]
    public async Task WhileAnotherVolumeHasThePlaceNothingIsDeletedAndThenDeletionGoesOn()
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        using TemporaryDirectory place = new();
        await using var one = await Tmpfs.Mount(stand.Root.Path, "1m");
        await using var other = await Tmpfs.Mount(place["other"], "1m");
        await TwinsAsync(stand.Root.Path, place["other"], Other);
        ManualTime time = new();
        await using var running = stand.Run(rules => rules with { KeepFor = Week }, time);
        await Eventually.True(() => running.Pipeline.Tally.Uploaded == 1, stand.Log.ToString, Cancel);
        await using (await Tmpfs.Bind(place["other"], stand.Root.Path))
        {
            await PassAsync(running, time, Week + Week, () => LedgerRows.Of(stand.Ledger, Name)?.Error?.Contains("another volume", StringComparison.Ordinal) == true, stand);
            Assert.Equal(1, stand.Log.Count("nothing is deleted below"));
            await Eventually.True(() => LedgerRows.Count(stand.Ledger, "EXISTS (SELECT 1 FROM vital WHERE name LIKE 'deletionSuspendedSince:%' AND value > 0)") == 1, stand.Log.ToString, Cancel);
            Assert.Equal(Other, File.ReadAllText(stand.Root.FullPath(Name)));
        }
        await PassAsync(running, time, TimeSpan.FromMinutes(1), () => running.Pipeline.Tally.Deleted == 1, stand);
        Assert.Equal(1, stand.Log.Count("is as it was"));
        Assert.Equal((false, Other), (File.Exists(stand.Root.FullPath(Name)), File.ReadAllText(Path.Join(place["other"], Name))));
    }

    [Theory]
    [InlineData(Other)]
    [InlineData(Uploaded)]
    public async Task AfterARestartWithAnotherVolumeInThePlaceOnlyTheVeryBytesThatWereUploadedAreDeleted(string content)
    {
        await using var stand = await PipelineStand.Start(isAws: true);
        using TemporaryDirectory place = new();
        await using var one = await Tmpfs.Mount(stand.Root.Path, "1m");
        await using var other = await Tmpfs.Mount(place["other"], "1m");
        await TwinsAsync(stand.Root.Path, place["other"], content);
        await stand.DrainAsync(Cancel, rules => rules with { KeepFor = Week });
        await using var over = await Tmpfs.Bind(place["other"], stand.Root.Path);
        Assert.Null((await stand.DrainAsync(Cancel)).Fault);
        Assert.Equal(1, stand.Log.Count("is another volume or directory than in the last run"));
        Assert.Equal(content == Other, File.Exists(stand.Root.FullPath(Name)));
        Assert.Equal(content == Other ? Stage.Left : Stage.Deleted, LedgerRows.Of(stand.Ledger, Name)!.Value.Stage);
        // The run after that knows it, and still what was uploaded before it came.
        LedgerRows.Execute(stand.Ledger, "UPDATE file SET due = 0, again = NULL WHERE deleted IS NULL");
        await stand.DrainAsync(Cancel);
        Assert.Equal(1, stand.Log.Count("is another volume or directory than in the last run"));
        Assert.Equal(content == Other, File.Exists(stand.Root.FullPath(Name)));
    }

    [LinuxFact]
    public async Task WhatIsPendingIsNotCalledGoneWhileAnotherDirectoryHasThePlace()
    {
        const int files = 20;
        await using var stand = await PipelineStand.Start(isAws: true);
        using TemporaryDirectory place = new();
        for (var i = 0; i < files; i++)
            stand.Write($"{i}", PipelineStand.Bytes(100, i));
        await stand.Server.Stop();
        ManualTime time = new();
        await using var running = stand.Run(null, time);
        await Eventually.True(() => running.Pipeline.Tally.Found == files, stand.Log.ToString, Cancel);
        Directory.Move(stand.Root.Path, place["away"]);
        Directory.CreateDirectory(stand.Root.Path);
        await stand.Server.Restart();
        await PassAsync(running, time, TimeSpan.FromMinutes(1), () => LedgerRows.Count(stand.Ledger, "waits > 0 AND error LIKE 'another volume%'") == files, stand);
        Assert.Equal((0, 1), (running.Pipeline.Tally.Vanished, stand.Log.Count("nothing is deleted below")));
        Directory.Delete(stand.Root.Path);
        Directory.Move(place["away"], stand.Root.Path);
        await PassAsync(running, time, TimeSpan.FromMinutes(1), () => running.Pipeline.Tally.Deleted == files, stand);
        await running.StopAsync();
        Assert.Equal(new OracleCount(0, files, 0), stand.Oracle.Check());
    }

    [LinuxFact]
    public void ADirectoryRemovedAndMadeAnewIsAnother()
    {
        using TemporaryDirectory place = new();
        var disk = new LinuxDisk();
        Directory.CreateDirectory(place["in"]);
        Assert.True(disk.Identify(place["in"], out var before).Ok);
        File.WriteAllText(place["in/file"], "");
        Assert.True(disk.Identify(place["in"], out var filled).Ok);
        Assert.Equal(before, filled);
        Directory.Delete(place["in"], recursive: true);
        Directory.CreateDirectory(place["in"]);
        Assert.True(disk.Identify(place["in"], out var after).Ok);
        Assert.False(after.IsSame(before));
        Assert.False(disk.Identify(place["nowhere"], out _).Ok);
    }

    /// <summary>Makes two files that no stamp tells apart, the first with the bytes that are uploaded.</summary>
    static async Task<Stamp> TwinsAsync(string one, string other, string content)
    {
        LinuxDisk disk = new();
        for (var attempt = 0; attempt < 200; attempt++)
        {
            // A shell asks no file's time, after which the kernel would give the next change a finer one: within a tick all are the same.
            var (first, second) = (Path.Join(one, Name), Path.Join(other, Name));
            using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "rm -f \"$1\" \"$2\"; printf %s \"$3\" >\"$1\"; printf %s \"$4\" >\"$2\"", "sh", first, second, Uploaded, content]))!;
            await shell.WaitForExitAsync(Cancel);
            Assert.True(disk.Look(first, out var stamp).Ok);
            Assert.True(disk.Look(second, out var twin).Ok);
            if (stamp == twin)
                return stamp;
        }
        Assert.Fail("no twins in 200 attempts");
        return default;
    }

    /// <summary>Lets time pass until something is so.</summary>
    static async Task PassAsync(RunningPipeline running, ManualTime time, TimeSpan by, Func<bool> until, PipelineStand stand)
    {
        time.Advance(by);
        await Eventually.True(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            running.Pipeline.Turn();
            return until();
        }, stand.Log.ToString, Cancel);
    }
}
