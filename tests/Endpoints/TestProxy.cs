using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.Faults;
using S3Sync.Tests.Support;

namespace S3Sync.Tests.Endpoints;

/// <summary>What a proxy was asked: a CONNECT for "host:port", or another method for a whole URL.</summary>
/// <param name="Name">With CONNECT the name that TLS asked for then; null without.</param>
sealed record Asked(string Method, string Target, string? Name);

/// <summary>
/// A forwarding proxy on 127.0.0.1 behind which, whatever name is asked for, one local S3 server stands: so nothing is resolved and nothing leaves
/// this machine. Behind CONNECT it speaks TLS itself, with a certificate for the very name that is asked for.
/// </summary>
sealed class TestProxy : IAsyncDisposable
{
    const int LongestHead = 64 * 1024;

    readonly ConcurrentDictionary<string, X509Certificate2> certificates = new(StringComparer.OrdinalIgnoreCase);
    readonly ConcurrentQueue<Asked> asked = new();
    readonly TestAuthority? authority;
    readonly int port;
    readonly Acceptor acceptor;

    /// <param name="port">Where the S3 server listens.</param>
    /// <param name="authority">Issues the certificates of all names; null where no TLS is spoken.</param>
    /// <param name="own">The proxy's own port; 0 for any.</param>
    public TestProxy(int port, TestAuthority? authority = null, int own = 0)
    {
        (this.port, this.authority) = (port, authority);
        acceptor = new(Serve, own);
    }

    public int Port => acceptor.Address.Port;

    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>"user:password" that every request must bring; null for none.</summary>
    public string? Login { get; set; }

    /// <summary>A status that everything is answered with; 0 for none.</summary>
    public int Refusal { get; set; }

    /// <summary>Which versions of TLS it speaks.</summary>
    public SslProtocols Tls { get; set; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>What it was asked so far, refused ones included.</summary>
    public IReadOnlyList<Asked> Asked => [.. asked];

    /// <summary>The hosts it was asked for by CONNECT.</summary>
    public string[] Hosts => [.. asked.Where(one => one.Method == "CONNECT" && one.Name is not null).Select(one => one.Target).Distinct().Order(StringComparer.Ordinal)];

    async Task Serve(TcpClient client, CancellationToken stop)
    {
        try
        {
            using (client)
            {
                var stream = client.GetStream();
                var head = await ReadHead(stream, stop);
                if (head is not [var line, .. var headers])
                    return;
                var words = line.Split(' ');
                if (StatusFor(headers) is var status and > 0)
                {
                    asked.Enqueue(new(words[0], words[1], null));
                    await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} No\r\nProxy-Authenticate: Basic realm=\"test\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), stop);
                    // The client may still be sending: a reset would take the answer from it.
                    client.Client.Shutdown(SocketShutdown.Send);
                    await stream.CopyToAsync(Stream.Null, stop);
                    return;
                }
                await (words[0] == "CONNECT" ? Tunnel(stream, words[1], stop) : Forward(stream, words, headers, stop));
            }
        }
        catch (Exception e) when (e is IOException or AuthenticationException or SocketException or OperationCanceledException)
        {
            // One side has gone, or does not trust the other.
        }
    }

    int StatusFor(string[] headers) =>
        Refusal > 0 ? Refusal
        : Login is { } login && !headers.Contains($"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(login))}") ? 407
        : 0;

    async Task Tunnel(NetworkStream stream, string target, CancellationToken stop)
    {
        await stream.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), stop);
        await using var secure = new SslStream(stream);
        await secure.AuthenticateAsServerAsync((_, hello, _, _) =>
        {
            asked.Enqueue(new("CONNECT", target, hello.ServerName));
            return ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificate = certificates.GetOrAdd(hello.ServerName, name => authority!.Issue(name)),
                EnabledSslProtocols = Tls,
            });
        }, null, stop);
        using var server = new TcpClient();
        await server.ConnectAsync(IPAddress.Loopback, port, stop);
        await Pump(secure, server.GetStream(), stop);
    }

    // One request a connection: then only one head has to be understood.
    async Task Forward(NetworkStream stream, string[] words, string[] headers, CancellationToken stop)
    {
        asked.Enqueue(new(words[0], words[1], null));
        using var server = new TcpClient();
        await server.ConnectAsync(IPAddress.Loopback, port, stop);
        var plain = server.GetStream();
        var kept = headers.Where(header => !header.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase) && !header.StartsWith("Connection:", StringComparison.OrdinalIgnoreCase));
        // As it was sent: Uri would tidy it, and it is signed.
        var path = words[1][words[1].IndexOf('/', "http://".Length)..];
        await plain.WriteAsync(Encoding.Latin1.GetBytes(string.Join("\r\n", [$"{words[0]} {path} HTTP/1.1", .. kept, "Connection: close", "", ""])), stop);
        await Pump(stream, plain, stop);
    }

    static Task Pump(Stream client, Stream server, CancellationToken stop) => Task.WhenAny(client.CopyToAsync(server, stop), server.CopyToAsync(client, stop));

    /// <summary>The lines of a head; what follows it stays unread. Empty where the client went away.</summary>
    static async Task<string[]> ReadHead(NetworkStream stream, CancellationToken stop)
    {
        var head = new byte[LongestHead];
        for (var length = 0; length < head.Length; length++)
        {
            if (await stream.ReadAsync(head.AsMemory(length, 1), stop) == 0)
                return [];
            if (head.AsSpan(0, length + 1).EndsWith("\r\n\r\n"u8))
                return Encoding.Latin1.GetString(head, 0, length - 3).Split("\r\n");
        }
        return [];
    }

    public async ValueTask DisposeAsync()
    {
        await acceptor.DisposeAsync();
        foreach (var certificate in certificates.Values)
            certificate.Dispose();
    }
}
