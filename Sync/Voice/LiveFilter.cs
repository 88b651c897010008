using System;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace S3Sync.Sync.Voice;

/// <summary>What is logged and what is not, which may change while it is. Any thread.</summary>
sealed class LiveFilter(LoggerFilterOptions first) : IOptionsMonitor<LoggerFilterOptions>, IDisposable
{
    volatile LoggerFilterOptions current = first;
    Action<LoggerFilterOptions, string?>? changed;

    public LoggerFilterOptions CurrentValue => current;

    public LoggerFilterOptions Get(string? name) => current;

    /// <summary>The factory asks once, when it is made.</summary>
    public IDisposable OnChange(Action<LoggerFilterOptions, string?> listener)
    {
        changed = listener;
        return this;
    }

    public void Change(LoggerFilterOptions options)
    {
        current = options;
        changed?.Invoke(options, null);
    }

    /// <summary>The factory does not want to know any more.</summary>
    public void Dispose() => changed = null;
}
