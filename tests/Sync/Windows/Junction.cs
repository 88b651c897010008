using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Threading;
using S3Sync.Tests.Windows;
using Xunit;

namespace S3Sync.Tests.Sync.Windows;

/// <summary>
/// A link in the place of a directory: a junction, which anybody may make; under Wine, which has none, a symbolic link of the system below,
/// which Wine follows as Windows follows a junction, and says so where it is asked what an open file is called. Disposing it takes it away.
/// </summary>
[SupportedOSPlatform("windows")]
sealed partial class Junction : IDisposable
{
    readonly string at;

    Junction(string at) => this.at = at;

    /// <param name="at">Where there is nothing yet.</param>
    /// <param name="target">A directory.</param>
    public static Junction Make(string at, string target)
    {
        if (WindowsFactDiscoverer.OnWine)
            Below(at, Path.GetRelativePath(Path.GetDirectoryName(at)!, target).Replace('\\', '/'));
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
        Below(at, target: "");
        Assert.True(SpinWait.SpinUntil(() => !Directory.Exists(at), TimeSpan.FromSeconds(30)), $"{at} is still there");
    }

    /// <summary>
    /// Has a link made, or taken away (no target), below Wine. Not by a program of the system below that is started here: Wine's CreateProcess has
    /// no handles of such a one to give, and closes whatever handle lies on its stack in their place, which may be one of ours.
    /// </summary>
    static void Below(string at, string target)
    {
        var port = Environment.GetEnvironmentVariable(LinkMaker.Variable);
        Assert.True(port is not null, $"in Wine links are made by whoever runs these tests there: WindowsCodeTests, which tells its port in {LinkMaker.Variable}");
        using var client = new TcpClient("127.0.0.1", int.Parse(port, CultureInfo.InvariantCulture));
        using var writer = new StreamWriter(client.GetStream()) { AutoFlush = true };
        using var reader = new StreamReader(client.GetStream());
        writer.Write($"{UnixPath(at)}\n{target}\n");
        Assert.Equal("done", reader.ReadLine());
    }

    static unsafe string UnixPath(string path)
    {
        fixed (char* characters = path)
        {
            // Its memory is left to Wine: a few bytes, some dozen times.
            return Marshal.PtrToStringUTF8(WineGetUnixFileName(characters))!;
        }
    }

    [LibraryImport("kernel32.dll", EntryPoint = "wine_get_unix_file_name")]
    private static unsafe partial nint WineGetUnixFileName(char* path);
}
