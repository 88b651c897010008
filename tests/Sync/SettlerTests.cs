using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using S3Sync.Sync;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>Files that must be quiet before they are reported.</summary>
public sealed class SettlerTests
{
    // As the settler has it for files nobody told closed.
    static readonly TimeSpan Unclosed = TimeSpan.FromSeconds(1);

    static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    static List<string> TakeAll(Settler settler, TimeSpan now)
    {
        List<string> taken = [];
        while (settler.TryTake(now, out _, out var path, out _))
            taken.Add(path);
        return taken;
    }

    [Fact]
    public void AnotherQuietTimeIsThatOfFilesTouchedFromThenOn()
    {
        var settler = new Settler(Ms(10_000), 10);
        settler.Touch(0, "before", Sign.Complete, Ms(0), out _);
        settler.Quiet = Ms(100);
        settler.Touch(0, "after", Sign.Complete, Ms(10), out _);
        Assert.Equal(Ms(110), settler.Next);
        Assert.True(settler.TryTake(Ms(110), out _, out var path, out _));
        Assert.Equal("after", path);
        Assert.False(settler.TryTake(Ms(9_999), out _, out _, out _));
        settler.Quiet = Ms(20_000);
        Assert.True(settler.TryTake(Ms(10_000), out _, out path, out _));
        Assert.Equal("before", path);
    }

    [Fact]
    public void AClosedFileIsReportedWhenItWasQuietForItsTimeAndNotBefore()
    {
        var settler = new Settler(Ms(100), 10);
        Assert.True(settler.Touch(1, "a", Sign.Complete, Ms(0), out var isNew));
        Assert.True(isNew);
        Assert.Equal(Ms(100), settler.Next);
        Assert.False(settler.TryTake(Ms(99), out _, out _, out _));
        Assert.True(settler.TryTake(Ms(100), out var root, out var path, out var sign));
        Assert.Equal((1, "a", Sign.Complete), (root, path, sign));
        Assert.Equal((0, (TimeSpan?)null), (settler.Count, settler.Next));
    }

    [Fact]
    public void AFileNobodyClosedIsLeftAloneForASecond()
    {
        var settler = new Settler(Ms(100), 10);
        settler.Touch(0, "a", Sign.Touched, Ms(0), out _);
        Assert.False(settler.TryTake(Ms(999), out _, out _, out _));
        Assert.True(settler.TryTake(Ms(1000), out _, out _, out var sign));
        Assert.Equal(Sign.Touched, sign);
    }

    [Fact]
    public void AQuietTimeLongerThanASecondHoldsForFilesNobodyClosedToo()
    {
        var settler = new Settler(Ms(5000), 10);
        settler.Touch(0, "a", Sign.Touched, Ms(0), out _);
        Assert.Empty(TakeAll(settler, Ms(4999)));
        Assert.Equal(["a"], TakeAll(settler, Ms(5000)));
    }

    [Fact]
    public void AFileTouchedAgainStartsAgain()
    {
        var settler = new Settler(Ms(100), 10);
        settler.Touch(0, "a", Sign.Complete, Ms(0), out _);
        settler.Touch(0, "a", Sign.Complete, Ms(60), out var isNew);
        Assert.False(isNew);
        Assert.Empty(TakeAll(settler, Ms(159)));
        Assert.Equal(["a"], TakeAll(settler, Ms(160)));
    }

    [Fact]
    public void AFileThatIsClosedIsReportedSoonerThanOneThatMightStillBeOpen()
    {
        var settler = new Settler(Ms(100), 10);
        settler.Touch(0, "a", Sign.Touched, Ms(0), out _);
        settler.Touch(0, "a", Sign.Complete, Ms(10), out _);
        Assert.Equal(Ms(110), settler.Next);
        Assert.Equal(["a"], TakeAll(settler, Ms(110)));
        Assert.Empty(TakeAll(settler, Ms(5000)));
    }

    [Fact]
    public void WithoutAQuietTimeAClosedFileIsReportedAtOnce()
    {
        var settler = new Settler(TimeSpan.Zero, 10);
        settler.Touch(0, "a", Sign.Complete, Ms(7), out _);
        Assert.Equal(["a"], TakeAll(settler, Ms(7)));
    }

    [Fact]
    public void OnePathInTwoRootsIsTwoFiles()
    {
        var settler = new Settler(Ms(100), 10);
        settler.Touch(0, "a", Sign.Complete, Ms(0), out _);
        settler.Touch(1, "a", Sign.Complete, Ms(0), out var isNew);
        Assert.True(isNew);
        Assert.Equal(["a", "a"], TakeAll(settler, Ms(100)));
    }

    [Fact]
    public void AFileMadeAndClosedForEverTakesTheRoomOfOne()
    {
        // A program that writes one temporary name again and again, which never comes to rest.
        var settler = new Settler(TimeSpan.FromSeconds(0.5), 10);
        for (var i = 0; i < 100_000; i++)
        {
            var now = TimeSpan.FromMilliseconds(i);
            settler.Touch(0, "temporary", Sign.Touched, now, out _);
            settler.Touch(0, "temporary", Sign.Complete, now, out _);
            Assert.False(settler.TryTake(now, out _, out _, out _));
            Assert.InRange(settler.Places, 1, 4);
        }
    }

    [Fact]
    public void WhereThereIsNoRoomANewFileIsRefusedAndAKnownOneIsNot()
    {
        var settler = new Settler(Ms(100), 1);
        settler.Touch(0, "a", Sign.Complete, Ms(0), out _);
        Assert.False(settler.Touch(0, "b", Sign.Complete, Ms(0), out var isNew));
        Assert.False(isNew);
        Assert.True(settler.Touch(0, "a", Sign.Complete, Ms(50), out _));
        Assert.Equal(["a"], TakeAll(settler, Ms(150)));
        Assert.True(settler.Touch(0, "b", Sign.Complete, Ms(150), out _));
    }

    [Fact]
    public void EachTouchedFileIsReportedOnceAndNeverBeforeItWasQuietAndTheLimitHolds() =>
        Gen.Select(Gen.Int[0, 1500], Gen.Int[1, 4], Gen.Select(Gen.Int[0, 5], Gen.Bool, Gen.Int[0, 400], Gen.Bool).Array[0, 60]).Sample((quiet, limit, steps) =>
        {
            var settler = new Settler(Ms(quiet), limit);
            Dictionary<(int, string), TimeSpan> expected = [];
            var now = TimeSpan.Zero;
            foreach (var (name, closed, wait, take) in steps)
            {
                var key = (name % 2, $"{name}");
                var accepted = settler.Touch(key.Item1, key.Item2, closed ? Sign.Complete : Sign.Touched, now, out var isNew);
                Assert.Equal(expected.ContainsKey(key) || expected.Count < limit, accepted);
                Assert.Equal(accepted && !expected.ContainsKey(key), isNew);
                if (accepted)
                    expected[key] = now + (closed ? Ms(quiet) : TimeSpan.FromTicks(Math.Max(Ms(quiet).Ticks, Unclosed.Ticks)));
                now += Ms(wait);
                if (take)
                    TakeDue(settler, expected, now);
                Assert.Equal(expected.Count, settler.Count);
                Assert.InRange(settler.Count, 0, limit);
            }
            TakeDue(settler, expected, now + TimeSpan.FromHours(1));
            Assert.Equal((0, (TimeSpan?)null), (expected.Count, settler.Next));
        });

    /// <summary>Takes what is due, exactly that, and checks that the settler would have woken its thread in time for the rest.</summary>
    static void TakeDue(Settler settler, Dictionary<(int, string), TimeSpan> expected, TimeSpan now)
    {
        while (settler.TryTake(now, out var root, out var path, out _))
        {
            Assert.True(expected.Remove((root, path), out var due), $"{path} was reported twice");
            Assert.True(due <= now, $"{path} was reported at {now}, quiet from {due}");
        }
        Assert.DoesNotContain(expected.Values, due => due <= now);
        Assert.True(expected.Count == 0 || settler.Next <= expected.Values.Min(), "it would wake too late");
    }
}
