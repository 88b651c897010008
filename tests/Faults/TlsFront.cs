using System;
using System.Collections.Concurrent;
using System.IO;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.Support;

namespace S3Sync.Tests.Faults;

/// <summary>Speaks TLS on a port of 127.0.0.1 and hands what it hears to a server that does not.</summary>
sealed class TlsFront : IAsyncDisposable
{
    readonly X509Certificate2 certificate;
    readonly int port;
    readonly Acceptor acceptor;

    /// <param name="certificate">Its own, disposed with it.</param>
    /// <param name="port">Where the server behind it listens.</param>
    public TlsFront(X509Certificate2 certificate, int port)
    {
        (this.certificate, this.port) = (certificate, port);
        acceptor = new(Serve);
    }

    /// <summary>Which versions of TLS it speaks; None: those of the system.</summary>
    public SslProtocols Versions { get; init; }

    /// <summary>Which version each connection got, in their order.</summary>
    public ConcurrentQueue<SslProtocols> Spoken { get; } = new();

    public string Url => $"https://{acceptor.Address}";

    async Task Serve(TcpClient client, CancellationToken stop)
    {
        try
        {
            using (client)
            using (var server = new TcpClient())
            {
                await using var secure = new SslStream(client.GetStream());
                await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = Versions }, stop);
                Spoken.Enqueue(secure.SslProtocol);
                await server.ConnectAsync(IPAddress.Loopback, port, stop);
                var plain = server.GetStream();
                await Task.WhenAny(secure.CopyToAsync(plain, stop), plain.CopyToAsync(secure, stop));
            }
        }
        catch (Exception e) when (e is IOException or AuthenticationException or SocketException or OperationCanceledException)
        {
            // The client does not trust us, or has gone.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await acceptor.DisposeAsync();
        certificate.Dispose();
    }
}
