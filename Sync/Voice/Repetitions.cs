using System;
using System.Collections.Generic;
using System.Threading;
using Microsoft.Extensions.Logging;
using ZLogger;

namespace S3Sync.Sync.Voice;

/// <summary>
/// Stands before the log: of failures that are the same, event and reason, whatever the file, the first is said and the others are counted; the count is
/// said once a minute, with the latest of them, for as long as they go on. All else passes: what went well, and what says that things are otherwise now. Any thread.
/// </summary>
sealed class Repetitions : ILogger, IDisposable
{
    // Beyond so many reasons at a time the event alone counts: a limit on memory.
    const int MostReasons = 500;
    static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    readonly ILogger log;
    readonly TimeProvider clock;
    readonly Lock gate = new();
    // Under the gate.
    readonly Dictionary<(string Event, string Reason), Repeated> known = [];
    readonly ITimer timer;
    bool isTicking, ended;

    /// <param name="log">What is passed on goes there.</param>
    /// <param name="clock">Says when a minute has passed.</param>
    public Repetitions(ILogger log, TimeProvider clock)
    {
        (this.log, this.clock) = (log, clock);
        timer = clock.CreateTimer(static self => ((Repetitions)self!).SayCounts(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public bool IsEnabled(LogLevel level) => log.IsEnabled(level);

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (level < LogLevel.Warning || !Repeats(id) || IsFirst(level, id.Name!, ReasonOf(state), state as IZLoggerFormattable))
        {
            log.Log(level, id, state, exception, formatter);
        }
    }

    /// <summary>Says what was counted and not said yet. What comes later passes as it is.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            ended = true;
        }
        timer.Dispose();
        SayCounts();
    }

    /// <summary>True for failures that the next file may meet as well. What is said once a file (a name that came again or is none, a directory that cannot be watched) is not repeated by itself, nor is a change of state.</summary>
    static bool Repeats(EventId id) => id.Name is nameof(Sync.Log.Failed) or nameof(Sync.Log.Parked) or nameof(Sync.Log.Vanished)
        or nameof(Sync.Log.CannotList) or nameof(Sync.Log.Overflow) or nameof(Sync.Log.LaneStillPaused) or nameof(Sync.Log.Caution);

    /// <summary>
    /// Why: what the event names as its error, without what differs from file to file, which is the number of the request and what stands in brackets (sizes).
    /// </summary>
    static string ReasonOf<TState>(TState state)
    {
        if (state is not IZLoggerFormattable fields)
        {
            return "";
        }
        var reason = "";
        for (var i = 0; i < fields.ParameterCount; i++)
        {
            switch (fields.GetParameterKeyAsString(i))
            {
                case "error":
                    reason += $"{fields.GetParameterValue(i)};";
                    break;
                // It has no other field.
                case "what" or "root":
                    reason += $"{fields.GetParameterValue(i)};";
                    break;
            }
        }
        return WithoutDetail(reason);
    }

    static string WithoutDetail(string reason)
    {
        var request = reason.IndexOf(", request ", StringComparison.Ordinal);
        reason = request < 0 ? reason : reason[..request];
        var bracket = reason.IndexOf('(');
        return bracket < 0 ? reason : reason[..bracket];
    }

    /// <summary>True if it is to be said now; else it was counted.</summary>
    bool IsFirst(LogLevel level, string name, string reason, IZLoggerFormattable? latest)
    {
        lock (gate)
        {
            if (ended)
            {
                return true;
            }
            var key = (name, known.Count < MostReasons || known.ContainsKey((name, reason)) ? reason : "");
            if (known.TryGetValue(key, out var repeated))
            {
                (repeated.Count, repeated.Latest) = (repeated.Count + 1, latest);
                return false;
            }
            known.Add(key, new(level) { Said = clock.GetTimestamp() });
            if (!isTicking)
            {
                isTicking = true;
                timer.Change(Interval, Timeout.InfiniteTimeSpan);
            }
            return true;
        }
    }

    /// <summary>Says the counts of the last minute, and forgets what was not repeated in it.</summary>
    void SayCounts()
    {
        List<(string Event, LogLevel Level, long Count, string Latest)> said = [];
        lock (gate)
        {
            foreach (var (key, repeated) in known)
            {
                if (repeated.Count == 0)
                {
                    if (clock.GetElapsedTime(repeated.Said) >= Interval)
                    {
                        known.Remove(key);
                    }
                    continue;
                }
                said.Add((key.Event, repeated.Level, repeated.Count, repeated.Latest?.ToString() ?? key.Reason));
                (repeated.Count, repeated.Latest, repeated.Said) = (0, null, clock.GetTimestamp());
            }
            isTicking = known.Count > 0 && !ended;
            if (isTicking)
            {
                timer.Change(Interval, Timeout.InfiniteTimeSpan);
            }
        }
        foreach (var (name, level, count, latest) in said)
        {
            if (level == LogLevel.Error)
            {
                log.RepeatedError(count, latest, JsonLines.NameOf(new(0, name)));
            }
            else
            {
                log.Repeated(count, latest, JsonLines.NameOf(new(0, name)));
            }
        }
    }

    /// <summary>How often something was said since its count was, and the latest.</summary>
    sealed class Repeated(LogLevel level)
    {
        public LogLevel Level { get; } = level;

        public long Count, Said;
        public IZLoggerFormattable? Latest;
    }
}
