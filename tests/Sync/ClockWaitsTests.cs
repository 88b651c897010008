using System;
using System.Threading;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>All that waits besides the ledger's rows, while somebody sets the wall clock.</summary>
public sealed class ClockWaitsTests : IDisposable
{
    static readonly TimeSpan Hour = TimeSpan.FromHours(1), Day = TimeSpan.FromDays(1);

    readonly TemporaryDirectory directory = new();
    readonly ManualTime time = new();
    readonly CapturedLog log = new();

    public static TheoryData<int> Days { get; } = [-400, -1, 1, 400, 20_000];

    public void Dispose() => directory.Dispose();

    [Theory, MemberData(nameof(Days))]
    public void AnHourOfDeletionsIsAnHour(int days)
    {
        DeleteGuard guard = new(new(null, 2), time, log);
        guard.Count(1);
        time.Advance(Hour / 2);
        guard.Count(1);
        time.Step(days * Day);
        Assert.NotNull(guard.Hold());
        time.Advance(Hour / 2 + TimeSpan.FromMinutes(2));
        Assert.Null(guard.Hold());
        guard.Count(1);
        Assert.NotNull(guard.Hold());
    }

    [Fact]
    public void DeletionsOfATimeToComeAreNotOfTheLastHour()
    {
        using var ledger = Ledger.Open(directory["ledger"]);
        var (root, hour) = (ledger.RootId("/in"), time.Milliseconds / LedgerCounters.HourInMilliseconds);
        foreach (var (path, at) in (ReadOnlySpan<(string, long)>)[("before", hour - 1), ("now", hour), ("ahead", hour + 700)])
        {
            ledger.Add(root, path, 1, 1);
            ledger.SetUploaded(root, path, 1, 1, default, ledger.TargetId("bucket", ""), new(ChecksumKind.None, "", "", null));
            ledger.SetDeleted(root, path, at * LedgerCounters.HourInMilliseconds, null);
        }
        ledger.Begin();
        ledger.Commit();
        Assert.Equal(1, ledger.DeletedSince(hour));
    }

    [Theory, MemberData(nameof(Days))]
    public void AFileIsTooYoungUntilItIsOldEnough(int days)
    {
        Root root = new(0, directory.Path, "bucket", "in") { Filter = new([], new(0, 0, 2 * Hour, default, false)) };
        Sieve sieve = new([root], Platform.OpenDisk([directory.Path]), time, log);
        Stamp stamp = new(1, 1, time.Milliseconds * 1_000_000, 0);
        Assert.False(sieve.TakesAsItIs(0, "file", stamp));
        time.Advance(Hour);
        time.Step(days * Day);
        Assert.False(sieve.TakesAsItIs(0, "file", stamp));
        // A time that lies ahead now says only that nobody has written since the clock was set.
        time.Advance(days < 0 ? 2 * Hour : Hour);
        Assert.Equal(TimeSpan.Zero, sieve.NextLook);
        Assert.True(sieve.TakesAsItIs(0, "file", stamp));
    }

    [Fact]
    public void NoNameIsForgottenBecauseTheClockWasSetForwardAndSomeAreAfterItWasSetBack()
    {
        using var ledger = Ledger.Open(directory["ledger"]);
        Root root = new(0, directory["in"], "bucket", "in");
        LedgerBook book = new(ledger, [root], new(false), time, new(), log);
        book.Open();
        var id = book.Id(0);
        Deleted("old");
        time.Advance(20 * Day);
        Forgetter forgetter = new(ledger, 1, 30 * Day);
        Step(forgetter);
        time.Step(400 * Day);
        Assert.True(book.LookAtClock());
        time.Advance(2 * Day);
        Step(forgetter);
        Assert.True(ledger.Read(id, "old", out _));
        time.Step(-500 * Day);
        Assert.True(book.LookAtClock());
        time.Step(100 * Day);
        Assert.True(book.LookAtClock());
        for (var day = 0; day < 110; day++)
        {
            time.Advance(Day);
            Step(forgetter);
        }
        Assert.False(ledger.Read(id, "old", out _));

        void Deleted(string path)
        {
            ledger.Add(id, path, book.Now, book.Now);
            ledger.SetDeleted(id, path, book.Now, null);
        }

        void Step(Forgetter some)
        {
            // A sweep of a small ledger is one step, and another that sees its end.
            for (var i = 0; i < 3; i++)
            {
                time.Advance(TimeSpan.FromSeconds(10));
                some.Step(book, 0);
            }
            Assert.InRange(some.Wait(book.Time), TimeSpan.FromMilliseconds(1), Day);
        }
    }

    [Theory, MemberData(nameof(Days))]
    public void WhatWasUploadedFromAnotherDirectoryIsReadAgainWhateverTheClockSaysSinceThen(int days)
    {
        using var ledger = Ledger.Open(directory["ledger"]);
        Root root = new(0, directory.Path, "bucket", "in");
        var id = ledger.RootId(root.Path);
        var uploaded = time.Milliseconds;
        ledger.Add(id, "file", uploaded, uploaded);
        ledger.SetUploaded(id, "file", uploaded, uploaded, default, ledger.TargetId("bucket", ""), new(ChecksumKind.None, "", "", null));
        ledger.Begin();
        ledger.Vitals.SetPlace(id, new(1, 2, 3), since: 5);
        ledger.Commit();
        time.Advance(Hour);
        time.Step(days * Day);
        RootGuard guard = new([root], Platform.OpenDisk([root.Path]), time, log);
        Assert.Null(guard.Begin(ledger));
        Assert.Equal(RootIdentity.NoDevice, guard.VolumeOf(0, uploaded));
        // Dates of uploads move with the clock, forward, and must not come to look like those of this directory.
        guard.Shift(new(0, (long)(400 * Day).TotalMilliseconds));
        Assert.Equal(RootIdentity.NoDevice, guard.VolumeOf(0, uploaded + (long)(400 * Day).TotalMilliseconds));
    }

    [Fact]
    public void OfWaitsTheShortestCountsAndOneWithoutEndIsNone()
    {
        Assert.Equal(Timeout.InfiniteTimeSpan, Soonest.Of());
        Assert.Equal(Timeout.InfiniteTimeSpan, Soonest.Of(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        Assert.Equal(Hour, Soonest.Of(Timeout.InfiniteTimeSpan, Day, Hour, Timeout.InfiniteTimeSpan));
        Assert.Equal(TimeSpan.Zero, Soonest.Of(Hour, TimeSpan.Zero));
    }
}
