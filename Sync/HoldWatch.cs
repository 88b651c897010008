using System;
using System.Threading;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Notices that the ledger or its directory was removed or replaced under a run, which the system allows on Linux and another run may use.
/// Looks every second, by two calls to the system: no notification tells of the renaming of a directory further up. A thread of its own.
/// </summary>
sealed class HoldWatch : IDisposable
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    readonly Ledger ledger;
    readonly Action<LedgerException> lost;
    readonly ManualResetEventSlim ended = new();
    readonly Thread thread;

    HoldWatch(Ledger ledger, Action<LedgerException> lost)
    {
        this.ledger = ledger;
        this.lost = lost;
        thread = new(Run) { Name = "hold", IsBackground = true };
    }

    /// <summary>Begins to look; null on Windows, where a file that is open, and the directories above it, can be neither removed nor renamed.</summary>
    /// <param name="ledger">The run's.</param>
    /// <param name="lost">Called once, on the thread of this one.</param>
    public static HoldWatch? Open(Ledger ledger, Action<LedgerException> lost)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }
        var watch = new HoldWatch(ledger, lost);
        watch.thread.Start();
        return watch;
    }

    public void Dispose()
    {
        ended.Set();
        // A disk that hangs may hold it up: the end of the run does not wait for that.
        if (thread.Join(Interval))
        {
            ended.Dispose();
        }
    }

    void Run()
    {
        while (!ended.Wait(Interval))
        {
            try
            {
                ledger.CheckHold();
            }
            catch (LedgerException e)
            {
                lost(e);
                return;
            }
        }
    }
}
