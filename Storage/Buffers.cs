using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Storage;

/// <summary>
/// The memory of all uploads: one arena of <paramref name="limit"/> bytes, lent in pieces of whole pages. What comes back
/// is room for the next ones, whatever their sizes. Who asks for more than there is waits in line, so this is also the
/// back-pressure. A holder must never wait for a second buffer while it holds one that only it can give back. Any thread.
/// </summary>
/// <remarks>
/// There are two lines, so that a small file never waits for a large one's part, whose sending may take minutes: an eighth
/// of the arena is for small pieces only. They may have more while nobody waits for a large one, so a large one waits only
/// for what was lent before it asked. A piece so large that it needs that eighth as well takes turns with the small ones.
/// </remarks>
/// <param name="limit">In bytes; rounded up to whole pages.</param>
/// <param name="largest">The largest piece that may be asked for, in bytes.</param>
sealed class Buffers(long limit, int largest)
{
    // What small pieces have for themselves is so much of all, and at most so much; and so many of them fit there.
    const int Share = 8;
    const long MostForSmall = 32 << 20;
    const int SmallOnes = 32;

    readonly Lock gate = new();
    readonly Arena arena = new(Pages(limit));
    readonly FreeRanges free = new(Pages(limit));
    // By where they begin: how long they are, and their numbers.
    readonly Dictionary<long, (long Length, long Number)> lent = [];
    readonly LinkedList<Waiter> small = [], large = [];
    // Before it are small pieces; large ones are from there to the end.
    readonly long middle = Pages(Math.Min(limit / Share, MostForSmall));
    long inUse, numbers;

    /// <summary>The largest piece there is, in bytes.</summary>
    public int Largest => largest;

    /// <summary>All of it, in bytes.</summary>
    public long Limit { get; } = Pages(limit);

    /// <summary>Bytes that large pieces may have together, as long as none needs more.</summary>
    public long ForLarge => Limit - middle;

    /// <summary>Bytes up to which a piece counts as small.</summary>
    public long MostSmall => Pages(middle / SmallOnes);

    /// <summary>The limit, in whole MB, with which large pieces have at least so many bytes.</summary>
    public static long LimitFor(long large) =>
        (large + Math.Min((large + Share - 2) / (Share - 1), MostForSmall) + (1 << 20) - 1) >> 20 << 20;

    /// <summary>Bytes that are lent, in whole pages.</summary>
    public long InUse
    {
        get
        {
            lock (gate)
            {
                return inUse;
            }
        }
    }

    /// <summary>True while somebody waits for memory.</summary>
    public bool HasWaiters
    {
        get
        {
            lock (gate)
            {
                return small.Count > 0 || large.Count > 0;
            }
        }
    }

    /// <summary>
    /// Lends <paramref name="length"/> bytes (at most <see cref="Largest"/>); their content is whatever it was.
    /// </summary>
    public ValueTask<BufferLease> RentAsync(int length, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, largest);
        Waiter waiter;
        lock (gate)
        {
            var line = LineOf(length);
            if (line.Count == 0 && TryTake(length, numbers) is { } lease)
            {
                return new(lease);
            }
            waiter = new(length, numbers++);
            line.AddLast(waiter.Place);
        }
        return WaitAsync(waiter, cancel);
    }

    /// <summary>
    /// Takes a piece back; who rented it must not touch it again. Throws <see cref="ArgumentException"/> for what is not
    /// lent, or not any more.
    /// </summary>
    public void Return(in BufferLease lease)
    {
        var start = arena.OffsetOf(lease.Memory);
        lock (gate)
        {
            if (!lent.TryGetValue(start, out var known) || known.Number != lease.Number)
            {
                throw new ArgumentException("this buffer is not lent", nameof(lease));
            }
            lent.Remove(start);
            inUse -= known.Length;
            free.Return(start, known.Length);
            Serve();
        }
    }

    async ValueTask<BufferLease> WaitAsync(Waiter waiter, CancellationToken cancel)
    {
        await using (cancel.Register(() => Cancel(waiter, cancel)))
        {
            return await waiter.Task;
        }
    }

    void Cancel(Waiter waiter, CancellationToken cancel)
    {
        lock (gate)
        {
            waiter.Place.List?.Remove(waiter.Place);
            // It may have been the only one there was no room for.
            Serve();
        }
        waiter.TrySetCanceled(cancel);
    }

    /// <summary>Lends to those in line while there is room for the first of them. Called under the lock.</summary>
    void Serve()
    {
        while (TryServe(small) || TryServe(large))
        {
            // One more was served.
        }
    }

    bool TryServe(LinkedList<Waiter> line)
    {
        if (line.First is not { } first || TryTake(first.Value.Length, first.Value.Number) is not { } found)
        {
            return false;
        }
        line.RemoveFirst();
        first.Value.SetResult(found);
        return true;
    }

    /// <summary>Lends a piece where there is room for it that is not kept for others.</summary>
    /// <param name="length">In bytes.</param>
    /// <param name="number">When it was asked for.</param>
    BufferLease? TryTake(int length, long number)
    {
        var size = Pages(Math.Max(1, length));
        var start = length > MostSmall
            ? free.TakeLast(size, size > ForLarge ? 0 : middle)
            : free.TakeFirst(size, EndForSmall(number));
        if (start < 0)
        {
            return null;
        }
        var lease = new BufferLease(arena.Slice(start, length), numbers++);
        lent.Add(start, (size, lease.Number));
        inUse += size;
        return lease;
    }

    /// <summary>
    /// How far small pieces may go: what is behind is kept for the large one that waits, and everything for one that
    /// needs it all and came before.
    /// </summary>
    long EndForSmall(long number) => large.First?.Value is not { } first ? Limit
        : Pages(first.Length) <= ForLarge ? middle
        : number < first.Number ? Limit : 0;

    LinkedList<Waiter> LineOf(int length) => length > MostSmall ? large : small;

    static long Pages(long bytes) => (bytes + Arena.Page - 1) / Arena.Page * Arena.Page;

    sealed class Waiter : TaskCompletionSource<BufferLease>
    {
        public Waiter(int length, long number) : base(TaskCreationOptions.RunContinuationsAsynchronously) =>
            (Length, Number, Place) = (length, number, new(this));

        public int Length { get; }

        public long Number { get; }

        public LinkedListNode<Waiter> Place { get; }
    }
}

/// <summary>Memory that is lent until it is given back, once.</summary>
/// <param name="Memory">As long as was asked for.</param>
/// <param name="Number">Tells it from what is lent later at the same place.</param>
readonly record struct BufferLease(Memory<byte> Memory, long Number);
