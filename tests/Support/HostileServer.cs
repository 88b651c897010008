using System;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Tests.Support;

/// <summary>
/// A server that answers every request as a test wants, with bytes of its own choice, for as long
/// as the client listens; while <see cref="IsHostile"/> is
/// false it hands what it hears to a good one. One answer a connection.
/// </summary>
sealed class HostileServer : IAsyncDisposable
{
    readonly Func<string, Stream, CancellationToken, Task> answer;
    readonly int good;
    readonly Acceptor acceptor;
    int requests;
    volatile bool isHostile = true;

    /// <param name="answer">Is given the head of the request; what it writes is the answer. It may
    /// throw what writing throws.</param>
    /// <param name="good">The port of the good server; 0 for none.</param>
    public HostileServer(Func<string, Stream, CancellationToken, Task> answer, int good = 0)
    {
        (this.answer, this.good) = (answer, good);
        acceptor = new(Serve);
    }

    /// <summary>The same answer to everything.</summary>
    public HostileServer(string answer, int good = 0) : this((_, stream, stop) => stream.WriteAsync(Encoding.Latin1.GetBytes(answer), stop).AsTask(), good)
    {
    }

    public string Url => $"http://{acceptor.Address}";

    public int Port => acceptor.Address.Port;

    public bool IsHostile { get => isHostile; set => isHostile = value; }

    /// <summary>How many requests, or connections without one, it has met.</summary>
    public int Requests => Volatile.Read(ref requests);

    public ValueTask DisposeAsync() => acceptor.DisposeAsync();

    async Task Serve(TcpClient client, CancellationToken stop)
    {
        using (client)
        {
            try
            {
                if (IsHostile)
                {
                    Interlocked.Increment(ref requests);
                    var stream = client.GetStream();
                    var head = await ReadAsync(stream, stop);
                    await answer(head, stream, stop);
                    client.Client.Shutdown(SocketShutdown.Send);
                    // Not before the client has it: closing with unread bytes would reset the
                    // connection.
                    await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, stop);
                    return;
                }
                using var server = new TcpClient();
                await server.ConnectAsync(IPAddress.Loopback, good, stop);
                await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream(), stop), server.GetStream().CopyToAsync(client.GetStream(), stop));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // The client has heard enough.
            }
        }
    }

    /// <summary>Reads a request to its end; its head.</summary>
    static async Task<string> ReadAsync(NetworkStream stream, CancellationToken stop)
    {
        var buffer = new byte[128 * 1024];
        var (held, end) = (0, -1);
        while (end < 0 && held < buffer.Length && await stream.ReadAsync(buffer.AsMemory(held), stop) is > 0 and var read)
        {
            held += read;
            end = buffer.AsSpan(0, held).IndexOf("\r\n\r\n"u8);
        }
        var head = Encoding.Latin1.GetString(buffer, 0, Math.Max(end, 0));
        if (head.Contains("Expect: 100-continue", StringComparison.OrdinalIgnoreCase))
            await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), stop);
        const string length = "Content-Length: ";
        var at = head.IndexOf(length, StringComparison.OrdinalIgnoreCase);
        var left = at < 0 ? 0 : long.Parse(head.AsSpan(at + length.Length, head.IndexOf('\r', at) is > 0 and var line ? line - at - length.Length : head.Length - at - length.Length), CultureInfo.InvariantCulture) - (held - end - 4);
        while (left > 0 && await stream.ReadAsync(buffer, stop) is > 0 and var more)
            left -= more;
        return head;
    }
}
