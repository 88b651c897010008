using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>
/// The memory of all uploads: what is lent, and who waits for what. Any mix of sizes is in BuffersPropertyTests.
/// </summary>
public sealed class BuffersTests
{
    const int KiB = 1024, MiB = 1024 * KiB;

    // As without options: parts of 8 MiB in 48.
    const int Part = 8 * MiB, Whole = 48 * MiB;

    static readonly TimeSpan Generous = TimeSpan.FromSeconds(30);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(2 * MiB)]
    [InlineData(Whole)]
    public async Task ABufferIsAsLongAsAskedForAndTakesWholePages(int length)
    {
        var buffers = new Buffers(Whole, Whole);
        var lease = await buffers.RentAsync(length, Cancel);
        Assert.Equal(length, lease.Memory.Length);
        Assert.Equal((Math.Max(1, length) + 4095) / 4096 * 4096L, buffers.InUse);
        buffers.Return(lease);
        Assert.Equal(0, buffers.InUse);
    }

    [Theory]
    [InlineData(100 * KiB + 1)]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    public async Task MoreThanTheLargestIsRefused(int length) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await new Buffers(1000 * KiB, 100 * KiB).RentAsync(length, Cancel));

    [Fact]
    public async Task WhatCameBackIsRoomForOtherSizes()
    {
        var buffers = new Buffers(Whole, Whole);
        for (var round = 0; round < 3; round++)
        {
            foreach (var size in (int[])[Part, 2 * MiB, 100 * KiB, 3 * MiB])
            {
                // As many as fit.
                var fit = Enumerable.Range(0, (int)(buffers.ForLarge / size));
                var leases = await Task.WhenAll(fit.Select(_ => Now(buffers.RentAsync(size, Cancel))));
                Array.ForEach(leases, lease => buffers.Return(lease));
            }
        }
        buffers.Return(await Now(buffers.RentAsync(Whole, Cancel)));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(16)]
    [InlineData(80)]
    [InlineData(1024)]
    [InlineData(10_000)]
    public void AsMuchIsForLargeOnesAsTheLimitWasChosenFor(long megabytes)
    {
        var wanted = megabytes << 20;
        var limit = Buffers.LimitFor(wanted);
        Assert.InRange(new Buffers(limit, Part).ForLarge, wanted, wanted + (2 << 20));
        Assert.Equal(0, limit % (1 << 20));
    }

    [Fact]
    public async Task LargeOnesAreServedAsTheyCameAndNoneOvertakes()
    {
        var buffers = new Buffers(Whole, Whole);
        var held = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Now(buffers.RentAsync(Part, Cancel))));
        var first = buffers.RentAsync(Part, Cancel).AsTask();
        // There is room for this one, but it came later.
        var second = buffers.RentAsync(MiB, Cancel).AsTask();
        Assert.False(first.IsCompleted || second.IsCompleted);
        buffers.Return(held[0]);
        await first.WaitAsync(Generous, Cancel);
        await second.WaitAsync(Generous, Cancel);
    }

    [Fact]
    public async Task ASmallFileNeverWaitsForALargeOnesParts()
    {
        var buffers = new Buffers(Whole, Whole);
        var held = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Now(buffers.RentAsync(Part, Cancel))));
        var waits = buffers.RentAsync(Part, Cancel).AsTask();
        // A large file's parts are on their way and one waits, for as long as the line takes.
        for (var i = 0; i < 10_000; i++)
            buffers.Return(await Now(buffers.RentAsync(i % (int)buffers.MostSmall, Cancel)));
        // As many as may be under way.
        var small = await Task.WhenAll(Enumerable.Range(0, 256).Select(_ => Now(buffers.RentAsync(16 * KiB, Cancel))));
        Assert.False(waits.IsCompleted);
        buffers.Return(held[2]);
        await waits.WaitAsync(Generous, Cancel);
        Assert.Equal(256, small.Length);
    }

    [Fact]
    public async Task SmallOnesMayHaveAllWhileNoLargeOneWaitsAndDoNotKeepItWaitingThen()
    {
        var buffers = new Buffers(Whole, Whole);
        var small = new Lent(buffers);
        await small.FillAsync(64 * KiB);
        Assert.Equal(Whole, buffers.InUse);
        var large = buffers.RentAsync(Part, Cancel).AsTask();
        // Each that comes back makes room for the next only where large ones have no claim.
        var turns = 0;
        while (!large.IsCompleted)
        {
            Assert.InRange(turns++, 0, Whole / (64 * KiB));
            await small.ReturnOldestAsync();
            _ = small.TryAddAsync(64 * KiB);
        }
        await large;
    }

    [Fact]
    public async Task APartAsLargeAsAllTakesTurnsWithTheSmallOnes()
    {
        var buffers = new Buffers(Part, Part);
        var part = await Now(buffers.RentAsync(Part, Cancel));
        var before = buffers.RentAsync(4 * KiB, Cancel).AsTask();
        var next = buffers.RentAsync(Part, Cancel).AsTask();
        var after = buffers.RentAsync(4 * KiB, Cancel).AsTask();
        Assert.False(before.IsCompleted || next.IsCompleted || after.IsCompleted);
        buffers.Return(part);
        buffers.Return(await before.WaitAsync(Generous, Cancel));
        Assert.False(after.IsCompleted);
        buffers.Return(await next.WaitAsync(Generous, Cancel));
        await after.WaitAsync(Generous, Cancel);
    }

    [Theory]
    [InlineData(4 * KiB)]
    [InlineData(Part)]
    public async Task WhoGivesUpWaitingGetsNothingAndLeavesNothingBehind(int size)
    {
        var buffers = new Buffers(Part, Part);
        var all = await Now(buffers.RentAsync(Part, Cancel));
        using var stop = new CancellationTokenSource();
        var waiting = buffers.RentAsync(size, stop.Token).AsTask();
        await stop.CancelAsync();
        var ended = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(stop.Token, ended.CancellationToken);
        buffers.Return(all);
        Assert.Equal(0, buffers.InUse);
        await Now(buffers.RentAsync(Part, Cancel));
    }

    [Fact]
    public async Task WhenTheFirstInLineGivesUpTheNextIsServedAtOnce()
    {
        var buffers = new Buffers(Whole, Whole);
        await Now(buffers.RentAsync(4 * MiB, Cancel));
        using var stop = new CancellationTokenSource();
        var all = buffers.RentAsync(Whole, stop.Token).AsTask();
        var (large, small) = (buffers.RentAsync(Part, Cancel).AsTask(), buffers.RentAsync(KiB, Cancel).AsTask());
        Assert.False(large.IsCompleted || small.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => all);
        // Nothing is returned meanwhile.
        await large.WaitAsync(Generous, Cancel);
        await small.WaitAsync(Generous, Cancel);
    }

    [Fact]
    public async Task WhatIsNotLentCannotBeReturned()
    {
        var (buffers, others) = (new Buffers(Whole, Whole), new Buffers(Whole, Whole));
        var lease = await buffers.RentAsync(KiB, Cancel);
        Assert.Throws<ArgumentException>(() => buffers.Return(default));
        Assert.Throws<ArgumentException>(() => buffers.Return(new(new byte[KiB], lease.Number)));
        Assert.Throws<ArgumentException>(() => buffers.Return(lease with { Memory = lease.Memory[1..] }));
        Assert.Throws<ArgumentException>(() => others.Return(lease));
        buffers.Return(lease);
        Assert.Throws<ArgumentException>(() => buffers.Return(lease));
        // Nor by who had the same place before.
        var next = await buffers.RentAsync(KiB, Cancel);
        Assert.Throws<ArgumentException>(() => buffers.Return(lease));
        buffers.Return(next);
    }

    /// <summary>The memory beyond 2 GiB, of which hardly a page is touched.</summary>
    [LinuxFact]
    public async Task MoreThanTwoGiBAreOneArenaAsWell()
    {
        const long limit = 5L << 30;
        var buffers = new Buffers(limit, Array.MaxLength);
        var small = await Now(buffers.RentAsync(KiB, Cancel));
        var most = Array.MaxLength;
        BufferLease[] large = [await Now(buffers.RentAsync(most, Cancel)), await Now(buffers.RentAsync(most, Cancel))];
        var all = (BufferLease[])[small, .. large];
        for (var i = 0; i < all.Length; i++)
            (all[i].Memory.Span[0], all[i].Memory.Span[^1]) = ((byte)i, (byte)(100 + i));
        for (var i = 0; i < all.Length; i++)
            Assert.Equal(((byte)i, (byte)(100 + i)), (all[i].Memory.Span[0], all[i].Memory.Span[^1]));
        Array.ForEach(all, lease => buffers.Return(lease));
        Assert.Equal(0, buffers.InUse);
        Assert.Throws<ArgumentException>(() => buffers.Return(large[0]));
    }

    static Task<BufferLease> Now(ValueTask<BufferLease> lease)
    {
        Assert.True(lease.IsCompletedSuccessfully);
        return lease.AsTask();
    }

    /// <summary>Pieces of one size, the oldest of which come back first.</summary>
    sealed class Lent(Buffers buffers)
    {
        readonly Queue<Task<BufferLease>> leases = new();

        public async Task FillAsync(int size)
        {
            while (await TryAddAsync(size))
            {
                // One more.
            }
        }

        public Task<bool> TryAddAsync(int size)
        {
            leases.Enqueue(buffers.RentAsync(size, Cancel).AsTask());
            return Task.FromResult(leases.Last().IsCompleted);
        }

        public async Task ReturnOldestAsync() => buffers.Return(await leases.Dequeue().WaitAsync(Generous, Cancel));
    }
}
