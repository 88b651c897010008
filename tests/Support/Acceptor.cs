using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Tests.Support;

/// <summary>Listens on a port of 127.0.0.1 and has every connection served, side by side, until disposed.</summary>
sealed class Acceptor : IAsyncDisposable
{
    readonly TcpListener listener;
    readonly CancellationTokenSource stop = new();
    readonly Task accepting;

    /// <param name="serve">Serves one connection and throws nothing for what its client does; told to end by the token.</param>
    /// <param name="port">0 for any.</param>
    public Acceptor(Func<TcpClient, CancellationToken, Task> serve, int port = 0)
    {
        listener = new(IPAddress.Loopback, port);
        listener.Start();
        Address = (IPEndPoint)listener.LocalEndpoint;
        accepting = Accept(serve);
    }

    public IPEndPoint Address { get; }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        // Not before: whoever listens no more may not be asked for a connection.
        await accepting;
        listener.Stop();
        stop.Dispose();
    }

    async Task Accept(Func<TcpClient, CancellationToken, Task> serve)
    {
        List<Task> connections = [];
        try
        {
            while (true)
                connections.Add(serve(await listener.AcceptTcpClientAsync(stop.Token), stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
        }
        await Task.WhenAll(connections);
    }
}
