using System.Threading.Tasks;
using S3Sync.Tests.Support.S3;

namespace S3Sync.Tests.Conformance;

/// <summary>The suite on the tests' own server, which is to be as S3's documentation says: nothing is overridden.</summary>
public sealed class LocalServerConformance : S3Conformance
{
    S3Server? server;

    private protected override async Task<string> Open()
    {
        server = await S3Server.Start();
        return server.Url;
    }

    private protected override ValueTask Close() => server?.DisposeAsync() ?? default;
}
