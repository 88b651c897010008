using System;
using System.Collections.Generic;
using System.Numerics;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Storage;

/// <summary>
/// The memory of all uploads: at most <paramref name="limit"/> bytes, in arrays whose sizes are powers of two or the largest one.
/// Who asks for more than there is waits in line, so this is also the back-pressure. A holder must never wait for a second
/// buffer while it holds one that only it can give back. Any thread.
/// </summary>
sealed class Buffers(long limit, int largest)
{
    // The smallest array: most small files fit, and sixteen of them are nothing.
    const int Smallest = 16 * 1024;

    readonly Lock gate = new();
    readonly Dictionary<int, Stack<byte[]>> free = [];
    readonly LinkedList<Waiter> waiters = [];
    long allocated;

    /// <summary>The largest buffer there is, in bytes.</summary>
    public int Largest => largest;

    /// <summary>All of it, in bytes.</summary>
    public long Limit => limit;

    /// <summary>Bytes in all arrays, in use or kept for the next.</summary>
    public long Allocated
    {
        get
        {
            lock (gate)
            {
                return allocated;
            }
        }
    }

    /// <summary>Lends an array of at least <paramref name="length"/> bytes (at most <see cref="Largest"/>); its content is whatever it was.</summary>
    public ValueTask<byte[]> RentAsync(int length, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, largest);
        var size = Math.Min(largest, (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(length, Smallest)));
        Waiter waiter;
        lock (gate)
        {
            if (waiters.Count == 0 && TryTake(size) is { } array)
            {
                return new(array);
            }
            waiter = new(size);
            waiters.AddLast(waiter);
        }
        return WaitAsync(waiter, cancel);
    }

    /// <summary>Takes an array back; whoever rented it must not touch it again.</summary>
    public void Return(byte[] array)
    {
        lock (gate)
        {
            Keep(array);
            Serve();
        }
    }

    async ValueTask<byte[]> WaitAsync(Waiter waiter, CancellationToken cancel)
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
            waiters.Remove(waiter);
            // It may have been the only one there was no room for.
            Serve();
        }
        waiter.TrySetCanceled(cancel);
    }

    /// <summary>Lends to those in line while there is room for the first. Called under the lock.</summary>
    void Serve()
    {
        while (waiters.First is { } first && TryTake(first.Value.Size) is { } found)
        {
            waiters.RemoveFirst();
            first.Value.SetResult(found);
        }
    }

    /// <summary>A kept array of that size, or a new one if the limit allows it, if need be after dropping kept ones of other sizes.</summary>
    byte[]? TryTake(int size)
    {
        if (free.TryGetValue(size, out var kept) && kept.TryPop(out var array))
        {
            return array;
        }
        foreach (var other in free.Values)
        {
            while (allocated + size > limit && other.TryPop(out var dropped))
            {
                allocated -= dropped.Length;
            }
        }
        if (allocated + size > limit)
        {
            return null;
        }
        allocated += size;
        return GC.AllocateUninitializedArray<byte>(size);
    }

    void Keep(byte[] array)
    {
        if (!free.TryGetValue(array.Length, out var kept))
        {
            free[array.Length] = kept = new();
        }
        kept.Push(array);
    }

    sealed class Waiter(int size) : TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public int Size => size;
    }
}
