using System;

namespace S3Sync.Sync;

/// <summary>When to try again: one table, times and luck as arguments. Luck is uniform in [0, 1) and spreads the attempts of many files.</summary>
static class Retry
{
    /// <summary>Failures after which a file is parked. With the delays below that is 10 to 15 seconds of trying.</summary>
    public const int ParkAfter = 5;

    /// <summary>Sent back to settle this often (more than two minutes), a file no longer keeps --once from ending.</summary>
    public const int LongWaits = 32;

    /// <summary>What is held back with others counts as having waited this often, so that it does not keep --once from ending; more than anything comes to by itself.</summary>
    public const int HeldBack = 1 << 20;

    static readonly TimeSpan FirstFailure = TimeSpan.FromSeconds(1);
    static readonly TimeSpan FirstParked = TimeSpan.FromMinutes(15);
    static readonly TimeSpan LongestParked = TimeSpan.FromHours(12);
    // Virus scanners and indexers hold a new file for 0.1 to 2 s; a writer may hold it for hours.
    static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>The longest that any row waits which has failed so often that it is parked.</summary>
    public static readonly TimeSpan Longest = LongestParked;

    /// <summary>The longest that any other row waits which has failed or has to settle. Where a longer quiet was asked for, a look too soon changes nothing.</summary>
    public static readonly TimeSpan LongestUnparked = TimeSpan.FromMinutes(1);

    /// <summary>After the <paramref name="attempts"/>-th failure of one file (1 for the first).</summary>
    public static TimeSpan AfterFailure(int attempts, double luck) => attempts < ParkAfter
        ? Grow(FirstFailure, attempts - 1, LongestUnparked, luck)
        : Grow(FirstParked, attempts - ParkAfter, LongestParked, luck);

    /// <summary>After the <paramref name="waits"/>-th time a file was not settled.</summary>
    public static TimeSpan AfterWait(int waits, double luck) => Grow(FirstWait, waits - 1, LongestWait, luck);

    /// <summary>How long the lane rests after the <paramref name="faults"/>-th fault of the endpoint in a row.</summary>
    public static TimeSpan AfterEndpointFault(int faults, double luck) => Grow(FirstPause, faults - 1, LongestPause, luck);

    /// <summary>Doubles from <paramref name="first"/> to at most <paramref name="longest"/>, then takes off up to a third.</summary>
    static TimeSpan Grow(TimeSpan first, int doublings, TimeSpan longest, double luck)
    {
        // 2^30 of the shortest delay is beyond every limit here; more doublings would only overflow.
        var grown = first.TotalMilliseconds * (1L << Math.Clamp(doublings, 0, 30));
        return TimeSpan.FromMilliseconds(Math.Min(grown, longest.TotalMilliseconds) * (1 - luck / 3));
    }
}
