using System.Threading.Tasks;
using S3Sync.Tests.Support;

namespace S3Sync.Tests.Conformance;

/// <summary>The suite on Ceph's RADOS gateway, version 16.2.15. What is overridden here is where it differs from S3.</summary>
public sealed class RadosGatewayConformance : S3Conformance
{
    private protected override string TooLongKey => "400 InvalidObjectName";

    private protected override bool HonoursConditionOnComplete => false;

    private protected override bool CompleteSaysETag => false;

    private protected override async Task<string> Open() => (await Needs.RadosGateway()).Url;
}
