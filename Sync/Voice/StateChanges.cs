using System;
using Microsoft.Extensions.Logging;

namespace S3Sync.Sync.Voice;

/// <summary>Lets pass, of all that is logged, what a person would want to know who looks at a machine and not at its files. Any thread.</summary>
/// <param name="provider">Gets it; disposed with this.</param>
sealed class StateChanges(ILoggerProvider provider) : ILoggerProvider
{
    /// <summary>The name under which they stand in the Event Log of Windows.</summary>
    public const string Source = "s3sync";

    /// <summary>
    /// Where that name is registered, below HKEY_LOCAL_MACHINE. The text of an event comes from a message table: EventCreate.exe, a part of Windows, has one
    /// in which the events 1 to 1000 say what they are given, and nothing else.
    /// </summary>
    public const string Key = @"SYSTEM\CurrentControlSet\Services\EventLog\Application\" + Source;

    public ILogger CreateLogger(string category) => new Filter(provider.CreateLogger(category));

    public void Dispose() => provider.Dispose();

    /// <summary>An event's number in the Event Log, which stays what it is in all versions; 0 for what is no change of state.</summary>
    public static int NumberOf(EventId id) => id.Name switch
    {
        nameof(Sync.Log.Started) or nameof(Sync.Log.StartedKeeping) => 1,
        nameof(Sync.Log.Stopping) => 2,
        nameof(Sync.Log.Ended) => 3,
        nameof(Sync.Log.Failure) => 4,
        nameof(Sync.Log.LanePaused) => 10,
        nameof(Sync.Log.LaneOpened) => 11,
        nameof(Sync.Log.BucketPaused) => 12,
        nameof(Sync.Log.BucketOpened) => 13,
        nameof(Sync.Log.RootLost) or nameof(Sync.Log.RootUnreachable) or nameof(Sync.Log.RootSuspended) or nameof(Sync.Log.RootSilent) or nameof(Sync.Log.RootIsAnother) or nameof(Sync.Log.VolumeFails) => 20,
        nameof(Sync.Log.Watching) or nameof(Sync.Log.ScanOnly) or nameof(Sync.Log.RootIsBack) or nameof(Sync.Log.RootAnswers) or nameof(Sync.Log.VolumeWorks) => 21,
        nameof(Sync.Log.Parked) => 30,
        nameof(Sync.Log.RepeatedError) => 31,
        _ => 0,
    };

    sealed class Filter(ILogger log) : ILogger
    {
        public bool IsEnabled(LogLevel level) => log.IsEnabled(level);

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (NumberOf(id) > 0)
            {
                log.Log(level, id, state, exception, formatter);
            }
        }
    }
}
