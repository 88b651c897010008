using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>Invariant 6 for memory.</summary>
public sealed class BuffersTests
{
    const int Part = 64 * 1024;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ABufferHoldsWhatWasAskedForAndComesBackToTheNext()
    {
        var buffers = new Buffers(4 * Part, Part);
        var first = await buffers.RentAsync(10_000, Cancel);
        Assert.InRange(first.Length, 10_000, Part);
        buffers.Return(first);
        Assert.Same(first, await buffers.RentAsync(9_000, Cancel));
    }

    [Fact]
    public async Task WhoeverFindsNoneWaitsInLine()
    {
        var buffers = new Buffers(2 * Part, Part);
        var (one, two) = (await buffers.RentAsync(Part, Cancel), await buffers.RentAsync(Part, Cancel));
        var third = buffers.RentAsync(Part, Cancel).AsTask();
        var small = buffers.RentAsync(1, Cancel).AsTask();
        Assert.False(third.IsCompleted || small.IsCompleted);
        buffers.Return(one);
        Assert.Same(one, await third);
        Assert.False(small.IsCompleted);
        buffers.Return(two);
        Assert.NotNull(await small);
        Assert.InRange(buffers.Allocated, 1, 2 * Part);
    }

    [Fact]
    public async Task KeptBuffersOfOneSizeMakeRoomForAnother()
    {
        var buffers = new Buffers(2 * Part, Part);
        List<byte[]> small = [];
        for (var i = 0; i < 8; i++)
            small.Add(await buffers.RentAsync(1, Cancel));
        Assert.Equal(2 * Part, buffers.Allocated);
        small.ForEach(buffers.Return);
        Assert.Equal(Part, (await buffers.RentAsync(Part, Cancel)).Length);
        Assert.InRange(buffers.Allocated, Part, 2 * Part);
    }

    [Fact]
    public async Task WhoeverGivesUpLeavesTheLine()
    {
        var buffers = new Buffers(Part, Part);
        var held = await buffers.RentAsync(Part, Cancel);
        using var cancel = new CancellationTokenSource();
        var waiting = buffers.RentAsync(Part, cancel.Token).AsTask();
        var next = buffers.RentAsync(Part, Cancel).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        buffers.Return(held);
        Assert.Same(held, await next);
    }

    [Fact]
    public async Task WithManyAtOnceTheLimitHoldsAndEverybodyIsServed()
    {
        var buffers = new Buffers(4 * Part, Part);
        await Parallel.ForAsync(0, 5000, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancel }, async (i, cancel) =>
        {
            var buffer = await buffers.RentAsync(i * 7919 % Part, cancel);
            Assert.InRange(buffers.Allocated, 1, 4 * Part);
            await Task.Yield();
            buffers.Return(buffer);
        });
        Assert.InRange(buffers.Allocated, 1, 4 * Part);
    }

    [Fact]
    public async Task MoreThanTheLargestIsRefused() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await new Buffers(4 * Part, Part).RentAsync(Part + 1, Cancel));
}
