using System.Threading.Tasks;
using S3Sync.Tests.Support;

namespace S3Sync.Tests.Conformance;

/// <summary>The suite on Ceph's RADOS gateway, version 16.2.15. What is overridden here is where it differs from S3.</summary>
public sealed class RadosGatewayConformance : S3Conformance
{
    private protected override string TooLongKey => "400 InvalidObjectName";

    private protected override bool HonoursConditionOnComplete => false;

    private protected override bool CompleteSaysETag => false;

    /// <summary>Any number is taken.</summary>
    private protected override string PartNumberOutOfRange => "200";

    /// <summary>Taken, and put in order.</summary>
    private protected override string PartsOutOfOrder => "200";

    /// <summary>Mostly the latter: it looks for where the parts were.</summary>
    private protected override string[] AfterAbort => ["404 NoSuchUpload", "500 InternalError"];

    private protected override string AnotherRegion => "200";

    /// <summary>Neither verified, nor kept, nor echoed.</summary>
    private protected override bool KnowsChecksums => false;

    private protected override string Trailer => "400 ";

    private protected override bool HeadKnowsParts => false;

    private protected override string Md5ThatIsNoBase64 => "403 AccessDenied";

    private protected override async Task<string> Open() => (await Needs.RadosGateway()).Url;
}
