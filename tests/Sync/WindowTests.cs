using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>The bounded in-memory part of the unfinished rows.</summary>
public sealed class WindowTests
{
    static Job SomeJob(string path = "a") => new(new(0, "/in", "bucket", "in"), path);

    [Fact]
    public void AReservedPlaceIsTakenBeforeTheJobIsHandedOutAndUntilItLeaves()
    {
        var window = new Window(3);
        window.Reserve();
        Assert.Equal((1, 2), (window.InFlight, window.Space));
        window.HandOut(SomeJob());
        Assert.True(window.Jobs.TryRead(out _));
        Assert.Equal((1, 2), (window.InFlight, window.Space));
        window.Leave();
        Assert.Equal((0, 3, 3), (window.InFlight, window.Space, window.Capacity));
    }

    [Fact]
    public void JobsComeOutInTheOrderTheyWereHandedOut()
    {
        var window = new Window(3);
        foreach (var path in (string[])["c", "a", "b"])
        {
            window.Reserve();
            window.HandOut(SomeJob(path));
        }
        foreach (var path in (string[])["c", "a", "b"])
        {
            Assert.True(window.Jobs.TryRead(out var job));
            Assert.Equal(path, job.Path);
        }
    }

    [Fact]
    public void HandingOutMoreThanThereIsRoomForIsAMistakeThatIsSaid()
    {
        var window = new Window(2);
        window.Reserve();
        window.Reserve();
        Assert.Throws<InvalidOperationException>(window.Reserve);
    }

    [Fact]
    public async Task NothingIsTakenAfterTheStopHoweverMuchWasHandedOut()
    {
        var window = new Window(3);
        foreach (var path in (string[])["a", "b", "c"])
            window.HandOut(SomeJob(path));
        using var stop = new CancellationTokenSource();
        var taken = new List<string>();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var job in window.TakeAsync(stop.Token))
            {
                taken.Add(job.Path);
                await stop.CancelAsync();
            }
        });
        Assert.Equal(["a"], taken);
    }

    [Fact]
    public void TheFilesOfJobsNobodyTookAreLetGo()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["a"], "a");
        Assert.True(Platform.OpenDisk([]).Open(directory["a"], out var file).Ok);
        var window = new Window(1);
        window.HandOut(new(new(0, directory.Path, "bucket", "in"), "a") { Source = file });
        window.Abandon();
        Assert.True(file!.Handle.IsClosed);
    }
}
