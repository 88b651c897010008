using System;
using Microsoft.Win32.SafeHandles;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>How long a file has been left alone, whatever clocks and file systems say.</summary>
public sealed class QuietTimeTests
{
    readonly ManualTime time = new();

    [Theory]
    // A copied, unpacked or synchronised file has the time of its original; its last change tells when that was set.
    [InlineData(-1_000_000, -5, 5)]
    [InlineData(-5, -5, 5)]
    [InlineData(-5, -100, 5)]
    // A program may set any time.
    [InlineData(1_000_000, -5, 5)]
    [InlineData(-5, 1_000_000, 5)]
    public void TheLaterOfTheTwoTimesCountsUnlessItLiesAhead(int modified, int changed, int age) =>
        Assert.Equal(TimeSpan.FromSeconds(age), new QuietTime(time).Of(Stamp(modified, changed)));

    [Fact]
    public void NothingIsKnownOfAFileWhoseTimesLieAhead() => Assert.Null(new QuietTime(time).Of(Stamp(5, 5)));

    [Fact]
    public void WhereTheFileSystemKeepsNoTimeOfTheLastChangeTheLastWriteCounts() =>
        Assert.Equal(TimeSpan.FromSeconds(7), new QuietTime(time).Of(Stamp(-7, -7) with { Changed = 0 }));

    [Theory]
    [InlineData(3)]
    [InlineData(3600)]
    [InlineData(30 * 86_400)]
    public void AClockSetForthMakesNoFileOlder(int step)
    {
        SteppedTime stepped = new(time);
        QuietTime quiet = new(stepped);
        var stamp = Stamp(-1, -1);
        quiet.Of(stamp);
        stepped.Step = TimeSpan.FromSeconds(step);
        AssertIsAbout(1, quiet.Of(stamp));
        time.Advance(TimeSpan.FromSeconds(2));
        AssertIsAbout(3, quiet.Of(stamp));
        // What is written from then on has its right age.
        var later = Stamp(-1 + step, -1 + step);
        time.Advance(TimeSpan.FromSeconds(100));
        AssertIsAbout(101, quiet.Of(later));
        AssertIsAbout(103, quiet.Of(stamp));
    }

    [Fact]
    public void AClockSetBackMakesNoFileOlder()
    {
        SteppedTime stepped = new(time);
        QuietTime quiet = new(stepped);
        var stamp = Stamp(-7200, -7200);
        quiet.Of(stamp);
        stepped.Step = TimeSpan.FromHours(-1);
        Assert.InRange(quiet.Of(stamp)!.Value, TimeSpan.Zero, TimeSpan.FromHours(2));
    }

    [Theory]
    // Whole seconds: FAT keeps every second one.
    [InlineData(0, 0, 2000)]
    [InlineData(1, 0, 1000)]
    [InlineData(2, 0, 0)]
    // Nanoseconds: the system's own tick.
    [InlineData(0, 5, 15)]
    [InlineData(1, 5, 0)]
    // The clock was set back by less than a tick, by more.
    [InlineData(-1, 0, 3000)]
    [InlineData(-60, 0, 0)]
    public void AFileIsReadOnceItsNextChangeIsSureToShow(int seconds, int milliseconds, int wait)
    {
        var age = TimeSpan.FromSeconds(seconds) + TimeSpan.FromMilliseconds(milliseconds);
        using Plain file = new(Stamp(-age));
        Assert.Equal(TimeSpan.FromMilliseconds(wait), new QuietTime(time).UntilTold(file));
    }

    // Which state of the clock gave a file its time is open for a step that is hardly more than RunClock.Tolerance: then it counts as younger.
    static void AssertIsAbout(int seconds, TimeSpan? age) =>
        Assert.InRange(age!.Value, TimeSpan.FromSeconds(seconds - 3.1), TimeSpan.FromSeconds(seconds + 0.2));

    Stamp Stamp(int modified, int changed) => new(1, 2, Nanoseconds(TimeSpan.FromSeconds(modified)), Nanoseconds(TimeSpan.FromSeconds(changed)));

    // Of a program that sets times none are of use here.
    Stamp Stamp(TimeSpan changed) => new(1, 2, 3, Nanoseconds(changed));

    long Nanoseconds(TimeSpan fromNow) => (time.GetUtcNow() - DateTimeOffset.UnixEpoch + fromNow).Ticks * 100;

    sealed class Plain(Stamp stamp) : SourceFile(new SafeFileHandle(), stamp)
    {
        public override bool Unchanged() => true;
    }

    /// <summary>A clock whose wall time is set while its stopwatch goes on.</summary>
    sealed class SteppedTime(ManualTime time) : TimeProvider
    {
        public TimeSpan Step { get; set; }

        public override long TimestampFrequency => time.TimestampFrequency;

        public override long GetTimestamp() => time.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Step;
    }
}
