using System;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;
using S3Sync.Tests.Support;

namespace S3Sync.Tests.Faults;

/// <summary>A small file system in memory, mounted on a directory until disposed: it can be full, and read-only. Only root can mount one; where that is not to be had the test is skipped.</summary>
sealed class Tmpfs : IAsyncDisposable
{
    readonly string path;

    Tmpfs(string path) => this.path = path;

    /// <summary>Mounts it on a directory, which is made.</summary>
    /// <param name="size">As mount takes it: "256k".</param>
    public static async Task<Tmpfs> Mount(string path, string size)
    {
        Needs.Check(Environment.IsPrivilegedProcess ? null : "only root can mount a file system that is full");
        Directory.CreateDirectory(path);
        Needs.Check(await Run("mount", "-t", "tmpfs", "-o", $"size={size},mode=0755", "tmpfs", path) is { Length: > 0 } refused ? $"no file system can be mounted here: {refused}" : null);
        return new(path);
    }

    /// <summary>Has another directory stand in the place of one, until disposed.</summary>
    public static async Task<Tmpfs> Bind(string what, string over)
    {
        if (await Run("mount", "--bind", what, over) is { Length: > 0 } refused)
            throw new IOException(refused);
        return new(over);
    }

    /// <summary>Changes what it was mounted with.</summary>
    public async Task Remount(string options)
    {
        if (await Run("mount", "-o", $"remount,{options}", path) is { Length: > 0 } refused)
            throw new IOException(refused);
    }

    public async ValueTask DisposeAsync() => await Run("umount", "-l", path);

    /// <summary>What it said where it failed, else nothing.</summary>
    static async Task<string> Run(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? "" : $"{command[0]}: {said}";
    }
}
