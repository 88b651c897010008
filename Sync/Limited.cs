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

    /// <summary>Waits for a thread to end; false where it has not by then (<see cref="Environment.TickCount64"/>). A clock that is set ends no wait.</summary>
    public static bool Join(Thread thread, long until)
    {
        while (true)
        {
            var left = until - Environment.TickCount64;
            if (thread.Join((int)Math.Clamp(left, 0, int.MaxValue)))
            {
                return true;
            }
            if (left <= 0)
            {
                return false;
            }
        }
    }

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
        for (var begun = Stopwatch.GetTimestamp(); !answered.Wait(limit);)
        {
            // A clock that is set may end a wait too soon.
            if (Stopwatch.GetElapsedTime(begun) >= limit)
            {
                return false;
            }
        }
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
        answer = told;
        return true;
    }

    /// <summary>Has something run that calls a disk many times, on a thread of its own; false if one of the calls takes longer than that: then it is left behind.</summary>
    /// <param name="run">Calls what it is given after each call; that throws once it is left behind.</param>
    /// <param name="limit">How long one may take.</param>
    public static bool TryRun(Action<Action> run, TimeSpan limit)
    {
        object gate = new();
        var (beats, isOver, isLeft) = (0L, false, false);
        Exception? failure = null;
        void Beat()
        {
            lock (gate)
            {
                beats = isLeft ? throw new OperationCanceledException() : beats + 1;
            }
        }
        new Thread(() =>
        {
            try
            {
                run(Beat);
            }
            catch (Exception e)
            {
                failure = e;
            }
            lock (gate)
            {
                isOver = true;
                Monitor.PulseAll(gate);
            }
        })
        { Name = "question", IsBackground = true }.Start();
        lock (gate)
        {
            for (var seen = -1L; !isOver && seen != beats; )
            {
                seen = beats;
                Monitor.Wait(gate, limit);
            }
            isLeft = true;
            if (!isOver)
            {
                return false;
            }
        }
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
        return true;
    }
}
