using System;
using Microsoft.Extensions.Logging;
using ZLogger;

namespace S3Sync.Sync;

/// <summary>Where the log goes: standard output, a line an event, without colours, so that it reads the same in a terminal, a file and a service's log.</summary>
static class Logging
{
    // Lines waiting for a slow terminal or pipe. Beyond that lines are dropped rather than the pipeline held up.
    const int QueuedLines = 16 * 1024;

    public static ILoggerFactory Open(LogLevel level) => LoggerFactory.Create(builder => builder
        .SetMinimumLevel(level)
        .AddZLoggerConsole(options =>
        {
            options.FullMode = BackgroundBufferFullMode.Drop;
            options.BackgroundBufferCapacity = QueuedLines;
            options.UsePlainTextFormatter(formatter => formatter.SetPrefixFormatter($"{0:yyyy-MM-dd HH:mm:ss.fff} {1:short} ", (in template, in info) => template.Format(info.Timestamp, info.LogLevel)));
        }));
}
