using System;

namespace S3Sync.Sync;

/// <summary>Which of the files that wait is uploaded first.</summary>
enum Order : byte
{
    /// <summary>In the order they were found.</summary>
    Found,
    /// <summary>The one written longest ago.</summary>
    Oldest,
    Newest,
    Largest,
    Smallest,
}

/// <summary>
/// Puts files in order by the time at which their rows are due: all of these lie in the past, so each is due at once, and the ledger hands out the longest due first.
/// A row that failed is due at a real time, after all of them.
/// </summary>
static class Orders
{
    // 2109, and 2001: milliseconds since 1970 UTC.
    const long Late = 1L << 42, Early = 1_000_000_000_000;

    /// <summary>When the row of a file is due, in milliseconds since 1970 UTC, never after <paramref name="now"/>.</summary>
    public static long DueOf(Order order, in Stamp stamp, long now)
    {
        var written = stamp.Modified / 1_000_000;
        return Math.Clamp(order switch
        {
            Order.Oldest => written,
            // Of all times since 1997 in the past.
            Order.Newest => (Late - written) / 2,
            // The largest object has 5 TiB: 0.7 of the span to 2001.
            Order.Largest => Early - stamp.Size / 8,
            Order.Smallest => stamp.Size / 8,
            _ => now,
        }, 0, now);
    }
}
