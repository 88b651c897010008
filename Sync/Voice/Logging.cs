using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading;
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
    // Somebody who reads page by page is given time.
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    // A run that was stopped ends within its grace period; what waits is written in milliseconds where it can be.
    static readonly TimeSpan LongestStill = TimeSpan.FromSeconds(0.4), LongestEnd = TimeSpan.FromSeconds(0.8);

    readonly LoggerFactory factory;
    readonly LiveFilter filter;
    readonly Repetitions log;
    readonly List<Outlet> outlets = [];

    Logging(LoggerFactory factory, LiveFilter filter) => (this.factory, this.filter, log) = (factory, filter, new(factory.CreateLogger("s3sync"), TimeProvider.System));

    /// <summary>True to give a slow reader time at the end: nobody asked for it, and nothing is wrong.</summary>
    public bool IsPatient { get; set; }

    /// <summary>Takes what is to be said. Any thread.</summary>
    public ILogger Log => log;

    /// <summary>Made with <c>new</c>: the builder of Microsoft.Extensions.Logging would bring a container of 300 KB into the executable.</summary>
    /// <param name="rules">What it is to look like.</param>
    /// <param name="terminal">Standard output where a line of progress is shown below the log; null where it is not.</param>
    public static Logging Open(LogRules rules, Terminal? terminal)
    {
        var filter = new LiveFilter(FilterOf(rules));
        // Providers are not given to the constructor: what it is given it does not dispose.
        var factory = new LoggerFactory([], filter);
        var logging = new Logging(factory, filter);
        if (terminal is null)
        {
            Console.OutputEncoding = new UTF8Encoding(false);
        }
        var options = Format(rules.Json);
        var console = logging.Add(terminal ?? Console.OpenStandardOutput(), options, "standard output");
        factory.AddProvider(terminal is null ? new StandardOutput(console, options) : new ZLoggerLogProcessorLoggerProvider(console, options));
        if (OperatingSystem.IsWindows() && EventLog.IsRegistered)
        {
            options = new ZLoggerOptions().UseFormatter(EventLog.Open);
            factory.AddProvider(new StateChanges(new ZLoggerLogProcessorLoggerProvider(logging.Add(Stream.Null, options, "the event log"), options)));
        }
        if (rules.File is { } path)
        {
            var file = new LogFile(path, rules.FileSize, rules.FileCount, TimeProvider.System)
            {
                Failing = error => logging.Log.LogFileFails(Shown.Name(path), Shown.Name(error)),
                Working = count => logging.Log.LogFileWorks(Shown.Name(path), count),
            };
            options = Format(rules.Json);
            factory.AddProvider(new ZLoggerLogProcessorLoggerProvider(logging.Add(file, options, $"the log file {Shown.Name(path)}"), options));
        }
        return logging;
    }

    /// <summary>From now on says as much as these rules want; where and in which form stays as it is. Any thread.</summary>
    public void Change(LogRules rules) => filter.Change(FilterOf(rules));

    /// <summary>Says what is left to say, as far as the outputs take it.</summary>
    public void Dispose()
    {
        log.Dispose();
        outlets.ForEach(outlet => outlet.Complete());
        var begun = TimeProvider.System.GetTimestamp();
        foreach (var outlet in outlets)
        {
            var left = LongestEnd - TimeProvider.System.GetElapsedTime(begun);
            outlet.Wait(IsPatient ? Patience : LongestStill, IsPatient ? Timeout.InfiniteTimeSpan : left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
        factory.Dispose();
    }

    Outlet Add(Stream stream, ZLoggerOptions options, string name)
    {
        var outlet = new Outlet(stream, options) { Regained = count => Log.LinesDropped(name, count) };
        outlets.Add(outlet);
        return outlet;
    }

    static LoggerFilterOptions FilterOf(LogRules rules)
    {
        var filter = new LoggerFilterOptions { MinLevel = rules.Level };
        // Changes of state go there whatever the console is to be spared.
        filter.Rules.Add(new(typeof(StateChanges).FullName, null, LogLevel.Information, null));
        if (rules.Quiet && rules.Level < LogLevel.Warning)
        {
            filter.Rules.Add(new(typeof(StandardOutput).FullName, null, LogLevel.Warning, null));
        }
        return filter;
    }

    static ZLoggerOptions Format(bool json)
    {
        var options = new ZLoggerOptions();
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
