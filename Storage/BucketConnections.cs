using System;
using System.Net;
using System.Net.Http;
using System.Threading;
using Amazon.Runtime;

namespace S3Sync.Storage;

/// <summary>The kept connections to the endpoint: one pool for the SDK's requests and for ours. Any thread.</summary>
sealed class BucketConnections(int most) : HttpClientFactory, IDisposable
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
    };

    // Each request has a limit of its own, by its length.
    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(Pool, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => true;

    public void Dispose() => Pool.Dispose();
}
