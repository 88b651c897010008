using System;
using Microsoft.Extensions.Logging;
using ZLogger;
using ZLogger.Providers;

namespace S3Sync.Sync;

/// <summary>Where the log goes: standard output, a line an event, without colours, so that it reads the same in a terminal, a file and a service's log.</summary>
static class Logging
{
    // Lines waiting for a slow terminal or pipe. Beyond that lines are dropped rather than the pipeline held up.
    const int QueuedLines = 16 * 1024;

    /// <summary>Made with <c>new</c>: the builder of Microsoft.Extensions.Logging would bring a container of 300 KB into the executable.</summary>
    public static LoggerFactory Open(LogLevel level)
    {
        var options = new ZLoggerConsoleOptions { FullMode = BackgroundBufferFullMode.Drop, BackgroundBufferCapacity = QueuedLines };
        options.UsePlainTextFormatter(formatter => formatter.SetPrefixFormatter($"{0:yyyy-MM-dd HH:mm:ss.fff} {1:short} ", (in template, in info) => template.Format(info.Timestamp, info.LogLevel)));
        var factory = new LoggerFactory([], new LoggerFilterOptions { MinLevel = level });
        // Not given to the constructor: what it is given it does not dispose, and then the last lines, the reason of an end among them, may be lost.
        factory.AddProvider(new ZLoggerConsoleLoggerProvider(options));
        return factory;
    }
}
