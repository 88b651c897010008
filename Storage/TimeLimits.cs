using System;
using System.Collections.Concurrent;
using System.Threading;

namespace S3Sync.Storage;

/// <summary>Time limits for requests, used again and again: as many exist as there ever were requests at once. Any thread.</summary>
/// <param name="patience">How long a request may take without a body.</param>
sealed class TimeLimits(TimeSpan patience) : IDisposable
{
    // And a second more for each 64 KiB: slower than any line worth having.
    const int SlowestBytesPerSecond = 64 * 1024;

    readonly ConcurrentBag<CancellationTokenSource> free = [];

    /// <summary>Begins a limit for a body of that length. To be disposed when the request has ended.</summary>
    public TimeLimit Begin(long length, CancellationToken cancel)
    {
        if (!free.TryTake(out var source))
        {
            source = new();
        }
        source.CancelAfter(patience + TimeSpan.FromSeconds(length / SlowestBytesPerSecond));
        return new(this, source, cancel.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), source));
    }

    public void End(CancellationTokenSource source)
    {
        if (source.TryReset())
        {
            free.Add(source);
        }
        else
        {
            source.Dispose();
        }
    }

    public void Dispose()
    {
        while (free.TryTake(out var source))
        {
            source.Dispose();
        }
    }
}

/// <summary>One request's limit; its token is cancelled when the time is over, or when the caller gives up.</summary>
readonly struct TimeLimit(TimeLimits limits, CancellationTokenSource source, CancellationTokenRegistration registration) : IDisposable
{
    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        // First nobody may cancel it any more, then it may serve the next.
        registration.Dispose();
        limits.End(source);
    }
}
