using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Threading;

namespace S3Sync.Sync;

/// <summary>
/// Asks what may never answer, a disk for instance, and waits for so long and no longer. The question stays behind on a thread of its own; of what has not answered
/// yet nothing more is asked, so that there are no more such threads than places. Any thread.
/// </summary>
static class Limited
{
    /// <summary>What answers at all answers within this; a disk that was asleep may take longer, and is then asked once more later.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(2);

    static readonly Lock Gate = new();
    // Under the gate: since when each place is asked, and has not answered.
    static readonly Dictionary<string, long> Asked = new(StringComparer.Ordinal);

    /// <summary>True with the answer; false where none came in time. What the question throws, this does.</summary>
    /// <param name="place">What is asked: a path.</param>
    /// <param name="ask">The question.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="answer">The answer; the default where there is none.</param>
    public static bool TryAsk<T>(string place, Func<T> ask, TimeSpan limit, out T? answer)
    {
        answer = default;
        lock (Gate)
        {
            if (Asked.TryGetValue(place, out var since) && Stopwatch.GetElapsedTime(since) >= limit)
            {
                return false;
            }
            Asked.TryAdd(place, Stopwatch.GetTimestamp());
        }
        T? told = default;
        Exception? failure = null;
        var answered = new ManualResetEventSlim();
        new Thread(() =>
        {
            try
            {
                told = ask();
            }
            catch (Exception e)
            {
                failure = e;
            }
            lock (Gate)
            {
                Asked.Remove(place);
            }
            answered.Set();
        })
        { Name = "question", IsBackground = true }.Start();
        if (!answered.Wait(limit))
        {
            return false;
        }
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
        answer = told;
        return true;
    }
}
