using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;

namespace S3Sync.Storage;

/// <summary>The kept connections to the endpoint: one pool for the SDK's requests and for ours. Any thread.</summary>
sealed class BucketConnections : HttpClientFactory, IDisposable
{
    readonly SocketsHttpHandler sockets;

    /// <param name="options">How many, through which proxy, with which TLS.</param>
    /// <param name="authorities">The only ones to trust; null for those of the system.</param>
    public BucketConnections(in BucketOptions options, X509Certificate2Collection? authorities)
    {
        var (useProxy, proxy) = EndpointProxy.Of(options.Proxy ?? ProxyChoice.System);
        sockets = new()
        {
            MaxConnectionsPerServer = options.Connections,
            // S3 closes idle connections after about 20 s; a connection it has closed costs an attempt.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
            ConnectTimeout = options.ConnectTimeout,
            PlaintextStreamFilter = (context, _) => ValueTask.FromResult<Stream>(new GatheringStream(context.PlaintextStream)),
            AllowAutoRedirect = false,
            MaxResponseHeadersLength = AnswerLimits.HeadersKib,
            // What is left of an answer that nobody reads to its end: a longer one costs its
            // connection.
            MaxResponseDrainSize = AnswerLimits.Short,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseProxy = useProxy,
            Proxy = proxy,
            SslOptions =
            {
                EnabledSslProtocols = Tls(options.OnlyTls13),
                CertificateChainPolicy = authorities is null ? null : OnlyTrusting(authorities),
                RemoteCertificateValidationCallback = CertificateException.Check,
            },
        };
        Pool = proxy is null ? sockets : new BehindProxy(sockets, proxy);
        Proxy = proxy;
        AllowHttp = options.AllowHttp;
    }

    /// <summary>Where every request goes, the SDK's and ours.</summary>
    public HttpMessageHandler Pool { get; }

    /// <summary>Null where there is none, or where Windows chooses it.</summary>
    public EndpointProxy? Proxy { get; }

    /// <summary>True if keys and files may travel unencrypted.</summary>
    public bool AllowHttp { get; }

    /// <summary>True where nobody names a region: the client's is a guess.</summary>
    public bool RegionIsGuess { get; init; }

    /// <summary>
    /// True where the system speaks TLS 1.3: Windows since Server 2022 and 11. There one that is named and not known would fail every connection.
    /// https://learn.microsoft.com/windows/win32/secauthn/protocols-in-tls-ssl--schannel-ssp-
    /// </summary>
    public static bool HasTls13 => !OperatingSystem.IsWindows() || OperatingSystem.IsWindowsVersionAtLeast(10, 0, 20348);

    /// <summary>Counts every request, the SDK's and ours.</summary>
    public BucketRequests Requests { get; } = new();

    // Each request has a limit of its own, by its length.
    public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
        new(new BucketSender(Pool, this), disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => true;

    public void Dispose() => Pool.Dispose();

    /// <summary>Never an older one, whatever the system would still speak.</summary>
    static SslProtocols Tls(bool only13) => only13 ? SslProtocols.Tls13 : HasTls13 ? SslProtocols.Tls12 | SslProtocols.Tls13 : SslProtocols.Tls12;

    /// <summary>Names are compared as always; revocation is not asked for, as private authorities seldom publish any.</summary>
    static X509ChainPolicy OnlyTrusting(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
