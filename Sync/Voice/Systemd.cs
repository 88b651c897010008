using System;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using S3Sync.Storage;

namespace S3Sync.Sync.Voice;

/// <summary>
/// Tells systemd how the run is, where it was started by it: that it watches, how much it has to do, that it is alive and that it stops.
/// The protocol is sd_notify(3): lines in a datagram to the socket that NOTIFY_SOCKET names. What cannot be sent is left out. Has a thread of its own.
/// </summary>
sealed class Systemd : IDisposable
{
    // How often the line of "systemctl status" is looked after where no watchdog asks for more.
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    // Its thread reads the ledger, whose volume may hang.
    static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(0.1);

    readonly Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
    readonly UnixDomainSocketEndPoint address;
    readonly bool hasWatchdog;
    readonly TimeSpan interval;
    readonly Func<long> turns;
    readonly Action turn;
    readonly Func<string> status;
    readonly Thread thread;
    readonly ManualResetEventSlim ended = new();
    volatile bool isReady, saidReady;

    Systemd(UnixDomainSocketEndPoint address, TimeSpan? watchdog, Func<long> turns, Action turn, Func<string> status)
    {
        (this.address, this.turns, this.turn, this.status) = (address, turns, turn, status);
        hasWatchdog = watchdog is not null;
        interval = watchdog / 2 is { } half && half < Interval ? half : Interval;
        thread = new(Run) { Name = "systemd", IsBackground = true };
    }

    /// <summary>Begins to tell; null where nobody listens.</summary>
    /// <param name="environment">The environment's values by name.</param>
    /// <param name="process">The id of this process: the watchdog may be for another.</param>
    /// <param name="turns">How often the ledger's thread has come round.</param>
    /// <param name="turn">Has it come round once more.</param>
    /// <param name="status">A line for a person.</param>
    public static Systemd? Open(Func<string, string?> environment, int process, Func<long> turns, Action turn, Func<string> status)
    {
        if (!OperatingSystem.IsLinux() || environment("NOTIFY_SOCKET") is not ['/' or '@', _, ..] name)
        {
            return null;
        }
        UnixDomainSocketEndPoint address;
        try
        {
            // An abstract one has a zero byte in front, which no variable can hold: unix(7).
            address = new(name[0] == '@' ? '\0' + name[1..] : name);
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
        var systemd = new Systemd(address, WatchdogOf(environment, process), turns, turn, status);
        systemd.thread.Start();
        return systemd;
    }

    /// <summary>It watches: what was ordered after it may start.</summary>
    public void Ready()
    {
        saidReady = Send("READY=1");
        isReady = true;
    }

    /// <summary>A stop was asked for.</summary>
    public void Stopping() => Send("STOPPING=1");

    public void Dispose()
    {
        Send("STOPPING=1");
        ended.Set();
        if (thread.Join(LongestEnd))
        {
            ended.Dispose();
            socket.Dispose();
        }
    }

    /// <summary>The line of <c>systemctl status</c>, read from the ledger.</summary>
    public static string StatusOf(string ledger, Tally tally) => LedgerFigures.WaitingIn(ledger) is { } waiting
        ? string.Create(CultureInfo.InvariantCulture, $"{waiting:N0} pending; since the start {tally.Uploaded:N0} uploaded, {tally.Deleted:N0} deleted")
        : "";

    static TimeSpan? WatchdogOf(Func<string, string?> environment, int process) =>
        long.TryParse(environment("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0
        && (environment("WATCHDOG_PID") is not { Length: > 0 } other || other == process.ToString(CultureInfo.InvariantCulture))
            ? TimeSpan.FromMicroseconds(Math.Min(microseconds, TimeSpan.MaxValue.Ticks / 100))
            : null;

    /// <summary>Says that it is alive whenever the ledger's thread has come round since the last time; one that is stuck is for systemd to end.</summary>
    void Run()
    {
        var (seen, said) = (-1L, "");
        do
        {
            var now = turns();
            if (hasWatchdog && now != seen)
            {
                Send("WATCHDOG=1");
            }
            seen = now;
            // What is ordered after it waits for this one, which may have met a full queue.
            if (isReady && !saidReady)
            {
                saidReady = Send("READY=1");
            }
            turn();
            if (isReady && status() is { Length: > 0 } line && line != said)
            {
                said = line;
                Send($"STATUS={line}");
            }
        }
        while (!ended.Wait(interval));
    }

    /// <summary>False where nobody listens, or the queue is full: it will be told the next time.</summary>
    bool Send(string message)
    {
        try
        {
            socket.SendTo(Encoding.UTF8.GetBytes(message), address);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
