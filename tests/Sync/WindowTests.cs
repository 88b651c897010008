using System;
using S3Sync.Sync;
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
        window.HandOut(SomeJob());
        window.HandOut(SomeJob());
        Assert.Throws<InvalidOperationException>(() => window.HandOut(SomeJob()));
    }

    [Fact]
    public void ACompletedWindowGivesWhatItHoldsAndThenEnds()
    {
        var window = new Window(2);
        window.HandOut(SomeJob());
        window.Complete();
        window.Complete();
        Assert.False(window.Jobs.Completion.IsCompleted);
        Assert.True(window.Jobs.TryRead(out _));
        Assert.True(window.Jobs.Completion.IsCompletedSuccessfully);
    }
}
