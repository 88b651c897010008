using System;
using System.Runtime.InteropServices;
using System.Threading;

namespace S3Sync.Sync;

/// <summary>Turns the first signal to end (Ctrl+C, SIGTERM, console close) into a stop in order; the second ends the process at once, which is safe.</summary>
sealed class Signals : IDisposable
{
    readonly CancellationTokenSource stop = new();
    readonly ManualResetEventSlim ended = new();
    readonly PosixSignalRegistration[] registrations;
    readonly Action onStop;
    int received;

    public Signals(Action onStop)
    {
        this.onStop = onStop;
        registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Receive),
            PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Receive),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Receive),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, Receive),
        ];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => stop.Token;

    public void Dispose()
    {
        ended.Set();
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }
    }

    void Receive(PosixSignalContext context)
    {
        if (Interlocked.Increment(ref received) > 1)
        {
            Environment.Exit(Exit.Failed);
        }
        context.Cancel = true;
        onStop();
        stop.Cancel();
        // Windows ends the process when the handler of a console close or a shutdown returns: stay until the run is over.
        if (OperatingSystem.IsWindows() && context.Signal is PosixSignal.SIGHUP or PosixSignal.SIGTERM)
        {
            ended.Wait();
        }
    }
}
