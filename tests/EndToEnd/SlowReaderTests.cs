using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.EndToEnd;

/// <summary>Whoever reads the log may be slower than the program, which ends all the same only when its last line is told: it may be the reason of its end.</summary>
public sealed class SlowReaderTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TheLastLineIsSaidToAReaderWhoComesLate()
    {
        var exe = await Needs.PublishedExe();
        await using var server = await S3Server.Start();
        await using var scene = await Scene.Open(exe.Path, server.Url);
        // At three lines each more than a pipe holds: 64 KiB, pipe(7).
        for (var i = 0; i < 500; i++)
            scene.Write($"a name that takes its place in the log/{i}.dat", 10);
        var start = new ProcessStartInfo(exe.Path, [.. scene.Arguments, "--once", "--log-level", "debug"]) { RedirectStandardOutput = true };
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[("AWS_ACCESS_KEY_ID", TestCredentials.AccessKey), ("AWS_SECRET_ACCESS_KEY", TestCredentials.SecretKey), ("AWS_REGION", TestCredentials.Region)])
            start.Environment[name] = value;
        using var run = Process.Start(start)!;
        await Eventually.True(() => scene.Files().Length == 0, () => $"{scene.Files().Length} files are left", Cancel, Scene.Limit);
        // All is done: now it ends at once, or it waits for its reader.
        await Task.WhenAny(run.WaitForExitAsync(Cancel), Task.Delay(TimeSpan.FromSeconds(2), Cancel));
        var said = await run.StandardOutput.ReadToEndAsync(Cancel);
        await run.WaitForExitAsync(Cancel);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("500 deleted, 0 left", said.TrimEnd().Split('\n')[^1]);
    }
}
