using System;
using System.Net;
using System.Net.Http;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using Amazon.Runtime;

namespace S3Sync.Storage;

/// <summary>The kept connections to the endpoint: one pool for the SDK's requests and for ours. Any thread.</summary>
/// <param name="most">How many at most.</param>
/// <param name="authorities">The only ones to trust; null for those of the system.</param>
sealed class BucketConnections(int most, X509Certificate2Collection? authorities) : HttpClientFactory, IDisposable
{
    public SocketsHttpHandler Pool { get; } = new()
    {
        MaxConnectionsPerServer = most,
        // S3 closes idle connections after about 20 s; a connection it has closed costs an attempt.
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
        ConnectTimeout = TimeSpan.FromSeconds(10),
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        SslOptions = { CertificateChainPolicy = authorities is null ? null : OnlyTrusting(authorities) },
    };

    /// <summary>Counts every request, the SDK's and ours.</summary>
    public BucketRequests Requests { get; } = new();

    // Each request has a limit of its own, by its length.
    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new BucketSender(Pool, Requests), disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => true;

    public void Dispose() => Pool.Dispose();

    /// <summary>Names are compared as always; revocation is not asked for, as private authorities seldom publish any.</summary>
    static X509ChainPolicy OnlyTrusting(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
