using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Runtime.Versioning;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Sync.Linux;

[SupportedOSPlatform("linux")]
public sealed class InotifyWatchTests : IDisposable
{
    readonly Ground ground = new();
    readonly InotifyWatch watch = InotifyWatch.Start();
    readonly string root;

    public InotifyWatchTests()
    {
        root = Directory.CreateDirectory(ground.At("root")).FullName;
        Assert.Equal(WatchState.Watching, watch.Open(0, root, out _));
        Assert.Equal(0, watch.Cover(0, ""));
    }

    public void Dispose()
    {
        watch.Dispose();
        ground.Dispose();
    }

    [LinuxFact]
    public void AFileThatIsWrittenAndClosedIsTouchedThenComplete()
    {
        ground.Write("root/a.txt");
        Assert.Equal([new(Sign.Touched, 0, "a.txt"), new(Sign.Complete, 0, "a.txt")], Until(Sign.Complete, 0, "a.txt"));
    }

    [LinuxFact]
    public void AFileRenamedIntoPlaceIsComplete()
    {
        File.Move(ground.Write("elsewhere"), ground.At("root/in place"));
        Assert.Equal([new(Sign.Moved, 0, "in place")], Until(Sign.Moved, 0, "in place"));
    }

    [LinuxFact]
    public void AHardLinkIsTouched()
    {
        ground.Write("elsewhere");
        ground.Shell("ln elsewhere root/link");
        Assert.Equal([new(Sign.Touched, 0, "link")], Until(Sign.Touched, 0, "link"));
    }

    [LinuxFact]
    public void ANewDirectoryIsReportedAndWatchedOnceItIsCovered()
    {
        Directory.CreateDirectory(ground.At("root/new/below"));
        Until(Sign.Directory, 0, "new");
        Assert.Equal(0, watch.Cover(0, "new"));
        Assert.Equal(0, watch.Cover(0, "new/below"));
        ground.Write("root/new/below/file");
        Until(Sign.Complete, 0, "new/below/file");
    }

    [LinuxFact]
    public void ATreeMovedInIsReportedAsOneDirectory()
    {
        ground.Write("elsewhere/below/file");
        Directory.Move(ground.At("elsewhere"), ground.At("root/tree"));
        Assert.Equal([new(Sign.Directory, 0, "tree")], Until(Sign.Directory, 0, "tree"));
    }

    [LinuxFact]
    public void AFileInARenamedDirectoryIsReportedUnderTheNewPathOnly()
    {
        Directory.CreateDirectory(ground.At("root/old/below"));
        Assert.Equal((0, 0), (watch.Cover(0, "old"), watch.Cover(0, "old/below")));
        Directory.Move(ground.At("root/old"), ground.At("root/new"));
        var seen = Until(Sign.Directory, 0, "new");
        Assert.Equal((0, 0), (watch.Cover(0, "new"), watch.Cover(0, "new/below")));
        ground.Write("root/new/below/file");
        seen.AddRange(Until(Sign.Complete, 0, "new/below/file"));
        Assert.DoesNotContain(seen, n => n.Path.StartsWith("old/", StringComparison.Ordinal));
    }

    [LinuxFact]
    public void ADirectoryMovedOutIsNotWatchedAnyMore()
    {
        Directory.CreateDirectory(ground.At("root/leaver/below"));
        Assert.Equal((0, 0), (watch.Cover(0, "leaver"), watch.Cover(0, "leaver/below")));
        Until(Sign.Directory, 0, "leaver");
        Directory.Move(ground.At("root/leaver"), ground.At("gone"));
        ground.Write("root/fence");
        Until(Sign.Complete, 0, "fence");
        ground.Write("gone/below/file");
        ground.Write("root/fence");
        Assert.DoesNotContain(Until(Sign.Complete, 0, "fence"), n => n.Path != "fence");
        Assert.Equal(0, watch.Cover(0, "leaver"));
    }

    [LinuxFact]
    public void ADeletedRootIsLostOnceAndCanBeOpenedAgain()
    {
        Directory.CreateDirectory(ground.At("root/below"));
        Assert.Equal(0, watch.Cover(0, "below"));
        Directory.Delete(root, recursive: true);
        var seen = Until(Sign.Lost, 0, "");
        Assert.Equal(0, watch.Cover(0, ""));
        Assert.Equal(WatchState.Unreachable, watch.Open(0, root, out var error));
        Assert.Equal(Errno.ENOENT, error);
        Directory.CreateDirectory(root);
        Assert.Equal(WatchState.Watching, watch.Open(0, root, out _));
        ground.Write("root/again");
        seen.AddRange(Until(Sign.Complete, 0, "again"));
        Assert.Single(seen, n => n.Sign == Sign.Lost);
    }

    [LinuxFact]
    public void AMovedRootIsLost()
    {
        Directory.Move(root, ground.At("moved"));
        Until(Sign.Lost, 0, "");
    }

    [LinuxFact]
    public void AClosedRootIsSilentAndTheOthersAreNot()
    {
        Directory.CreateDirectory(ground.At("second"));
        Assert.Equal(WatchState.Watching, watch.Open(1, ground.At("second"), out _));
        watch.Close(0);
        ground.Write("root/a");
        ground.Write("second/b");
        Assert.DoesNotContain(Until(Sign.Complete, 1, "b"), n => n.Root == 0);
    }

    [LinuxFact]
    public void LostNotificationsAreAnOverflowOfEveryRoot()
    {
        Directory.CreateDirectory(ground.At("second"));
        Assert.Equal(WatchState.Watching, watch.Open(1, ground.At("second"), out _));
        var limit = int.Parse(File.ReadAllText("/proc/sys/fs/inotify/max_queued_events"));
        string one = ground.Write("root/one"), two = ground.At("root/two");
        // A rename there and back is four events.
        for (var i = 0; i < (limit / 4) + 100; i++)
        {
            File.Move(one, two);
            File.Move(two, one);
        }
        Assert.Contains(new(Sign.Overflow, 1, ""), Until(Sign.Overflow, 0, ""));
        ground.Write("root/after");
        Until(Sign.Complete, 0, "after");
    }

    [LinuxFact]
    public void ANameThatIsNotUtf8IsShownAndNothingElse()
    {
        Directory.CreateDirectory(ground.At("root/d"));
        Assert.Equal(0, watch.Cover(0, "d"));
        Until(Sign.Directory, 0, "d");
        ground.Shell("""mkdir "$(printf 'root/d/bad\377name')"; printf x > root/fence""");
        var seen = Until(Sign.Complete, 0, "fence");
        Assert.Equal([new(Sign.Unnameable, 0, @"d/bad\xFFname"), new(Sign.Touched, 0, "fence"), new(Sign.Complete, 0, "fence")], seen);
    }

    [LinuxFact]
    public void WhatIsNoDirectoryOrNotThereIsNoFailureAndWhatHasNoNameIs()
    {
        ground.Write("root/file");
        Directory.CreateSymbolicLink(ground.At("root/link"), ground.Path);
        foreach (var directory in (string[])["none", "none/below", "file", "link"]) Assert.Equal(0, watch.Cover(0, directory));
        Assert.Equal((Errno.EINVAL, Errno.EILSEQ), (watch.Cover(0, "a\0b"), watch.Cover(0, "\uD800")));
        Assert.Equal(0, watch.Cover(7, ""));
    }

    [LinuxFact]
    public void TreesDeeperThanTheLongestPathOfTheKernelAreWatched()
    {
        var deep = ground.Deepen();
        Assert.Equal(WatchState.Watching, watch.Open(1, ground.Path, out _));
        Assert.Equal(0, watch.Cover(1, deep));
        ground.Shell($"i=0; while [ $i -lt 25 ]; do cd -P {new string('d', 200)}; i=$((i+1)); done; printf x > new");
        Until(Sign.Complete, 1, deep + "/new");
    }

    [LinuxFact]
    public async Task AWakeEndsTheWaitThatIsAndTheOneToCome()
    {
        var seen = new List<Notification>();
        watch.Wake();
        watch.Wait(TimeSpan.FromSeconds(30), seen);
        var waiting = Task.Factory.StartNew(() => watch.Wait(Timeout.InfiniteTimeSpan, seen),
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        watch.Wake();
        await waiting.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Empty(seen);
    }

    [LinuxFact]
    public void AWaitEndsWhenItsTimeIsOver()
    {
        var clock = Stopwatch.StartNew();
        watch.Wait(TimeSpan.FromMilliseconds(20), []);
        Assert.InRange(clock.ElapsedMilliseconds, 19, 30_000);
        watch.Wait(TimeSpan.Zero, []);
    }

    /// <summary>Everything notified until this was.</summary>
    List<Notification> Until(Sign sign, int number, string path)
    {
        var wanted = new Notification(sign, number, path);
        var seen = new List<Notification>();
        var clock = Stopwatch.StartNew();
        while (!seen.Contains(wanted))
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"Waited for {wanted}, saw {string.Join(", ", seen)}");
            watch.Wait(TimeSpan.FromSeconds(1), seen);
        }
        return seen;
    }
}
