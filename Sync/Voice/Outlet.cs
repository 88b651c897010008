using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using ZLogger;
using ZLogger.Providers;

namespace S3Sync.Sync.Voice;

/// <summary>
/// One output of the log, with a thread of its own to write to it: a pipe that is not read, a terminal stopped by Ctrl+S or a volume that hangs
/// holds up that thread and nothing else. Lines wait for it up to a limit; those beyond are dropped and counted. Any thread.
/// </summary>
sealed class Outlet : IAsyncLogProcessor
{
    /// <summary>Lines that wait for a slow output; as many more are in the hand of the thread. At some 500 bytes each.</summary>
    public const int MostQueued = 16 * 1024;

    // A pipe has 64 KiB: pipe(7). Less, so that an output that takes a little at a time is seen to move.
    const int MostBytes = 16 * 1024;

    static readonly byte[] NewLine = Encoding.UTF8.GetBytes(Environment.NewLine);

    readonly Stream stream;
    readonly IZLoggerFormatter formatter;
    readonly Thread thread;
    readonly object gate = new();
    // Under the gate.
    List<IZLoggerEntry> queue = [];
    bool isWaiting, isCompleted;
    long lost;
    // Of the thread.
    List<IZLoggerEntry> taken = [];
    readonly ArrayBufferWriter<byte> text = new(MostBytes);
    int lines;
    // When something was written last, by Environment.TickCount64.
    long moved = Environment.TickCount64;

    /// <param name="stream">What is written to; disposed by the thread.</param>
    /// <param name="options">How a line looks.</param>
    public Outlet(Stream stream, ZLoggerOptions options)
    {
        (this.stream, formatter) = (stream, options.CreateFormatter());
        thread = new(Run) { Name = "log", IsBackground = true };
        thread.Start();
    }

    /// <summary>Told, on the thread, how many lines were dropped, when the output takes lines again.</summary>
    public Action<long>? Regained { get; set; }

    public void Post(IZLoggerEntry log)
    {
        lock (gate)
        {
            if (!isCompleted && queue.Count < MostQueued)
            {
                queue.Add(log);
                if (isWaiting)
                {
                    Monitor.Pulse(gate);
                }
                return;
            }
            lost++;
        }
        log.Return();
    }

    /// <summary>No more lines come: the thread ends once it has written those that wait.</summary>
    public void Complete()
    {
        lock (gate)
        {
            isCompleted = true;
            Monitor.Pulse(gate);
        }
    }

    /// <summary>Waits until all lines are written, unless the output takes none for a while; then they are given up.</summary>
    /// <param name="idle">How long nothing may move.</param>
    /// <param name="longest">How long the wait is at most; negative for no limit.</param>
    public void Wait(TimeSpan idle, TimeSpan longest)
    {
        var begun = Environment.TickCount64;
        while (true)
        {
            var now = Environment.TickCount64;
            var left = Math.Max(begun, Volatile.Read(ref moved)) + idle.TotalMilliseconds - now;
            left = longest < TimeSpan.Zero ? left : Math.Min(left, begun + longest.TotalMilliseconds - now);
            if (thread.Join(TimeSpan.FromMilliseconds(Math.Max(0, left))) || left <= 0)
            {
                return;
            }
        }
    }

    /// <summary>Waits for nothing: see <see cref="Wait"/>.</summary>
    public ValueTask DisposeAsync()
    {
        Complete();
        return default;
    }

    void Run()
    {
        while (TryTake(out var dropped))
        {
            foreach (var entry in taken)
            {
                Format(entry);
            }
            Write();
            taken.Clear();
            if (dropped > 0)
            {
                Regained?.Invoke(dropped);
            }
        }
        try
        {
            stream.Dispose();
        }
        catch (IOException)
        {
            // It takes nothing any more.
        }
    }

    bool TryTake(out long dropped)
    {
        lock (gate)
        {
            while (queue.Count == 0 && !isCompleted)
            {
                isWaiting = true;
                Monitor.Wait(gate);
                isWaiting = false;
            }
            (queue, taken) = (taken, queue);
            (dropped, lost) = (lost, 0);
            return taken.Count > 0;
        }
    }

    void Format(IZLoggerEntry entry)
    {
        try
        {
            entry.FormatUtf8(text, formatter);
        }
        finally
        {
            entry.Return();
        }
        if (formatter.WithLineBreak)
        {
            text.Write(NewLine);
        }
        lines++;
        if (text.WrittenCount >= MostBytes)
        {
            Write();
        }
    }

    void Write()
    {
        try
        {
            stream.Write(text.WrittenSpan);
            stream.Flush();
        }
        // A file on a full volume, for instance.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            lock (gate)
            {
                lost += lines;
            }
        }
        text.ResetWrittenCount();
        lines = 0;
        Volatile.Write(ref moved, Environment.TickCount64);
    }
}

/// <summary>Standard output as the log knows it: what <c>--quiet</c> spares has a name of its own. Any thread.</summary>
sealed class StandardOutput(ILoggerProvider provider) : ILoggerProvider
{
    public StandardOutput(Outlet outlet, ZLoggerOptions options) : this(new ZLoggerLogProcessorLoggerProvider(outlet, options))
    {
    }

    public ILogger CreateLogger(string category) => provider.CreateLogger(category);

    public void Dispose() => provider.Dispose();
}
