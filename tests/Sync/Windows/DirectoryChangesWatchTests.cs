using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Sync.Windows;
using Xunit;

namespace S3Sync.Tests.Sync.Windows;

[SupportedOSPlatform("windows")]
public sealed class DirectoryChangesWatchTests : IDisposable
{
    readonly string ground = Directory.CreateTempSubdirectory("s3sync-ground-").FullName;
    readonly DirectoryChangesWatch watch = DirectoryChangesWatch.Start();

    public DirectoryChangesWatchTests()
    {
        Directory.CreateDirectory(At("root"));
        Assert.Equal(WatchState.Watching, watch.Open(0, At("root"), out _));
        Assert.Equal(0, watch.Cover(0, ""));
    }

    public void Dispose()
    {
        watch.Dispose();
        Directory.Delete(ground, recursive: true);
    }

    [WindowsFact]
    public void AFileThatIsWrittenIsTouchedAndNeverComplete()
    {
        Write(@"root\a.txt");
        Write(@"root\fence");
        Assert.Equal(["a.txt", "fence"], Until(Sign.Touched, 0, "fence").Select(n => n.Path).Distinct());
    }

    [WindowsFact]
    public void AFileRenamedWithinTheTreeIsComplete()
    {
        Write(@"root\part");
        File.Move(At(@"root\part"), At(@"root\whole"));
        Until(Sign.Moved, 0, "whole");
    }

    [WindowsFact]
    public void AFileMovedInFromOutsideIsReported()
    {
        Write("elsewhere");
        File.Move(At("elsewhere"), At(@"root\in place"));
        Until(Sign.Touched, 0, "in place");
    }

    [WindowsFact]
    public void ANewDirectoryIsReportedAndWhatIsMadeInItToo()
    {
        Directory.CreateDirectory(At(@"root\new"));
        Until(Sign.Directory, 0, "new");
        Write(@"root\new\file");
        Assert.DoesNotContain(Until(Sign.Touched, 0, @"new\file"), n => n.Path == "new");
    }

    [WindowsFact]
    public void ARenamedDirectoryIsReportedUnderItsNewName()
    {
        Directory.CreateDirectory(At(@"root\old"));
        Until(Sign.Directory, 0, "old");
        Directory.Move(At(@"root\old"), At(@"root\new"));
        Until(Sign.Directory, 0, "new");
    }

    [WindowsFact(NotOnWine = "forgets what is below a renamed directory")]
    public void AFileInARenamedDirectoryIsReportedUnderTheNewPath()
    {
        Directory.CreateDirectory(At(@"root\old"));
        Until(Sign.Directory, 0, "old");
        Directory.Move(At(@"root\old"), At(@"root\new"));
        Write(@"root\new\file");
        Until(Sign.Touched, 0, @"new\file");
    }

    [WindowsFact]
    public void ANameWithATildeIsKept()
    {
        Write(@"root\a long name~1.text");
        Until(Sign.Touched, 0, "a long name~1.text");
    }

    [WindowsFact(NotOnWine = "cannot make such a file")]
    public void ANameWithAnUnpairedSurrogateIsShownAndNothingElse()
    {
        Write("root\\bad\uD800name");
        Write(@"root\fence");
        var seen = Until(Sign.Touched, 0, "fence");
        Assert.Contains(new(Sign.Unnameable, 0, @"bad\uD800name"), seen);
        Assert.Equal(2, seen.Select(n => n.Path).Distinct().Count());
    }

    [WindowsFact]
    public void WhatIsGoneAlreadyIsNotReported()
    {
        Write(@"root\brief");
        File.Delete(At(@"root\brief"));
        Write(@"root\fence");
        Assert.DoesNotContain(Until(Sign.Touched, 0, "fence"), n => n.Path == "brief");
    }

    [WindowsFact]
    public void LostNotificationsAreAnOverflowAndTheWatchGoesOn()
    {
        var name = new string('x', 200);
        string one = Write($@"root\{name}1"), two = At($@"root\{name}2");
        // A rename there and back is four records of at least 412 bytes; the kernel's 1 MB holds fewer than 700 of them.
        for (var i = 0; i < 1500; i++)
        {
            File.Move(one, two);
            File.Move(two, one);
        }
        Until(Sign.Overflow, 0, "");
        Write(@"root\after");
        Until(Sign.Touched, 0, "after");
    }

    [WindowsFact]
    public void ARootThatIsNotThereIsUnreachableAndCanBeOpenedLater()
    {
        Assert.Equal(WatchState.Unreachable, watch.Open(1, At("later"), out var error));
        Assert.Equal(Win32Error.FileNotFound, error);
        Assert.Equal(WatchState.Unreachable, watch.Open(1, Write("file"), out error));
        Assert.Equal(Win32Error.NotADirectory, error);
        Directory.CreateDirectory(At("later"));
        Assert.Equal(WatchState.Watching, watch.Open(1, At("later"), out _));
        Write(@"later\file");
        Until(Sign.Touched, 1, "file");
    }

    [WindowsFact]
    public void ARootOpenedAgainIsWatchedOnce()
    {
        for (var i = 0; i < 20; i++) Assert.Equal(WatchState.Watching, watch.Open(0, At("root"), out _));
        Directory.CreateDirectory(At(@"root\new"));
        Write(@"root\fence");
        Assert.Single(Until(Sign.Touched, 0, "fence"), n => n.Sign == Sign.Directory);
    }

    [WindowsFact]
    public void AClosedRootIsSilentAndTheOthersAreNot()
    {
        Directory.CreateDirectory(At("second"));
        Assert.Equal(WatchState.Watching, watch.Open(1, At("second"), out _));
        watch.Close(0);
        Write(@"root\a");
        Write(@"second\b");
        Assert.DoesNotContain(Until(Sign.Touched, 1, "b"), n => n.Root == 0);
    }

    [WindowsFact(NotOnWine = "tells nothing of a watched directory being deleted")]
    public void ADeletedRootIsLost()
    {
        Directory.Delete(At("root"));
        Until(Sign.Lost, 0, "");
    }

    [WindowsFact]
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

    [WindowsFact]
    public void AWaitEndsWhenItsTimeIsOver()
    {
        var clock = Stopwatch.StartNew();
        watch.Wait(TimeSpan.FromMilliseconds(50), []);
        // The clock of the wait ticks every 16 ms.
        Assert.InRange(clock.ElapsedMilliseconds, 30, 30_000);
        watch.Wait(TimeSpan.Zero, []);
    }

    string At(string relative) => Path.Join(ground, relative);

    string Write(string relative)
    {
        File.WriteAllText(At(relative), "content");
        return At(relative);
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
