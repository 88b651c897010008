using System;
using System.IO;
using Microsoft.Extensions.Logging;
using S3Sync.Sync.Windows;
using ZLogger;
using ZLogger.Providers;

namespace S3Sync.Sync.Voice;

/// <summary>What the log is to look like and where it goes.</summary>
/// <param name="Level">The least that is said.</param>
/// <param name="Quiet">On the console only warnings and errors.</param>
/// <param name="Json">A JSON object a line, instead of text.</param>
/// <param name="File">Absolute path of a file it goes to as well; null for none.</param>
/// <param name="FileSize">Bytes of that file, then another is begun.</param>
/// <param name="FileCount">How many such files are kept.</param>
sealed record LogRules(LogLevel Level, bool Quiet, bool Json, string? File, long FileSize, int FileCount);

/// <summary>
/// Where the log goes: standard output, a line an event, without colours, so that it reads the same in a terminal, a file and a service's log;
/// and a file of its own where one is named. Neither holds the pipeline up, nor the other.
/// </summary>
sealed class Logging : IDisposable
{
    // Lines waiting for a slow terminal, pipe or disk. Beyond that lines are dropped rather than the pipeline held up.
    const int QueuedLines = 16 * 1024;

    readonly LoggerFactory factory;
    readonly LiveFilter filter;
    readonly Repetitions log;

    Logging(LoggerFactory factory, LiveFilter filter) => (this.factory, this.filter, log) = (factory, filter, new(factory.CreateLogger("s3sync"), TimeProvider.System));

    /// <summary>Takes what is to be said. Any thread.</summary>
    public ILogger Log => log;

    /// <summary>Made with <c>new</c>: the builder of Microsoft.Extensions.Logging would bring a container of 300 KB into the executable.</summary>
    /// <param name="rules">What it is to look like.</param>
    /// <param name="terminal">Standard output where a line of progress is shown below the log; null where it is not.</param>
    public static Logging Open(LogRules rules, Terminal? terminal)
    {
        var filter = new LiveFilter(FilterOf(rules));
        var factory = new LoggerFactory([], filter);
        // Not given to the constructor: what it is given it does not dispose, and then the last lines, the reason of an end among them, may be lost.
        factory.AddProvider(terminal is null
            ? new ZLoggerConsoleLoggerProvider(Format(new ZLoggerConsoleOptions(), rules.Json))
            : new ZLoggerStreamLoggerProvider(terminal, Format(new ZLoggerOptions(), rules.Json)));
        if (OperatingSystem.IsWindows() && EventLog.IsRegistered)
        {
            var options = new ZLoggerOptions { FullMode = BackgroundBufferFullMode.Drop, BackgroundBufferCapacity = QueuedLines };
            factory.AddProvider(new StateChanges(new ZLoggerStreamLoggerProvider(Stream.Null, options.UseFormatter(EventLog.Open))));
        }
        if (rules.File is not { } path)
        {
            return new(factory, filter);
        }
        var file = new LogFile(path, rules.FileSize, rules.FileCount, TimeProvider.System);
        factory.AddProvider(new ZLoggerStreamLoggerProvider(file, Format(new ZLoggerOptions(), rules.Json)));
        var logging = new Logging(factory, filter);
        file.Failing = error => logging.Log.LogFileFails(Shown.Name(path), Shown.Name(error));
        file.Working = count => logging.Log.LogFileWorks(Shown.Name(path), count);
        return logging;
    }

    /// <summary>From now on says as much as these rules want; where and in which form stays as it is. Any thread.</summary>
    public void Change(LogRules rules) => filter.Change(FilterOf(rules));

    /// <summary>Says what is left to say.</summary>
    public void Dispose()
    {
        log.Dispose();
        factory.Dispose();
    }

    static LoggerFilterOptions FilterOf(LogRules rules)
    {
        var filter = new LoggerFilterOptions { MinLevel = rules.Level };
        // Changes of state go there whatever the console is to be spared.
        filter.Rules.Add(new(typeof(StateChanges).FullName, null, LogLevel.Information, null));
        if (rules.Quiet && rules.Level < LogLevel.Warning)
        {
            filter.Rules.Add(new(typeof(ZLoggerConsoleLoggerProvider).FullName, null, LogLevel.Warning, null));
        }
        return filter;
    }

    static T Format<T>(T options, bool json) where T : ZLoggerOptions
    {
        (options.FullMode, options.BackgroundBufferCapacity) = (BackgroundBufferFullMode.Drop, QueuedLines);
        if (json)
        {
            options.UseFormatter(static () => new JsonLines());
        }
        else
        {
            options.UsePlainTextFormatter(formatter => formatter.SetPrefixFormatter($"{0:yyyy-MM-dd HH:mm:ss.fff} {1:short} ", (in template, in info) => template.Format(info.Timestamp, info.LogLevel)));
        }
        return options;
    }
}
