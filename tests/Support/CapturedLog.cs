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
        var text = formatter(state, exception);
        // Whatever any test does: at no level a secret, a signature, or what could forge a line or command a terminal.
        if (text.Any(char.IsControl) || text.Contains(TestCredentials.SecretKey, StringComparison.Ordinal) || text.Contains("Signature=", StringComparison.Ordinal) || text.Contains("AWS4-HMAC", StringComparison.Ordinal))
            throw new InvalidOperationException($"this must not be logged: {text}");
        lock (gate)
            lines.Add((level, text));
    }

    public override string ToString() => string.Join('\n', Lines.Select(line => $"{line.Level}: {line.Text}"));
}
