using System.Threading.Tasks;
using S3Sync.Tests.Support;

namespace S3Sync.Tests.EndToEnd;

/// <summary>On Ceph's RADOS gateway.</summary>
public sealed class RadosGatewayEndToEnd : EndToEndTests
{
    private protected override async Task<string> Open() => (await Needs.RadosGateway()).Url;
}
