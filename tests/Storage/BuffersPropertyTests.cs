using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CsCheck;
using S3Sync.Storage;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>Any mix of sizes, rented, returned and given up in any order.</summary>
[Collection(Support.Alone.Name)]
public sealed class BuffersPropertyTests
{
    const int KiB = 1024, MiB = 1024 * KiB;

    static readonly TimeSpan Generous = TimeSpan.FromSeconds(30);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Small ones, such as are neither, parts, and what takes all.</summary>
    static readonly Gen<int> Sizes =
        Gen.OneOf(Gen.Int[0, 8 * KiB], Gen.Int[0, 256 * KiB], Gen.Int[0, 2 * MiB], Gen.Const(Trial.Limit));

    [Fact]
    public async Task NoTwoOverlapAndEverybodyIsServedInTheEnd() =>
        await Gen.Select(Gen.Int[0, 6], Gen.Int[0, 1000], Sizes).Array[0, 120].SampleAsync(async steps =>
        {
            Trial trial = new();
            foreach (var (action, number, size) in steps)
            {
                switch (action)
                {
                    case 0 when trial.Waiting.Count > 0:
                        await trial.GiveUpAsync(number % trial.Waiting.Count);
                        break;
                    case 1 or 2 when trial.Rented.Count > 0:
                        trial.Return(number % trial.Rented.Count);
                        break;
                    default:
                        trial.Rent(size);
                        break;
                }
                await trial.CheckAsync();
            }
            await trial.EndAsync();
        }, iter: 1000);

    [Fact]
    public async Task ManyAtOnceHoldNothingTwice()
    {
        const int limit = 4 * MiB;
        var buffers = new Buffers(limit, limit);
        var held = 0L;
        await Task.WhenAll(Enumerable.Range(1, 16).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 1000; i++)
            {
                using var late = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
                var most = random.Next(4) switch { 0 => limit + 1, 1 => MiB, _ => 16 * KiB };
                var asked = buffers.RentAsync(random.Next(most), late.Token);
                if (random.Next(8) == 0)
                    await late.CancelAsync();
                try
                {
                    var lease = await asked;
                    lease.Memory.Span.Fill((byte)seed);
                    Assert.InRange(Interlocked.Add(ref held, lease.Memory.Length), 0, limit);
                    await Task.Yield();
                    Assert.Equal(-1, lease.Memory.Span.IndexOfAnyExcept((byte)seed));
                    Interlocked.Add(ref held, -lease.Memory.Length);
                    buffers.Return(lease);
                }
                catch (OperationCanceledException) when (!Cancel.IsCancellationRequested)
                {
                    // It gave up.
                }
            }
        }, Cancel)).ToArray()).WaitAsync(Generous, Cancel);
        Assert.Equal(0, buffers.InUse);
        Assert.True(buffers.RentAsync(limit, Cancel).IsCompletedSuccessfully);
    }

    /// <summary>Files of 50 MiB in parts of 8, with 2 left, and small ones: what is lent was lent before.</summary>
    [Fact]
    public void PartsAndSmallFilesInTurnAllocateNothing()
    {
        const int limit = 48 * MiB, rounds = 1000;
        var buffers = new Buffers(limit, limit);
        Queue<BufferLease> held = new();
        int[] sizes = [8 * MiB, 8 * MiB, 2 * MiB, 4 * KiB, 100 * KiB, 4 * KiB];
        var before = 0L;
        for (var round = 0; round < rounds; round++)
        {
            if (round == rounds / 2)
                before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var size in sizes)
            {
                while (held.Count > 6)
                    buffers.Return(held.Dequeue());
                held.Enqueue(Now(buffers.RentAsync(size, CancellationToken.None)));
            }
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    static BufferLease Now(ValueTask<BufferLease> lease) =>
        lease.IsCompletedSuccessfully ? lease.Result : throw new InvalidOperationException("it has to wait");

    /// <summary>One arena and those who use it, with what must hold after each step.</summary>
    sealed class Trial
    {
        public const int Limit = 8 * MiB;

        readonly Buffers buffers = new(Limit, Limit);
        byte mark;

        public List<(BufferLease Lease, byte Mark)> Rented { get; } = [];

        public List<(Task<BufferLease> Asked, int Length, CancellationTokenSource Stop)> Waiting { get; } = [];

        public void Rent(int length)
        {
            CancellationTokenSource stop = new();
            Waiting.Add((buffers.RentAsync(length, stop.Token).AsTask(), length, stop));
        }

        public void Return(int index)
        {
            var (lease, known) = Rented[index];
            // Nobody else wrote there.
            Assert.Equal(-1, lease.Memory.Span.IndexOfAnyExcept(known));
            Rented.RemoveAt(index);
            buffers.Return(lease);
            Assert.Throws<ArgumentException>(() => buffers.Return(lease));
        }

        public async Task GiveUpAsync(int index)
        {
            var (asked, _, stop) = Waiting[index];
            Waiting.RemoveAt(index);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        }

        public async Task CheckAsync()
        {
            // Who is served learns it a moment later.
            while (buffers.InUse is var inUse && Rented.Sum(rented => Pages(rented.Lease.Memory.Length)) < inUse)
            {
                await Task.WhenAny(Waiting.Select(waiting => waiting.Asked)).WaitAsync(Generous);
                foreach (var isSmall in (bool[])[true, false])
                {
                    while (First(isSmall) is >= 0 and var first && Waiting[first].Asked.IsCompleted)
                        Take(first, await Waiting[first].Asked);
                }
            }
            Assert.Equal(Rented.Sum(rented => Pages(rented.Lease.Memory.Length)), buffers.InUse);
            Assert.InRange(buffers.InUse, 0, Limit);
            // Each line keeps its order, and nobody waits while nothing is lent.
            Assert.All(Waiting, waiting => Assert.False(waiting.Asked.IsCompleted));
            Assert.True(Rented.Count > 0 || Waiting.Count == 0);
        }

        int First(bool isSmall) => Waiting.FindIndex(waiting => waiting.Length <= buffers.MostSmall == isSmall);

        void Take(int index, BufferLease lease)
        {
            Assert.Equal(Waiting[index].Length, lease.Memory.Length);
            Waiting.RemoveAt(index);
            lease.Memory.Span.Fill(++mark);
            Rented.Add((lease, mark));
        }

        static long Pages(int length) => (Math.Max(1, length) + 4095) / 4096 * 4096L;

        public async Task EndAsync()
        {
            while (Rented.Count + Waiting.Count > 0)
            {
                await CheckAsync();
                if (Rented.Count > 0)
                    Return(0);
            }
            Assert.Equal(0, buffers.InUse);
            // All is one piece.
            var all = buffers.RentAsync(Limit, Cancel);
            Assert.True(all.IsCompletedSuccessfully);
            buffers.Return(await all);
        }
    }
}
