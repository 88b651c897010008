using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Tests.Support;

/// <summary>
/// A real object store for the tests: Ceph's RADOS gateway on loopback, started when a test first needs it and stopped at the end of the run.
/// The script it runs in lives only as long as this process holds its standard input, so nothing is left when the tests die.
/// </summary>
sealed class RadosGateway : IAsyncDisposable
{
    /// <summary>The gateway and the daemons behind it take this many ports in a row; see radosgw/serve.</summary>
    const int Ports = 15;

    /// <summary>It takes two seconds on an idle machine.</summary>
    static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    /// <summary>On a new machine: package lists and 270 MB.</summary>
    static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(10);

    static readonly Lazy<Task<RadosGateway>> Running = new(static () => Task.Run(Start));

    readonly Process script;

    RadosGateway(Process script, int port)
    {
        this.script = script;
        Url = $"http://127.0.0.1:{port}";
    }

    /// <summary>For ServiceURL; path style. Credentials: <see cref="TestCredentials"/>.</summary>
    public string Url { get; }

    /// <summary>The one of this run. To be asked for through <see cref="Needs.RadosGateway"/>, which also says what happens where there can be none.</summary>
    public static Task<RadosGateway> Shared => Running.Value;

    /// <summary>Why there can be none on this machine, null where there can.</summary>
    public static string? Missing =>
        Installed ? null
        : !OperatingSystem.IsLinux() ? "Ceph's radosgw runs on Linux only"
        : !CanInstall ? "radosgw, ceph-mon, ceph-osd and ceph are not installed, and can be installed only as root on Debian"
        : null;

    static bool Installed => new[] { "radosgw", "radosgw-admin", "ceph-mon", "ceph-osd", "ceph", "curl", "setpriv" }.All(IsOnPath);

    static bool CanInstall => Environment.IsPrivilegedProcess && File.Exists("/etc/debian_version") && IsOnPath("apt-get");

    static string Scripts => Path.Combine(AppContext.BaseDirectory, "Support", "radosgw");

    /// <summary>Stops the shared one if anybody started it.</summary>
    public static async Task StopShared()
    {
        if (Running.IsValueCreated && Running.Value.IsCompletedSuccessfully)
            await (await Running.Value).DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        script.StandardInput.Close();
        await script.WaitForExitAsync();
        script.Dispose();
    }

    static async Task<RadosGateway> Start()
    {
        if (!Installed)
            await Install();
        // Somebody may take a port between our look and Ceph's; then it is tried elsewhere.
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePorts();
            var directory = Path.Combine(Path.GetTempPath(), $"s3sync-radosgw-{Environment.ProcessId}-{attempt}");
            var script = Run("serve", directory, port.ToString(), TestCredentials.AccessKey, TestCredentials.SecretKey);
            var errors = script.StandardError.ReadToEndAsync();
            using var limit = new CancellationTokenSource(StartLimit);
            string? line;
            try
            {
                do
                    line = await script.StandardOutput.ReadLineAsync(limit.Token);
                while (line is not (null or "ready"));
            }
            catch (OperationCanceledException)
            {
                line = null;
            }
            if (line == "ready")
                return new(script, port);
            script.StandardInput.Close();
            await script.WaitForExitAsync(CancellationToken.None);
            if (attempt == 3)
                throw new InvalidOperationException($"radosgw did not start within {StartLimit}: {await errors}");
        }
    }

    static async Task Install()
    {
        using var script = Run("install");
        using var limit = new CancellationTokenSource(InstallLimit);
        var said = (script.StandardOutput.ReadToEndAsync(limit.Token), script.StandardError.ReadToEndAsync(limit.Token));
        await script.WaitForExitAsync(limit.Token);
        if (script.ExitCode != 0)
            throw new InvalidOperationException($"radosgw could not be installed: {await said.Item1}{await said.Item2}");
    }

    static Process Run(string name, params string[] arguments) => Process.Start(new ProcessStartInfo("bash", [Path.Combine(Scripts, name), .. arguments])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    /// <summary>The first of a row of ports nobody listens on, below those the kernel hands out itself (from 32768, ip_local_port_range).</summary>
    static int FreePorts()
    {
        while (true)
        {
            var first = Random.Shared.Next(20000, 32768 - Ports);
            if (Enumerable.Range(first, Ports).All(IsFree))
                return first;
        }
    }

    static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(directory => File.Exists(Path.Combine(directory, program)));
}
