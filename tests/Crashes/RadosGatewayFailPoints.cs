using System.Threading.Tasks;
using S3Sync.Tests.Support;

namespace S3Sync.Tests.Crashes;

/// <summary>On Ceph's RADOS gateway.</summary>
public sealed class RadosGatewayFailPoints : FailPointTests
{
    private protected override async Task<string> Open() => (await Needs.RadosGateway()).Url;
}
