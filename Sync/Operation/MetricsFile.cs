using System;
using System.IO;
using System.Threading;
using Microsoft.Extensions.Logging;
using S3Sync.Storage;

namespace S3Sync.Sync.Operation;

/// <summary>
/// Writes the metrics beside a run, for the textfile collectors of node_exporter and windows_exporter: whole or not at all, by a rename.
/// It reads the ledger as a command does, on a thread of its own, so the run never waits for it.
/// </summary>
sealed class MetricsFile : IDisposable
{
    // Prometheus scrapes every 15 to 60 s: https://prometheus.io/docs/prometheus/latest/configuration/configuration/
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(0.5);

    readonly string path, ledger;
    readonly ILogger log;
    readonly Thread thread;
    readonly ManualResetEventSlim ended = new();
    bool failed;

    MetricsFile(string path, string ledger, ILogger log)
    {
        (this.path, this.ledger, this.log) = (path, ledger, log);
        thread = new(Run) { Name = "metrics", IsBackground = true };
    }

    /// <summary>Starts to write; null where no metrics are wanted.</summary>
    public static MetricsFile? Open(Settings.Settings settings, ILogger log)
    {
        if (settings.MetricsFile is not { } path)
        {
            return null;
        }
        var metrics = new MetricsFile(path, settings.Ledger, log);
        metrics.thread.Start();
        return metrics;
    }

    /// <summary>Writes for the last time: that nothing runs any more.</summary>
    public void Dispose()
    {
        ended.Set();
        // A watched share that does not answer may hold it up: the end of the run does not wait for that.
        if (thread.Join(LongestEnd))
        {
            ended.Dispose();
        }
    }

    void Run()
    {
        WholeFile.Clean(path);
        do
        {
            Write();
        }
        while (!ended.Wait(Interval));
        Write();
    }

    void Write()
    {
        try
        {
            using var reader = LedgerReader.Open(ledger);
            if (reader is not null)
            {
                WholeFile.Write(path, MetricsText.Of(StatusCommand.Look(reader, ledger, withTimes: true)));
                failed = false;
            }
        }
        // Whatever it is, a value of a damaged ledger for instance: the run goes on.
        catch (Exception e)
        {
            // Said once, until it works again.
            if (!failed)
            {
                failed = true;
                log.Caution($"the metrics file {Shown.Name(path)} cannot be written: {e.Message}");
            }
        }
    }
}
