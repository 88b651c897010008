using System;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;
using S3Sync.Tests.Support;

namespace S3Sync.Tests.Faults;

/// <summary>
/// A file system whose timestamps are whole seconds (ext4 with inodes of 128 bytes: mkfs.ext4(8)), mounted on a directory until disposed. Only root
/// can mount one; where that is not to be had the test is skipped.
/// </summary>
sealed class CoarseVolume : IAsyncDisposable
{
    readonly string path, image;

    CoarseVolume(string path, string image) => (this.path, this.image) = (path, image);

    /// <summary>Mounts it on a directory that is there.</summary>
    public static async Task<CoarseVolume> Mount(string path)
    {
        Needs.Check(Environment.IsPrivilegedProcess ? null : "only root can mount a file system with coarse timestamps");
        Needs.Check(File.Exists("/sbin/mkfs.ext4") ? null : "mkfs.ext4 (package e2fsprogs) is not installed");
        var image = path + ".image";
        using (var file = File.Create(image))
            file.SetLength(32 << 20);
        Needs.Check(await Run("/sbin/mkfs.ext4", "-q", "-I", "128", image) ?? await Run("mount", "-o", "loop", image, path));
        return new(path, image);
    }

    public async ValueTask DisposeAsync()
    {
        await Run("umount", "-l", path);
        File.Delete(image);
    }

    /// <summary>What it said where it failed, else null.</summary>
    static async Task<string?> Run(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? null : $"{command[0]}: {said}";
    }
}
