using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Tests.Faults;

/// <summary>Speaks TLS on a port of 127.0.0.1 and hands what it hears to a server that does not.</summary>
sealed class TlsFront : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource stop = new();
    readonly X509Certificate2 certificate;
    readonly int port;
    readonly Task accepting;

    /// <param name="certificate">Its own, disposed with it.</param>
    /// <param name="port">Where the server behind it listens.</param>
    public TlsFront(X509Certificate2 certificate, int port)
    {
        (this.certificate, this.port) = (certificate, port);
        listener.Start();
        accepting = Accept();
    }

    /// <summary>Which versions of TLS it speaks; None: those of the system.</summary>
    public SslProtocols Versions { get; init; }

    /// <summary>Which version each connection got, in their order.</summary>
    public ConcurrentQueue<SslProtocols> Spoken { get; } = new();

    public string Url => $"https://{listener.LocalEndpoint}";

    async Task Accept()
    {
        List<Task> connections = [];
        try
        {
            while (true)
                connections.Add(Serve(await listener.AcceptTcpClientAsync(stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
        }
        await Task.WhenAll(connections);
    }

    async Task Serve(TcpClient client)
    {
        try
        {
            using (client)
            using (var server = new TcpClient())
            {
                await using var secure = new SslStream(client.GetStream());
                await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = Versions }, stop.Token);
                Spoken.Enqueue(secure.SslProtocol);
                await server.ConnectAsync(IPAddress.Loopback, port, stop.Token);
                var plain = server.GetStream();
                await Task.WhenAny(secure.CopyToAsync(plain, stop.Token), plain.CopyToAsync(secure, stop.Token));
            }
        }
        catch (Exception e) when (e is IOException or AuthenticationException or SocketException or OperationCanceledException)
        {
            // The client does not trust us, or has gone.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        // Not before: whoever listens no more may not be asked for a connection.
        await accepting;
        listener.Stop();
        certificate.Dispose();
        stop.Dispose();
    }
}
