using System.Diagnostics;
using System.Runtime.InteropServices;

namespace S3Sync.Benchmarks;

/// <summary>
/// Waits on the calling thread to an instant of the monotonic clock, to within the kernel's 50 us (prctl(2),
/// PR_SET_TIMERSLACK). For Linux.
/// </summary>
static partial class Pause
{
    // <time.h>: CLOCK_MONOTONIC, which Stopwatch reads too, in ns; TIMER_ABSTIME. <errno.h>: EINTR.
    const int Monotonic = 1, Absolute = 1, Interrupted = 4;
    const long Second = 1_000_000_000;

    /// <param name="timestamp">Of Stopwatch.</param>
    public static void Until(long timestamp)
    {
        var time = new Time { Seconds = timestamp / Second, Nanoseconds = timestamp % Second };
        while (SleepTo(Monotonic, Absolute, in time, 0) == Interrupted)
        {
        }
    }

    /// <summary>So many milliseconds from now, as Stopwatch will show it.</summary>
    public static long After(double milliseconds) => Stopwatch.GetTimestamp() + (long)(milliseconds * 1e6);

    [LibraryImport("libc", EntryPoint = "clock_nanosleep")]
    private static partial int SleepTo(int clock, int flags, in Time time, nint left);

    /// <summary>struct timespec of 64-bit Linux.</summary>
    struct Time
    {
        public long Seconds, Nanoseconds;
    }
}
