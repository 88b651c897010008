using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading;
using S3Sync.Storage;
using S3Sync.Sync.Operation;

namespace S3Sync.Sync.Voice;

/// <summary>How far something is.</summary>
/// <param name="Files">Done so far.</param>
/// <param name="All">Done and to do, as far as is known; 0 where it is not.</param>
/// <param name="Bytes">Of those done.</param>
readonly record struct Done(long Files, long All, long Bytes);

/// <summary>Shows on a terminal how far things are, how fast they go and how long they will take, until disposed. Has a thread of its own.</summary>
sealed class Progress : IDisposable
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5);
    // Rates are those of the last ten seconds: what was before the last pause says little.
    const int MostSamples = 20;
    // A terminal stopped by Ctrl+S takes nothing: the end does not wait for it.
    static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(0.1);

    readonly Terminal terminal;
    readonly Func<Done> look;
    readonly Thread thread;
    readonly ManualResetEventSlim ended = new();

    Progress(Terminal terminal, Func<Done> look)
    {
        (this.terminal, this.look) = (terminal, look);
        thread = new(Run) { Name = "progress", IsBackground = true };
    }

    /// <summary>Begins to show; null where there is no terminal.</summary>
    public static Progress? Open(Terminal? terminal, Func<Done> look)
    {
        if (terminal is null)
        {
            return null;
        }
        var progress = new Progress(terminal, look);
        progress.thread.Start();
        return progress;
    }

    public void Dispose()
    {
        ended.Set();
        if (thread.Join(LongestEnd))
        {
            ended.Dispose();
        }
    }

    /// <summary>How far a run is, from its tally and the ledger: what an earlier run left over is to do as well.</summary>
    public static Done OfRun(string ledger, Tally tally) =>
        new(tally.Uploaded, LedgerFigures.WaitingIn(ledger) is { } waiting ? tally.Uploaded + waiting : 0, tally.Bytes);

    /// <summary>The line: files, bytes, rates, and how long the rest will take.</summary>
    /// <param name="now">How far it is.</param>
    /// <param name="before">How far it was.</param>
    /// <param name="time">How long ago that was.</param>
    public static string Line(Done now, Done before, TimeSpan time)
    {
        var text = now.All > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{now.Files:N0} of {now.All:N0} files, {Units.Bytes(now.Bytes)}")
            : string.Create(CultureInfo.InvariantCulture, $"{now.Files:N0} files, {Units.Bytes(now.Bytes)}");
        var (files, bytes) = (now.Files - before.Files, now.Bytes - before.Bytes);
        if (time <= TimeSpan.Zero || files <= 0)
        {
            return text;
        }
        text += string.Create(CultureInfo.InvariantCulture, $"; {files / time.TotalSeconds:N0} files/s, {Units.Bytes(bytes / time.TotalSeconds)}/s");
        var left = now.All - now.Files;
        return left > 0 ? $"{text}; {Shown.Time(TimeSpan.FromSeconds(Math.Ceiling(Math.Min(left * time.TotalSeconds / files, 1e8))))} left" : text;
    }

    void Run()
    {
        Queue<(Done Done, TimeSpan At)> samples = [];
        var start = TimeProvider.System.GetTimestamp();
        while (!ended.Wait(Interval))
        {
            var (now, at) = (look(), TimeProvider.System.GetElapsedTime(start));
            var (before, then) = samples.Count > 0 ? samples.Peek() : default;
            terminal.Show(Line(now, before, at - then));
            samples.Enqueue((now, at));
            if (samples.Count > MostSamples)
            {
                samples.Dequeue();
            }
        }
        terminal.Show("");
    }
}
