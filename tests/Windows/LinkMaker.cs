using System;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;

namespace S3Sync.Tests.Windows;

/// <summary>
/// Makes and takes away symbolic links for tests in Wine, which can do neither: whoever connects sends the path of a link and, to have it made,
/// its target, each in a line and as this system knows them, and reads a line when it is done. Disposing it ends it.
/// </summary>
sealed class LinkMaker : IAsyncDisposable
{
    /// <summary>The environment variable that tells the tests its port.</summary>
    public const string Variable = "S3SYNC_TESTS_LINK_MAKER";

    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly Task serving;

    public LinkMaker()
    {
        listener.Start();
        serving = ServeAsync();
    }

    public string Port => ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await serving;
    }

    async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                using var reader = new StreamReader(client.GetStream());
                await using var writer = new StreamWriter(client.GetStream());
                await writer.WriteLineAsync(Serve(await reader.ReadLineAsync() ?? "", await reader.ReadLineAsync() ?? ""));
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            // Stopped, while it waited or before it did.
        }
    }

    static string Serve(string at, string target)
    {
        try
        {
            if (target.Length > 0) File.CreateSymbolicLink(at, target);
            else File.Delete(at);
            return "done";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return error.Message;
        }
    }
}
