using System;
using System.Diagnostics;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Tests.Support;

/// <summary>
/// A file system that stops to answer, as an NFS share does whose server is gone: bindfs (FUSE) shows a directory under another path, and is stopped by a signal. Where
/// it cannot be had the test is skipped.
/// </summary>
sealed class StoppedFileSystem : IAsyncDisposable
{
    readonly Process server;
    readonly string path;

    StoppedFileSystem(Process server, string path) => (this.server, this.path) = (server, path);

    /// <summary>Mounts it; both directories must be there.</summary>
    /// <param name="back">Where the files really are: this answers always.</param>
    /// <param name="path">Where they are seen.</param>
    public static async Task<StoppedFileSystem> Mount(string back, string path, CancellationToken cancel)
    {
        Needs.Check(!OperatingSystem.IsLinux() ? "only Linux has FUSE"
            : !File.Exists("/dev/fuse") ? "there is no /dev/fuse on this machine"
            : !File.Exists("/usr/bin/bindfs") ? "there is no bindfs: tests/Support/install-fuse installs it on Debian, as root"
            : null);
        var server = Process.Start(new ProcessStartInfo("bindfs", ["-f", back, path]) { RedirectStandardError = true })!;
        var mounted = new StoppedFileSystem(server, path);
        try
        {
            await Eventually.True(() => server.HasExited || IsMounted(path), () => "bindfs does not mount", cancel);
            Needs.Check(server.HasExited ? $"bindfs cannot mount here: {(await server.StandardError.ReadToEndAsync(cancel)).Trim()}" : null);
            return mounted;
        }
        catch
        {
            await mounted.DisposeAsync();
            throw;
        }
    }

    /// <summary>From now on nothing is answered.</summary>
    public Task Stop() => Run("kill", "-STOP", $"{server.Id}");

    /// <summary>Everything is answered again.</summary>
    public Task Continue() => Run("kill", "-CONT", $"{server.Id}");

    public async ValueTask DisposeAsync()
    {
        if (!server.HasExited)
        {
            await Continue();
            await Run("umount", "-l", path);
            server.Kill();
            await server.WaitForExitAsync(CancellationToken.None);
        }
        server.Dispose();
    }

    static bool IsMounted(string path) => File.ReadAllText("/proc/self/mountinfo").Contains($" {path} ", StringComparison.Ordinal);

    static async Task Run(params string[] command)
    {
        using var process = Process.Start(command[0], command[1..]);
        await process.WaitForExitAsync(CancellationToken.None);
    }
}
