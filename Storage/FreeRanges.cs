using System;
using System.Collections.Generic;

namespace S3Sync.Storage;

/// <summary>
/// What is free of a stretch of bytes. Neighbours that are both free are one range. Small pieces are taken from its
/// beginning and large ones from its end, so that they do not break up each other's room. One thread at a time.
/// </summary>
sealed class FreeRanges(long length)
{
    // In their order, none of them next to another: hardly more than there are pieces taken.
    readonly List<(long Start, long Length)> free = [(0, length)];

    /// <summary>How many there are: one where nothing is taken.</summary>
    public int Count => free.Count;

    /// <summary>
    /// Takes the first <paramref name="wanted"/> bytes that are free together and end by <paramref name="end"/>;
    /// negative where there are none.
    /// </summary>
    public long TakeFirst(long wanted, long end)
    {
        for (var i = 0; i < free.Count && free[i].Start + wanted <= end; i++)
        {
            if (free[i].Length >= wanted)
            {
                return Take(i, free[i].Start, wanted);
            }
        }
        return -1;
    }

    /// <summary>
    /// Takes the end of the range that has the least left then, of what is at or after <paramref name="begin"/>;
    /// negative where none is long enough.
    /// </summary>
    public long TakeLast(long wanted, long begin)
    {
        var (best, least) = (-1, long.MaxValue);
        for (var i = free.Count - 1; i >= 0 && free[i].Start + free[i].Length > begin; i--)
        {
            var there = free[i].Start + free[i].Length - Math.Max(begin, free[i].Start);
            if (there >= wanted && there < least)
            {
                (best, least) = (i, there);
            }
        }
        return best < 0 ? -1 : Take(best, free[best].Start + free[best].Length - wanted, wanted);
    }

    /// <summary>Gives back what was taken.</summary>
    public void Return(long start, long count)
    {
        var at = free.BinarySearch((start, 0));
        var next = at < 0 ? ~at : at;
        var touchesNext = next < free.Count && free[next].Start == start + count;
        if (touchesNext)
        {
            count += free[next].Length;
        }
        if (next > 0 && free[next - 1].Start + free[next - 1].Length == start)
        {
            free[next - 1] = (free[next - 1].Start, free[next - 1].Length + count);
            if (touchesNext)
            {
                free.RemoveAt(next);
            }
        }
        else if (touchesNext)
        {
            free[next] = (start, count);
        }
        else
        {
            free.Insert(next, (start, count));
        }
    }

    long Take(int index, long start, long count)
    {
        var (from, length) = free[index];
        var after = from + length - start - count;
        if (start > from)
        {
            free[index] = (from, start - from);
            if (after > 0)
            {
                free.Insert(index + 1, (start + count, after));
            }
        }
        else if (after > 0)
        {
            free[index] = (start + count, after);
        }
        else
        {
            free.RemoveAt(index);
        }
        return start;
    }
}
