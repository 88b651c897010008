using System;
using System.Threading.Tasks;
using S3Sync.Tests.Support;
using Xunit;

[assembly: AssemblyFixture(typeof(SharedServers))]

namespace S3Sync.Tests.Support;

/// <summary>Ends with the run what tests started for all of them.</summary>
public sealed class SharedServers : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await RadosGateway.StopShared();
}
