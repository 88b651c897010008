using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.Extensions.Logging;

namespace S3Sync.Tests.Support;

/// <summary>Keeps every line logged, for a test to look at. Any thread.</summary>
sealed class CapturedLog : ILogger
{
    readonly Lock gate = new();
    readonly List<(LogLevel Level, string Text)> lines = [];

    /// <summary>What was logged so far, in order. A copy.</summary>
    public (LogLevel Level, string Text)[] Lines
    {
        get
        {
            lock (gate)
                return [.. lines];
        }
    }

    /// <summary>How many lines contain a text.</summary>
    public int Count(string text) => Lines.Count(line => line.Text.Contains(text, StringComparison.Ordinal));

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel level) => true;

    public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (gate)
            lines.Add((level, formatter(state, exception)));
    }

    public override string ToString() => string.Join('\n', Lines.Select(line => $"{line.Level}: {line.Text}"));
}
