using System;
using System.Linq;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>What of a fault is the volume's, and what the file's.</summary>
public sealed class VolumeFaultsTests
{
    // Every file of the volume meets the first two; the third may be one file's.
    static readonly int ReadOnly = OperatingSystem.IsWindows() ? 19 : 30, Away = OperatingSystem.IsWindows() ? 64 : 116, Broken = OperatingSystem.IsWindows() ? 1117 : 5, Denied = OperatingSystem.IsWindows() ? 5 : 13;

    readonly ManualTime time = new();
    readonly CapturedLog log = new();
    readonly Root[] roots = [new(0, "/in", "bucket", "in"), new(1, "/other", "bucket", "other")];
    readonly VolumeFaults volumes;

    public VolumeFaultsTests() => volumes = new(roots, time, log);

    string? Met(string path, int error, bool deleting = true, ulong device = 0) => volumes.Met(roots[0], path, error, deleting, device);

    bool MayTry(bool deleting = true, ulong device = 0, bool acts = true) => volumes.WhyNot(0, deleting, device, acts) is null;

    [Fact]
    public void TheVolumesFaultIsSaidOnceItsFilesWaitAndOneIsTriedAtATime()
    {
        Assert.True(MayTry());
        Assert.Contains(Platform.Explain(ReadOnly).Words, Met("a", ReadOnly));
        Assert.Equal((time.Milliseconds, ReadOnly), (volumes.SuspendedFrom(0, deleting: true), volumes.ErrorOf(0, deleting: true)));
        for (var pass = 0; pass < 10; pass++)
        {
            // Who only asks does not take the turn.
            Assert.True(MayTry(acts: false));
            Assert.True(MayTry());
            Assert.False(MayTry() || MayTry(acts: false));
            Assert.NotNull(Met($"{pass}", ReadOnly));
            time.Advance(TimeSpan.FromSeconds(30));
        }
        Assert.Single(log.Lines);
        volumes.Worked(roots[0], "a", deleting: true, 0);
        Assert.True(MayTry() && MayTry());
        Assert.Equal((0, 0), (volumes.SuspendedFrom(0, deleting: true), volumes.ErrorOf(0, deleting: true)));
        Assert.Contains("works again", log.Lines[1].Text);
        Assert.Equal(2, log.Lines.Length);
        // And so the next time.
        Assert.NotNull(Met("new", ReadOnly));
        Assert.Equal(3, log.Lines.Length);
    }

    [Fact]
    public void WhatCannotBeDeletedMayBeReadAndAnotherRootGoesOn()
    {
        Met("a", ReadOnly);
        Assert.Equal(0, volumes.SuspendedFrom(0, deleting: false));
        MayTry();
        Assert.False(MayTry());
        Assert.True(MayTry(deleting: false));
        Assert.Null(volumes.WhyNot(1, deleting: true, 0, acts: true));
        // What is mounted below it is another volume.
        Assert.True(MayTry(device: 7));
        volumes.Worked(roots[0], "b", deleting: true, 7);
        Assert.NotEqual(0, volumes.SuspendedFrom(0, deleting: true));
    }

    [Fact]
    public void ReadingFailsByWhatIsWrongWithReadingOnly()
    {
        Assert.Null(Met("a", ReadOnly, deleting: false));
        Assert.Null(Met("a", Denied, deleting: false));
        Assert.Null(Met("a", Denied));
        Assert.NotNull(Met("a", Away, deleting: false));
        Assert.NotNull(Met("a", Away));
        Assert.Equal(["uploaded", "deleted"], log.Lines.Select(line => line.Text.Split(' ')[2]));
    }

    [Fact]
    public void ABadSectorIsTheFilesOwnOnceOthersWereRead()
    {
        Assert.NotNull(Met("bad", Broken, deleting: false));
        // Another is tried at once.
        Assert.True(MayTry(deleting: false));
        volumes.Worked(roots[0], "good", deleting: false, 0);
        for (var i = 0; i < 10; i++)
            Assert.Null(Met("bad", Broken, deleting: false));
        Assert.Empty(log.Lines);
        Assert.True(MayTry(deleting: false) && MayTry(deleting: false));
    }

    [Fact]
    public void ABadDiskIsTheVolumesWhereNothingWorksInBetween()
    {
        Assert.NotNull(Met("a", Broken, deleting: false));
        Assert.Empty(log.Lines);
        Assert.NotNull(Met("b", Broken, deleting: false));
        Assert.Single(log.Lines);
        for (var i = 0; i < 3000; i++)
            Assert.NotNull(Met($"{i % 1500}", Broken, deleting: false));
        Assert.Single(log.Lines);
        volumes.Worked(roots[0], "a", deleting: false, 0);
        Assert.Equal(2, log.Lines.Length);
    }

    [Fact]
    public void ABadSectorIsTheFilesOwnWhereThereIsNoOtherFile()
    {
        Assert.NotNull(Met("bad", Broken));
        Assert.NotNull(Met("bad", Broken));
        for (var i = 0; i < 10; i++)
            Assert.Null(Met("bad", Broken));
        Assert.Empty(log.Lines);
        Assert.True(MayTry() && MayTry());
        // Of what no single file has it waits for the volume.
        for (var i = 0; i < 10; i++)
            Assert.NotNull(Met("bad", ReadOnly));
        Assert.Single(log.Lines);
    }

    [Fact]
    public void AFileThatWasBlamedByItselfWaitsWithTheOthersWhenTheVolumeFails()
    {
        Met("bad", Broken);
        volumes.Worked(roots[0], "good", deleting: true, 0);
        Assert.Null(Met("bad", Broken));
        Met("x", Broken);
        Met("y", Broken);
        Assert.NotNull(Met("bad", Broken));
    }
}
