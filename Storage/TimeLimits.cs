using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Threading;

namespace S3Sync.Storage;

/// <summary>Time limits for requests, used again and again: as many exist as there ever were requests at once. Any thread.</summary>
/// <param name="patience">How long a request may take without a body.</param>
sealed class TimeLimits(TimeSpan patience) : IDisposable
{
    // And a second more for each 64 KiB: slower than any line worth having.
    const int SlowestBytesPerSecond = 64 * 1024;
    // What a server does with bytes that it has: a large object may take it minutes.
    const int SlowestServer = 16 * 1024 * 1024;
    const int MostPatience = 10;

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

    /// <summary>
    /// How long CompleteMultipartUpload may take in all, while some of its answer keeps arriving: S3 sends white
    /// space for as long as it works.
    /// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
    /// </summary>
    public TimeSpan Longest(IReadOnlyList<UploadedPart> parts)
    {
        var length = 0L;
        foreach (var part in parts)
        {
            length += part.Digest.Length;
        }
        return MostPatience * patience + TimeSpan.FromSeconds(length / SlowestServer);
    }

    /// <summary>What such a request came to when its time was over.</summary>
    public Reply Late(TimeSpan longest) => new(Fault.Unreachable, string.Create(CultureInfo.InvariantCulture,
        $"no answer in time: nothing arrived for {patience.TotalSeconds:0.#} s, or no end within {longest.TotalSeconds:0} s; a longer --request-timeout gives it longer"));

    /// <summary>Lets a limit count from now on, but not beyond the longest that was chosen when it began.</summary>
    public void Renew(CancellationTokenSource source, TimeSpan left)
    {
        var next = left < patience ? left : patience;
        source.CancelAfter(next > TimeSpan.Zero ? next : TimeSpan.Zero);
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

    /// <summary>
    /// To be called whenever something arrives: the limit then counts from there, until so much time is over in
    /// all. Not after this limit was disposed.
    /// </summary>
    public Action RenewedFor(TimeSpan longest)
    {
        var (renewed, begun, owner) = (source, Stopwatch.GetTimestamp(), limits);
        return () => owner.Renew(renewed, longest - Stopwatch.GetElapsedTime(begun));
    }

    public void Dispose()
    {
        // First nobody may cancel it any more, then it may serve the next.
        registration.Dispose();
        limits.End(source);
    }
}
