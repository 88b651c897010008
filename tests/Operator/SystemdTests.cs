using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;
using S3Sync.Sync.Voice;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Operator;

/// <summary>What systemd is told, by the published program and over a real socket.</summary>
public sealed class SystemdTests : OperatorTest
{
    static readonly TimeSpan Period = TimeSpan.FromSeconds(0.4);

    /// <summary>A socket as systemd opens it, and everything it has been told.</summary>
    sealed class Listener : IDisposable
    {
        readonly Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 60_000 };
        readonly byte[] buffer = new byte[4096];

        public Listener(string path) => socket.Bind(new UnixDomainSocketEndPoint(path));

        public List<string> Told { get; } = [];

        /// <summary>Receives until it is told something that begins so; throws when a minute passes before.</summary>
        public string Await(string beginning)
        {
            var begun = DateTime.UtcNow;
            while (true)
            {
                Assert.True(DateTime.UtcNow - begun < TimeSpan.FromMinutes(1), $"not told: {beginning}");
                Told.Add(Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer)));
                if (Told[^1].StartsWith(beginning, StringComparison.Ordinal))
                    return Told[^1];
            }
        }

        /// <summary>Takes what has come and not been received.</summary>
        public void TakeRest()
        {
            while (socket.Poll(0, SelectMode.SelectRead))
                Told.Add(Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer)));
        }

        public void Dispose() => socket.Dispose();
    }

    ProgramRun Start(string socket, params string[] more) => Scene.StartWith([.. Scene.Arguments, .. more], new Dictionary<string, string?>
    {
        ["NOTIFY_SOCKET"] = socket,
        ["WATCHDOG_USEC"] = $"{Period.TotalMicroseconds:0}",
    });

    [LinuxFact]
    public Task ItIsToldThatItWatchesHowItIsThatItLivesAndThatItStops() => IsTold(isAbstract: false);

    [LinuxFact]
    public Task ItIsToldSoOverAnAbstractSocketToo() => IsTold(isAbstract: true);

    async Task IsTold(bool isAbstract)
    {
        var name = isAbstract ? $"s3sync-test-{Guid.NewGuid():n}" : Path.Combine(Scene.Place, "notify");
        using var systemd = new Listener(isAbstract ? '\0' + name : name);
        var run = Start(isAbstract ? '@' + name : name);
        systemd.Await("READY=1");
        await run.WaitForLine("watching ", Scene.Limit);
        Scene.Write("1.dat", 10);
        systemd.Await("STATUS=0 pending; since the start 1 uploaded, 1 deleted");
        for (var i = 0; i < 5; i++)
            systemd.Await("WATCHDOG=1");
        run.Signal(ProgramRun.Terminate);
        systemd.Await("STOPPING=1");
        await Scene.AssertExit(run, 0);
        Assert.DoesNotContain(systemd.Told, told => told.Contains('\n'));
        await Scene.AssertAllMoved();
    }

    [LinuxFact]
    public async Task NobodyWhoListensIsNoTrouble()
    {
        Scene.Write("1.dat", 10);
        foreach (var socket in (string[])[Path.Combine(Scene.Place, "nobody"), "@" + new string('x', 500), "relative", ""])
            await Scene.AssertExit(Start(socket, "--once"), 0);
    }

    /// <summary>Whoever is to start after it waits for that line.</summary>
    [LinuxFact]
    public async Task ASocketThatIsFullHoldsNothingUpAndIsToldThatItWatchesOnceItTakesSomething()
    {
        var name = Path.Combine(Scene.Place, "notify");
        using var systemd = new Listener(name);
        using (var other = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false })
        {
            other.Connect(new UnixDomainSocketEndPoint(name));
            // Until it would have to wait: unix(7).
            while (other.Poll(0, SelectMode.SelectWrite))
                other.Send("X=1"u8);
        }
        var run = Start(name);
        Scene.Write("1.dat", 10);
        await run.WaitForLine("uploaded and deleted", Scene.Limit);
        systemd.Await("READY=1");
        run.Signal(ProgramRun.Terminate);
        await Scene.AssertExit(run, 0);
    }

    [LinuxFact]
    public async Task AThreadOfTheLedgerThatIsStuckIsNotSaidToLive()
    {
        using var listener = new Listener(Path.Combine(Scene.Place, "notify"));
        var (turns, asked, isStuck) = (0L, 0, false);
        using (Systemd.Open(Environment(Path.Combine(Scene.Place, "notify")), 1, () => isStuck ? turns : ++turns, () => asked++, () => ""))
        {
            listener.Await("WATCHDOG=1");
            listener.Await("WATCHDOG=1");
            isStuck = true;
            // One may be under way.
            var before = asked;
            await Eventually.True(() => asked > before + 2, () => $"{asked}", Cancel);
            listener.TakeRest();
            listener.Told.Clear();
            before = asked;
            await Eventually.True(() => asked > before + 3, () => $"{asked}", Cancel);
            listener.TakeRest();
            Assert.Empty(listener.Told);
            isStuck = false;
            listener.Await("WATCHDOG=1");
        }
    }

    [LinuxFact]
    public async Task AWatchdogOfAnotherProcessIsNotFed()
    {
        using var listener = new Listener(Path.Combine(Scene.Place, "notify"));
        var asked = 0;
        using (Systemd.Open(Environment(Path.Combine(Scene.Place, "notify"), "2"), 1, () => ++asked, () => { }, () => "fine"))
            await Eventually.True(() => asked > 0, () => "it does not look", Cancel);
        listener.Await("STOPPING=1");
        Assert.DoesNotContain("WATCHDOG=1", listener.Told);
    }

    static Func<string, string?> Environment(string socket, string process = "1") => name => name switch
    {
        "NOTIFY_SOCKET" => socket,
        "WATCHDOG_USEC" => "100000",
        "WATCHDOG_PID" => process,
        _ => null,
    };
}
