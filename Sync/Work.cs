using System;
using System.Threading;

namespace S3Sync.Sync;

/// <summary>
/// Counts what is under way anywhere in the pipeline: scans, settling files, reports, jobs. When it is zero, there is nothing left to do.
/// Whoever hands a thing over adds it before it takes its own away, so the count never touches zero in between. Any thread.
/// </summary>
sealed class Work
{
    long underWay;
    volatile bool closed;

    /// <summary>Raised, on the thread that took the last thing away, each time the count falls to zero.</summary>
    public Action? Drained { get; set; }

    /// <summary>
    /// True once the first scans of a run with --once have ended, and what the kernel had to tell by then was taken: what is found
    /// after that is not counted any more.
    /// </summary>
    public bool IsClosed => closed;

    public bool IsZero => Volatile.Read(ref underWay) == 0;

    /// <summary>Counts nothing any more that is found from now on.</summary>
    public void Close() => closed = true;

    public void Begin(int count = 1) => Interlocked.Add(ref underWay, count);

    public void End(int count = 1)
    {
        if (count != 0 && Interlocked.Add(ref underWay, -count) == 0)
        {
            Drained?.Invoke();
        }
    }
}
