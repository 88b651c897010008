using System;
using System.Threading.Tasks;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Crashes;

/// <summary>On the tests' own server.</summary>
public sealed class LocalServerFailPoints : FailPointTests, IAsyncLifetime
{
    S3Server? server;

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected override async Task<string> Open() => (server ??= await S3Server.Start()).Url;
}
