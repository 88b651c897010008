using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace S3Sync.Tests.Support.S3;

/// <summary>
/// An S3 server in this process, on 127.0.0.1, for tests, the demo and trying by hand. It verifies what S3 verifies and forgets everything when disposed.
/// All members may be used from any thread while it serves.
/// </summary>
sealed class S3Server : IAsyncDisposable
{
    readonly S3ServerOptions options;
    readonly Buckets buckets;
    readonly S3Application application;
    KestrelServer? kestrel;

    S3Server(S3ServerOptions options)
    {
        this.options = options;
        buckets = new(options);
        application = new(options, buckets);
    }

    /// <summary>For AWS_ENDPOINT_URL or ServiceURL; path style, or "bucket.localhost" as host.</summary>
    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>The port, the same after <see cref="Restart"/>.</summary>
    public int Port { get; private set; }

    /// <summary>What the server behaves like; may be changed at any time.</summary>
    public Profile Profile
    {
        get => application.Profile;
        set => application.Profile = value;
    }

    /// <summary>What goes wrong.</summary>
    public Faults Faults => application.Faults;

    /// <summary>The highest number of requests there ever were at once.</summary>
    public int MostAtOnce => application.MostAtOnce;

    /// <summary>Multipart uploads begun and neither completed nor aborted.</summary>
    public int OpenUploads => buckets.OpenUploads;

    /// <summary>Raised for each request as it arrives, before anything is done for it, on its own thread.</summary>
    public event Action<S3Request>? Arrived
    {
        add => application.Arrived += value;
        remove => application.Arrived -= value;
    }

    /// <summary>Starts a server with those buckets in it.</summary>
    public static async Task<S3Server> Start(S3ServerOptions? options = null, params IEnumerable<string> buckets)
    {
        var server = new S3Server(options ?? new()) { Port = options?.Port ?? 0 };
        foreach (var bucket in buckets)
            server.CreateBucket(bucket);
        await server.Restart();
        return server;
    }

    /// <summary>Listens again after <see cref="Stop"/>, on the same port, with everything that was stored.</summary>
    public async Task Restart()
    {
        var settings = new KestrelServerOptions { AddServerHeader = false };
        // Bodies are as large as S3 allows, and tests make both sides as slow as they like.
        settings.Limits.MaxRequestBodySize = null;
        settings.Limits.MinRequestBodyDataRate = null;
        settings.Limits.MinResponseDataRate = null;
        settings.Listen(IPAddress.Loopback, Port, static listen => listen.Protocols = HttpProtocols.Http1);
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        kestrel = new(Options.Create(settings), transport, NullLoggerFactory.Instance);
        await kestrel.StartAsync(application, CancellationToken.None);
        Port = new Uri(kestrel.Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
    }

    /// <summary>Drops every connection and refuses new ones, until <see cref="Restart"/>.</summary>
    public async Task Stop()
    {
        if (Interlocked.Exchange(ref kestrel, null) is not { } running)
            return;
        // An expired token means: do not wait for requests under way, some of which a test may have stalled.
        await running.StopAsync(new(canceled: true));
        running.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        buckets.Drop();
    }

    /// <summary>Makes a bucket unless it is there.</summary>
    public void CreateBucket(string name) => buckets.Ensure(name);

    /// <summary>Switches versioning on, or suspends it.</summary>
    public void SetVersioning(string bucket, bool enabled) => buckets.Find(bucket).Versioning = enabled ? "Enabled" : "Suspended";

    /// <summary>Gives a bucket these rules: the XML of PutBucketLifecycleConfiguration.</summary>
    public void SetLifecycle(string bucket, string? xml) => buckets.Find(bucket).Lifecycle = xml;

    /// <summary>What is in a bucket now, by key. A copy.</summary>
    public Dictionary<string, StoredObject> Objects(string bucket) => buckets.Find(bucket).Objects();

    /// <summary>Done when there is an object under the key, now or later.</summary>
    public Task<StoredObject> WaitForObject(string bucket, string key) => buckets.Find(bucket).Wait(key);

    /// <summary>How many requests of that operation arrived so far, refused ones included.</summary>
    public int Count(S3Operation operation) => application.Count(operation);
}
