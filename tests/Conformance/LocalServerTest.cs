using System.Threading.Tasks;
using S3Sync.Tests.Support.S3;

namespace S3Sync.Tests.Conformance;

/// <summary>A test of what only the tests' own server does: S3's additional checksums, and going wrong on demand.</summary>
public abstract class LocalServerTest : S3Test
{
    private protected S3Server Server { get; private set; } = null!;

    private protected virtual S3ServerOptions Options => new();

    private protected override async Task<string> Open()
    {
        Server = await S3Server.Start(Options);
        return Server.Url;
    }

    private protected override ValueTask Close() => Server?.DisposeAsync() ?? default;
}
