using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CsCheck;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Sync;

/// <summary>Room for requests: how many may be under way, and whose turn it is.</summary>
public sealed class SlotsTests
{
    readonly CapturedLog log = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Root RootOf(int index, string bucket) => new(index, $"/root{index}", bucket, "");

    Slots Of(int most, params string[] buckets) => new([.. buckets.Select((bucket, index) => RootOf(index, bucket))], most, log);

    static Task Served(Task turn) => turn.WaitAsync(TimeSpan.FromSeconds(30), Cancel);

    /// <summary>Takes as many as there are.</summary>
    static int TakeAll(Slots slots, int root)
    {
        var taken = 0;
        while (true)
        {
            using var stop = new CancellationTokenSource();
            var turn = slots.TakeAsync(root, stop.Token);
            if (!turn.IsCompleted)
            {
                stop.Cancel();
                return taken;
            }
            taken++;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(16)]
    public async Task WhoWaitsIsServedInTurnWhenASlotIsGivenBack(int most)
    {
        var slots = Of(most, "bucket");
        Assert.Equal(most, TakeAll(slots, 0));
        var waiting = Enumerable.Range(0, 5).Select(_ => slots.TakeAsync(0, Cancel).AsTask()).ToList();
        foreach (var turn in waiting)
        {
            Assert.False(turn.IsCompleted);
            slots.Give(0);
            await turn.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        }
        Assert.Equal(most, slots.TakenOf(0));
    }

    [Fact]
    public async Task WhoGivesUpWaitingTakesNothing()
    {
        var slots = Of(1, "bucket");
        await slots.TakeAsync(0, Cancel);
        using var stop = new CancellationTokenSource();
        var (first, second) = (slots.TakeAsync(0, stop.Token).AsTask(), slots.TakeAsync(0, Cancel).AsTask());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        slots.Give(0);
        await second.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        slots.Give(0);
        Assert.Equal((0, 1), (slots.TakenOf(0), TakeAll(slots, 0)));
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 3)]
    [InlineData(16, 12)]
    public void ABucketOfSeveralNeverHasAll(int most, int share)
    {
        var slots = Of(most, "one", "two");
        Assert.Equal((share, most - share), (TakeAll(slots, 0), TakeAll(slots, 1)));
    }

    [Fact]
    public void DirectoriesOfOneBucketShareItsSlots()
    {
        var slots = Of(3, "bucket", "bucket");
        Assert.Equal((1, 3, 0), (slots.Buckets, TakeAll(slots, 1), TakeAll(slots, 0)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(4, 2)]
    [InlineData(16, 8)]
    public void AFileInPartsLeavesOtherFilesRoomHoweverManyPartsItHas(int most, int parts)
    {
        var slots = Of(most, "bucket");
        Assert.True(slots.TakeAsync(0, Cancel).IsCompleted);
        using PartSlots file = new(slots, 0);
        var sent = 0;
        while (file.TryTake(out _))
            sent++;
        Assert.Equal((parts, most - parts), (sent, TakeAll(slots, 0)));
    }

    [Fact]
    public async Task AFurtherPartWaitsInOneLineWithTheFilesAndOneThatMayNotHoldsUpNobody()
    {
        var slots = Of(4, "bucket");
        using PartSlots file = new(slots, 0);
        TakeAll(slots, 0);
        var first = slots.TakeAsync(0, Cancel).AsTask();
        Assert.True(file.TryTake(out var isOwn) && isOwn);
        Assert.False(file.TryTake(out _));
        var (second, third) = (slots.TakeAsync(0, Cancel).AsTask(), slots.TakeAsync(0, Cancel).AsTask());
        slots.Give(0);
        await Served(first);
        Assert.False(file.Wanted!.IsCompleted || second.IsCompleted);
        slots.Give(0);
        await Served(file.Wanted!);
        Assert.False(second.IsCompleted);
        Assert.True(file.TryTake(out _));
        // One further part is all there may be of these.
        Assert.False(file.TryTake(out _));
        slots.Give(0);
        await Served(second);
        slots.Give(0);
        await Served(third);
        Assert.False(file.Wanted!.IsCompleted);
    }

    [Fact]
    public async Task AFileThatEndsGetsOutOfTheLineForItsParts()
    {
        var slots = Of(4, "bucket");
        TakeAll(slots, 0);
        using (PartSlots file = new(slots, 0))
        {
            file.TryTake(out _);
            Assert.False(file.TryTake(out _));
            slots.Give(0);
            // Granted and not taken up.
            await Served(file.Wanted!);
        }
        slots.Give(0);
        Assert.Equal((2, 2), (slots.TakenOf(0), TakeAll(slots, 0)));
    }

    [Fact]
    public async Task ASlotThatIsGrantedWhileItsFileEndsIsNotLost()
    {
        var slots = Of(4, "bucket");
        TakeAll(slots, 0);
        for (var i = 0; i < 500; i++)
        {
            using (PartSlots file = new(slots, 0))
            {
                file.TryTake(out _);
                Assert.False(file.TryTake(out _));
                slots.Give(0);
            }
            // What had been granted by then comes back by itself.
            await slots.TakeAsync(0, Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        }
        Assert.Equal(4, slots.TakenOf(0));
    }

    [Fact]
    public async Task FewerMayBeAllowedAndMoreAgainWhileItRuns()
    {
        var slots = Of(8, "bucket");
        Assert.Equal(8, TakeAll(slots, 0));
        slots.Allow(2);
        var waiting = slots.TakeAsync(0, Cancel).AsTask();
        for (var i = 0; i < 6; i++)
            slots.Give(0);
        Assert.Equal((2, 2, false), (slots.Limit, slots.TakenOf(0), waiting.IsCompleted));
        slots.Give(0);
        await waiting.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        slots.Allow(0);
        Assert.Equal((1, 1), (slots.Most, slots.Limit));
    }

    [Fact]
    public void ABucketThatIsRefusedLeavesTheOthersTheirs()
    {
        var slots = Of(16, "one", "two");
        var other = slots.LimitOf(1);
        Refuse(slots, 0, 100);
        Assert.True(slots.LimitOf(0) < slots.LimitOf(1), $"{slots.LimitOf(0)}");
        Assert.Equal(other, slots.LimitOf(1));
        Assert.True(log.Count("the server says that more are too many") == 1, log.ToString());
    }

    [Fact]
    public async Task OnlyABucketThatRefusesForAWhileAndLetsNothingThroughIsCalledRefused()
    {
        var slots = Of(16, "bucket");
        Refuse(slots, 0, 50);
        Assert.False(slots.IsRefused(0), "it may be a moment's burst");
        await Task.Delay(TimeSpan.FromSeconds(0.3), Cancel);
        Refuse(slots, 0, 1);
        Assert.True(slots.IsRefused(0));
        Answer(slots, 0, TimeSpan.FromMilliseconds(30), 1);
        Assert.False(slots.IsRefused(0), "it lets others through");
    }

    [Fact]
    public void WhatKeepsMoreFromBeingUnderWayIsTold()
    {
        var slots = Of(4, "bucket");
        Assert.Equal(SlotsSetBy.Files, slots.SetBy(0, SlotsSetBy.Memory));
        TakeAll(slots, 0);
        // All are taken, one is really sent.
        Answer(slots, 0, TimeSpan.FromMilliseconds(30), 1);
        Assert.Equal(SlotsSetBy.Memory, slots.SetBy(0, SlotsSetBy.Memory));
        Answer(slots, 0, TimeSpan.FromMilliseconds(30), 4);
        Assert.NotEqual(SlotsSetBy.Memory, slots.SetBy(0, SlotsSetBy.Memory));
        Assert.Equal(SlotsSetBy.Setting, slots.SetBy(0, null));
    }

    /// <summary>Never more than may be, none lost, everybody served: whatever is taken, given back and given up in whatever order.</summary>
    [Fact]
    public void AnyOrderOfTakingAndGivingLosesNoSlotAndServesEverybody() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 3], Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2]).List[0, 120]).Sample((most, buckets, steps) =>
        {
            var slots = Of(most, [.. Enumerable.Range(0, buckets).Select(i => $"b{i}")]);
            List<(int Root, Task Turn, CancellationTokenSource Stop)> all = [];
            foreach (var (what, where) in steps)
            {
                var root = where % buckets;
                if (what == 0)
                {
                    CancellationTokenSource stop = new();
                    all.Add((root, slots.TakeAsync(root, stop.Token).AsTask(), stop));
                }
                else if (what == 1 && all.FindIndex(one => one.Root == root && one.Turn.IsCompletedSuccessfully) is >= 0 and var held)
                {
                    slots.Give(root);
                    all.RemoveAt(held);
                }
                else if (what == 2 && all.FindIndex(one => one.Root == root && !one.Turn.IsCompleted) is >= 0 and var waiting)
                {
                    all[waiting].Stop.Cancel();
                    all.RemoveAt(waiting);
                }
                Assert.True(Enumerable.Range(0, buckets).Sum(slots.TakenOf) <= most);
                // Who is served hears of it on another thread.
                SpinWait.SpinUntil(() => all.Count(one => one.Turn.IsCompletedSuccessfully) == Enumerable.Range(0, buckets).Sum(slots.TakenOf), 10_000);
                Assert.All(Enumerable.Range(0, buckets), bucket => Assert.Equal(all.Count(one => one.Root == bucket && one.Turn.IsCompletedSuccessfully), slots.TakenOf(bucket)));
            }
            while (all.FindIndex(one => one.Turn.IsCompletedSuccessfully || one.Turn.Wait(100)) is >= 0 and var at)
            {
                slots.Give(all[at].Root);
                all.RemoveAt(at);
            }
            Assert.Empty(all);
            Assert.All(Enumerable.Range(0, buckets), bucket => Assert.Equal(0, slots.TakenOf(bucket)));
        });

    static void Refuse(Slots slots, int root, int times)
    {
        for (var i = 0; i < times; i++)
            slots.Note(root, new Reply(Fault.Overloaded, "503 SlowDown") { IsThrottled = true }, Stopwatch.GetTimestamp());
    }

    static void Answer(Slots slots, int root, TimeSpan took, int underWay)
    {
        var now = Stopwatch.GetTimestamp();
        slots.Note(root, new Reply(Fault.None) { Exchange = new(now - (long)(took.TotalSeconds * Stopwatch.Frequency), now, 4096, underWay) }, now);
    }
}
