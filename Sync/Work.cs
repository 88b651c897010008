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

    /// <summary>Raised, on the thread that took the last thing away, each time the count falls to zero.</summary>
    public Action? Drained { get; set; }

    public bool IsZero => Volatile.Read(ref underWay) == 0;

    public void Begin(int count = 1) => Interlocked.Add(ref underWay, count);

    public void End(int count = 1)
    {
        if (count != 0 && Interlocked.Add(ref underWay, -count) == 0)
        {
            Drained?.Invoke();
        }
    }
}
