using System;
using System.Diagnostics;
using System.IO;
using System.Runtime.Versioning;
using System.Threading;
using Xunit;

namespace S3Sync.Tests.Sync.Windows;

/// <summary>
/// A link in the place of a directory: a junction, which anybody may make; under Wine, which has none, a symbolic link of the system below,
/// which Wine follows as Windows follows a junction, and says so where it is asked what an open file is called. Disposing it takes it away.
/// </summary>
[SupportedOSPlatform("windows")]
sealed class Junction : IDisposable
{
    readonly string at;

    Junction(string at) => this.at = at;

    /// <param name="at">Where there is nothing yet.</param>
    /// <param name="target">A directory.</param>
    public static Junction Make(string at, string target)
    {
        if (WindowsFactDiscoverer.OnWine)
            Below(at, "ln", "-s", Path.GetRelativePath(Path.GetDirectoryName(at)!, target).Replace('\\', '/'));
        else
            Process.Start("cmd.exe", ["/c", "mklink", "/J", at, target])!.Dispose();
        Assert.True(SpinWait.SpinUntil(() => Directory.Exists(at), TimeSpan.FromSeconds(30)), $"{at} is no link");
        return new(at);
    }

    public void Dispose()
    {
        if (!WindowsFactDiscoverer.OnWine)
        {
            Directory.Delete(at);
            return;
        }
        // Wine itself would take away what the link leads to.
        Below(at, "rm");
        Assert.True(SpinWait.SpinUntil(() => !Directory.Exists(at), TimeSpan.FromSeconds(30)), $"{at} is still there");
    }

    /// <summary>Has a program of the system below Wine work on a name. Wine does not tell when it ends.</summary>
    static void Below(string at, params string[] command) =>
        Process.Start(new ProcessStartInfo($@"\\?\unix/bin/{command[0]}", [.. command[1..], Path.GetFileName(at)]) { WorkingDirectory = Path.GetDirectoryName(at) })?.Dispose();
}
