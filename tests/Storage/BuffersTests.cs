using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CsCheck;
using S3Sync.Storage;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>The memory of all uploads.</summary>
public sealed class BuffersTests
{
    const int KiB = 1024;

    static readonly TimeSpan Generous = TimeSpan.FromSeconds(30);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 16)]
    [InlineData(1, 16)]
    [InlineData(16 * KiB, 16)]
    [InlineData(16 * KiB + 1, 32)]
    [InlineData(70 * KiB, 100)]
    [InlineData(100 * KiB, 100)]
    public async Task ABufferIsAPowerOfTwoOrTheLargestThereIs(int length, int size) =>
        Assert.Equal(size * KiB, (await new Buffers(1000 * KiB, 100 * KiB).RentAsync(length, Cancel)).Length);

    [Fact]
    public async Task MoreThanTheLargestIsRefused() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await new Buffers(1000 * KiB, 100 * KiB).RentAsync(100 * KiB + 1, Cancel));

    [Fact]
    public async Task AReturnedBufferIsTheNextOneOfItsSize()
    {
        var buffers = new Buffers(64 * KiB, 64 * KiB);
        var array = await buffers.RentAsync(KiB, Cancel);
        buffers.Return(array);
        Assert.Same(array, await buffers.RentAsync(2 * KiB, Cancel));
        Assert.Equal(16 * KiB, buffers.Allocated);
    }

    [Fact]
    public async Task KeptBuffersMakeRoomForOnesOfOtherSizes()
    {
        var buffers = new Buffers(64 * KiB, 64 * KiB);
        foreach (var array in (byte[][])[await buffers.RentAsync(KiB, Cancel), await buffers.RentAsync(KiB, Cancel), await buffers.RentAsync(20 * KiB, Cancel)])
            buffers.Return(array);
        var large = buffers.RentAsync(64 * KiB, Cancel);
        Assert.True(large.IsCompletedSuccessfully);
        Assert.Equal((64 * KiB, 64 * KiB), ((await large).Length, buffers.Allocated));
    }

    [Fact]
    public async Task WhoAsksForLittleDoesNotOvertakeWhoAskedForMuch()
    {
        var buffers = new Buffers(64 * KiB, 64 * KiB);
        var (one, other) = (await buffers.RentAsync(KiB, Cancel), await buffers.RentAsync(KiB, Cancel));
        var large = buffers.RentAsync(64 * KiB, Cancel).AsTask();
        // There is room for this one, but it came later.
        var small = buffers.RentAsync(KiB, Cancel).AsTask();
        buffers.Return(one);
        Assert.False(large.IsCompleted);
        Assert.False(small.IsCompleted);
        buffers.Return(other);
        var array = await large.WaitAsync(Generous, Cancel);
        Assert.False(small.IsCompleted);
        buffers.Return(array);
        await small.WaitAsync(Generous, Cancel);
    }

    [Fact]
    public async Task WhoGivesUpWaitingGetsNothingAndLeavesNothingBehind()
    {
        var buffers = new Buffers(16 * KiB, 16 * KiB);
        var array = await buffers.RentAsync(KiB, Cancel);
        using var stop = new CancellationTokenSource();
        var waiting = buffers.RentAsync(KiB, stop.Token).AsTask();
        await stop.CancelAsync();
        Assert.Equal(stop.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting)).CancellationToken);
        buffers.Return(array);
        Assert.Same(array, await buffers.RentAsync(KiB, Cancel));
    }

    [Fact]
    public async Task WhenTheFirstInLineGivesUpTheNextIsServedAtOnce()
    {
        var buffers = new Buffers(64 * KiB, 64 * KiB);
        await buffers.RentAsync(KiB, Cancel);
        using var stop = new CancellationTokenSource();
        var large = buffers.RentAsync(64 * KiB, stop.Token).AsTask();
        var small = buffers.RentAsync(KiB, Cancel).AsTask();
        Assert.False(small.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        // Nothing is returned meanwhile.
        await small.WaitAsync(Generous, Cancel);
    }

    [Fact]
    public async Task FirstComeFirstServedWithinTheLimitWhateverIsRentedReturnedAndGivenUp() =>
        await Gen.Select(Gen.Int[0, 5], Gen.Int[0, 100 * KiB]).Array[0, 60].SampleAsync(async steps =>
        {
            var (line, buffers) = (new Line(), new Buffers(Line.Limit, 100 * KiB));
            foreach (var (action, number) in steps)
            {
                switch (action)
                {
                    case 0 when line.Waiting.Count > 0:
                        await line.GiveUpAsync(number % line.Waiting.Count);
                        break;
                    case 1 or 2 when line.Rented.Count > 0:
                        line.Return(buffers, number % line.Rented.Count);
                        break;
                    default:
                        line.Rent(buffers, number);
                        break;
                }
                await line.ServeAsync();
                Assert.InRange(buffers.Allocated, line.Rented.Sum(array => (long)array.Length), Line.Limit);
            }
            while (line.Rented.Count > 0)
            {
                line.Return(buffers, 0);
                await line.ServeAsync();
            }
            // All came back: all of it can be had at once.
            Assert.Empty(line.Waiting);
            for (var i = 0; i < 3; i++)
                Assert.True(buffers.RentAsync(100 * KiB, Cancel).IsCompletedSuccessfully);
        }, iter: 300);

    [Fact]
    public async Task ManyAtOnceNeverHoldMoreThanTheLimit()
    {
        const long limit = 200 * KiB;
        var buffers = new Buffers(limit, 64 * KiB);
        var held = 0L;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 500; i++)
            {
                var array = await buffers.RentAsync(random.Next(64 * KiB), Cancel);
                Assert.InRange(Interlocked.Add(ref held, array.Length), 1, limit);
                await Task.Yield();
                Interlocked.Add(ref held, -array.Length);
                buffers.Return(array);
            }
        }, Cancel)).ToArray()).WaitAsync(Generous, Cancel);
        Assert.InRange(buffers.Allocated, 1, limit);
    }

    /// <summary>What must happen to those who ask: the first in line is served as soon as there is room, and nobody before the first.</summary>
    sealed class Line
    {
        public const long Limit = 300 * KiB;

        public readonly List<byte[]> Rented = [];
        public readonly List<(int Size, Task<byte[]> Array, CancellationTokenSource Stop)> Waiting = [];

        public void Rent(Buffers buffers, int length)
        {
            var stop = new CancellationTokenSource();
            Waiting.Add((((int[])[16 * KiB, 32 * KiB, 64 * KiB, 100 * KiB]).First(size => size >= length), buffers.RentAsync(length, stop.Token).AsTask(), stop));
        }

        public void Return(Buffers buffers, int index)
        {
            buffers.Return(Rented[index]);
            Rented.RemoveAt(index);
        }

        public async Task GiveUpAsync(int index)
        {
            var (_, array, stop) = Waiting[index];
            Waiting.RemoveAt(index);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => array);
        }

        /// <summary>Waits for every buffer that is due, and looks that no other was given.</summary>
        public async Task ServeAsync()
        {
            while (Waiting.Count > 0 && Rented.Sum(array => (long)array.Length) + Waiting[0].Size <= Limit)
            {
                var array = await Waiting[0].Array.WaitAsync(Generous);
                Assert.Equal(Waiting[0].Size, array.Length);
                Assert.DoesNotContain(Rented, other => ReferenceEquals(other, array));
                Rented.Add(array);
                Waiting.RemoveAt(0);
            }
            Assert.All(Waiting, waiter => Assert.False(waiter.Array.IsCompleted));
        }
    }
}
