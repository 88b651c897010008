using System;
using System.Runtime.Versioning;

namespace S3Sync.Sync.Linux;

/// <summary>
/// The system's time with a monotonic clock that goes on while the machine sleeps (CLOCK_BOOTTIME of clock_gettime(2)): what waits
/// for a while, and what is only good for a while, gets old meanwhile. .NET's own stops (CLOCK_MONOTONIC). Any thread.
/// </summary>
[SupportedOSPlatform("linux")]
sealed class BootClock : TimeProvider
{
    const long NanosecondsInSecond = 1_000_000_000;

    BootClock()
    {
    }

    /// <summary>That clock, or the system's where the kernel has none.</summary>
    public static TimeProvider Open() => Libc.ClockGetTime(Libc.CLOCK_BOOTTIME, out _) == 0 ? new BootClock() : System;

    public override long TimestampFrequency => NanosecondsInSecond;

    public override long GetTimestamp()
    {
        _ = Libc.ClockGetTime(Libc.CLOCK_BOOTTIME, out var time);
        return (time.Seconds * NanosecondsInSecond) + time.Nanoseconds;
    }
}
