using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Threading.Tasks;
using Amazon.Runtime;
using S3Sync.Storage;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>What each answer of S3 means, and what each exception of the SDK becomes.</summary>
public sealed class BucketFaultsTests
{
    [Theory]
    [InlineData("PreconditionFailed", 412, "Exists")]
    [InlineData("", 412, "Exists")]
    [InlineData("ConditionalRequestConflict", 409, "Race")]
    [InlineData("NotImplemented", 501, "NoConditions")]
    [InlineData("NoSuchBucket", 404, "NoBucket")]
    [InlineData("PermanentRedirect", 301, "NoBucket")]
    [InlineData("AuthorizationHeaderMalformed", 400, "NoBucket")]
    [InlineData("RequestTimeTooSkewed", 403, "Clock")]
    [InlineData("ExpiredToken", 400, "Credentials")]
    [InlineData("InvalidAccessKeyId", 403, "Credentials")]
    [InlineData("SignatureDoesNotMatch", 403, "Credentials")]
    [InlineData("AccessDenied", 403, "Refused")]
    [InlineData("", 403, "Refused")]
    [InlineData("BadDigest", 400, "Corrupted")]
    [InlineData("XAmzContentSHA256Mismatch", 400, "Corrupted")]
    [InlineData("RequestTimeout", 400, "Corrupted")]
    [InlineData("SlowDown", 503, "Overloaded")]
    [InlineData("InternalError", 500, "Overloaded")]
    [InlineData("InternalError", 200, "Overloaded")]
    [InlineData("", 429, "Overloaded")]
    [InlineData("", 502, "Overloaded")]
    [InlineData("NoSuchKey", 404, "NotThere")]
    [InlineData("NoSuchUpload", 404, "NotThere")]
    [InlineData("", 404, "NotThere")]
    [InlineData("KeyTooLongError", 400, "Rejected")]
    [InlineData("SomethingNew", 418, "Rejected")]
    [InlineData("", 0, "Unreachable")]
    public void AnAnswerMeans(string code, int status, string expected) =>
        Assert.Equal(Enum.Parse<Fault>(expected), BucketFaults.Of(code, (HttpStatusCode)status));

    [Fact]
    public void OnlyWhatEveryFileWouldMeetIsTheEndpoints()
    {
        foreach (var fault in Enum.GetValues<Fault>())
        {
            var expected = fault is Fault.Unreachable or Fault.Overloaded or Fault.Credentials or Fault.Clock or Fault.NoBucket;
            Assert.Equal(expected, new Reply(fault).IsEndpoint);
        }
    }

    [Fact]
    public void ExceptionsBecomeRepliesByTheirKind()
    {
        Assert.Equal(Fault.Abandoned, BucketFaults.Of(new TaskCanceledException(), abandoned: true).Fault);
        Assert.Equal(Fault.Unreachable, BucketFaults.Of(new TaskCanceledException(), abandoned: false).Fault);
        Assert.Equal(Fault.Unreachable, BucketFaults.Of(new HttpRequestException("no", new IOException("reset by peer")), false).Fault);
        Assert.Equal("reset by peer", BucketFaults.Of(new HttpRequestException("no", new IOException("reset by peer")), false).Detail);
        Assert.Equal(Fault.Credentials, BucketFaults.Of(new AmazonClientException("no credentials"), false).Fault);
        // An unknown one concerns one file: it must not stop the rest.
        Assert.Equal(Fault.Rejected, BucketFaults.Of(new NotSupportedException("?"), false).Fault);
    }
}
