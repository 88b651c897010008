using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.S3;
using S3Sync.Storage;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>What errors of S3 and of the way to it mean.</summary>
public sealed class BucketFaultsTests
{
    [Theory]
    [InlineData("PreconditionFailed", 412, Fault.Exists)]
    [InlineData("", 412, Fault.Exists)]
    [InlineData("ConditionalRequestConflict", 409, Fault.Race)]
    [InlineData("OperationAborted", 409, Fault.Race)]
    [InlineData("", 409, Fault.Race)]
    [InlineData("NotImplemented", 501, Fault.NoConditions)]
    [InlineData("", 501, Fault.NoConditions)]
    [InlineData("NoSuchKey", 404, Fault.NotThere)]
    [InlineData("NoSuchUpload", 404, Fault.NotThere)]
    [InlineData("NotFound", 404, Fault.NotThere)]
    [InlineData("", 404, Fault.NotThere)]
    [InlineData("NoSuchBucket", 404, Fault.NoBucket)]
    [InlineData("PermanentRedirect", 301, Fault.Redirected)]
    [InlineData("TemporaryRedirect", 307, Fault.Redirected)]
    [InlineData("", 301, Fault.Redirected)]
    [InlineData(null, 303, Fault.Redirected)]
    [InlineData("", 307, Fault.Redirected)]
    [InlineData("", 302, Fault.Redirected)]
    [InlineData("", 308, Fault.Redirected)]
    [InlineData("AuthorizationHeaderMalformed", 400, Fault.NoBucket)]
    [InlineData("IllegalLocationConstraintException", 400, Fault.NoBucket)]
    [InlineData("AccessDenied", 403, Fault.Refused)]
    [InlineData("AllAccessDisabled", 403, Fault.NoBucket)]
    [InlineData("", 403, Fault.Refused)]
    [InlineData("RequestTimeTooSkewed", 403, Fault.Clock)]
    [InlineData("ExpiredToken", 400, Fault.Credentials)]
    [InlineData("InvalidToken", 400, Fault.Credentials)]
    [InlineData("TokenRefreshRequired", 400, Fault.Credentials)]
    [InlineData("InvalidAccessKeyId", 403, Fault.Credentials)]
    [InlineData("SignatureDoesNotMatch", 403, Fault.Credentials)]
    [InlineData("NotSignedUp", 403, Fault.Credentials)]
    [InlineData("AccountProblem", 403, Fault.Credentials)]
    [InlineData("", 401, Fault.Credentials)]
    [InlineData("BadDigest", 400, Fault.Corrupted)]
    [InlineData("InvalidDigest", 400, Fault.Corrupted)]
    [InlineData("XAmzContentSHA256Mismatch", 400, Fault.Corrupted)]
    [InlineData("IncompleteBody", 400, Fault.Corrupted)]
    [InlineData("RequestTimeout", 400, Fault.Corrupted)]
    [InlineData("InvalidPart", 400, Fault.Corrupted)]
    [InlineData("SlowDown", 503, Fault.Overloaded)]
    [InlineData("ServiceUnavailable", 503, Fault.Overloaded)]
    [InlineData("InternalError", 500, Fault.Overloaded)]
    // Multipart completion answers 200 and then an error in the body.
    [InlineData("InternalError", 200, Fault.Overloaded)]
    [InlineData("XMinioServerNotInitialized", 503, Fault.Overloaded)]
    [InlineData("", 408, Fault.Overloaded)]
    [InlineData("", 429, Fault.Overloaded)]
    [InlineData("", 500, Fault.Overloaded)]
    [InlineData("", 502, Fault.Overloaded)]
    [InlineData(null, 504, Fault.Overloaded)]
    [InlineData("", 0, Fault.Unreachable)]
    [InlineData("", 101, Fault.Unreachable)]
    [InlineData("EntityTooLarge", 400, Fault.TooLarge)]
    [InlineData("KeyTooLongError", 400, Fault.Rejected)]
    [InlineData("InvalidBucketName", 400, Fault.NoBucket)]
    [InlineData("", 400, Fault.Rejected)]
    [InlineData(null, 405, Fault.NotS3)]
    [InlineData("MethodNotAllowed", 405, Fault.Rejected)]
    internal void AnErrorMeansWhatItsCodeAndStatusSay(string? code, int status, Fault expected)
    {
        Assert.Equal(expected, BucketFaults.Of(code, (HttpStatusCode)status));
        var thrown = BucketFaults.Of(new AmazonS3Exception("a message nobody reads", ErrorType.Unknown, code, "REQ", (HttpStatusCode)status), abandoned: false);
        Assert.Equal(expected, thrown.Fault);
    }

    [Fact]
    public void TheDetailHasWhatTheOwnerOfTheBucketNeedsToFindIt()
    {
        Assert.Equal("S3 answered 503 SlowDown, request REQ", Thrown("SlowDown", "REQ", 503).Detail);
        Assert.Equal("S3 answered 403", Thrown("", "", 403).Detail);
        Assert.Equal("S3 answered 403", Thrown(null, null, 403).Detail);
        static Reply Thrown(string? code, string? request, int status) =>
            BucketFaults.Of(new AmazonS3Exception("no", ErrorType.Unknown, code, request, (HttpStatusCode)status), abandoned: false);
    }

    [Fact]
    public void WithoutAnAnswerTheEndpointIsUnreachable()
    {
        foreach (var exception in (Exception[])[new HttpRequestException("no route"), new IOException("reset"), new SocketException(111), new TimeoutException(), new TaskCanceledException()])
            Assert.Equal(Fault.Unreachable, BucketFaults.Of(exception, abandoned: false).Fault);
        var wrapped = new AmazonS3Exception("outer", new HttpRequestException("middle", new IOException("the innermost says why")));
        Assert.Equal(new Reply(Fault.Unreachable, "host: the connection broke off"), BucketFaults.Of(wrapped, abandoned: false, "host"));
    }

    /// <summary>Through our own requests and through the SDK's.</summary>
    [Fact]
    public async Task WhereNobodyListensTheHostIsNamed()
    {
        using var bucket = Support.PipelineStand.OpenBucket(new BucketOptions(new("http://127.0.0.1:9"), false, "us-east-1", ChecksumKind.Md5, 1));
        foreach (var reply in (Reply[])[await bucket.HeadAsync("bucket", "key", TestContext.Current.CancellationToken), await bucket.CreateUploadAsync("bucket", "key", TestContext.Current.CancellationToken)])
        {
            Assert.Equal(Fault.Unreachable, reply.Fault);
            Assert.Contains("127.0.0.1:9", reply.Detail);
        }
    }

    [Fact]
    public void WhatWeGaveUpOurselvesIsNoFaultOfTheEndpoint()
    {
        Assert.Equal(Fault.Abandoned, BucketFaults.Of(new TaskCanceledException(), abandoned: true).Fault);
        // It failed before it noticed.
        Assert.Equal(Fault.Unreachable, BucketFaults.Of(new IOException("reset"), abandoned: true).Fault);
    }

    /// <summary>One answer, or the lack of memory for it, ends no run: each is a reply.</summary>
    [Fact]
    public void WhatNeedsMoreMemoryThanThereIsIsNoFilesFault()
    {
        foreach (var exception in (Exception[])[new OutOfMemoryException(), new InsufficientMemoryException()])
            Assert.Equal(Fault.Exhausted, BucketFaults.Of(exception, abandoned: false).Fault);
    }

    [Fact]
    public void ASuccessThatCannotBeReadIsTheAnswersFaultAndNotTheFiles()
    {
        foreach (var exception in (Exception[])[new AmazonUnmarshallingException("1", "a/b", new System.Xml.XmlException("odd")), new FormatException("odd"), new BadAnswerException("odd")])
            Assert.Equal(Fault.Unreachable, BucketFaults.Of(exception, abandoned: false).Fault);
    }

    /// <summary>
    /// Every reply is shown somewhere and kept in the ledger: it is cut and escaped where it is
    /// made.
    /// </summary>
    [Fact]
    public void WhateverIsSaidOfAnAnswerIsShortAndEscaped()
    {
        var said = new Reply(Fault.Unreachable, new string('x', 5000) + "\u001b").Detail!;
        Assert.Equal(S3Sync.Sync.Shown.LongestText, said.Length);
        Assert.EndsWith("...", said, StringComparison.Ordinal);
        Assert.Equal(@"a\u001B[31m\u000Ab\u202E", new Reply(Fault.Unreachable, "a\u001b[31m\nb\u202e").Detail);
        Assert.InRange(new Reply(Fault.Unreachable, new string('\u001b', 5000)).Detail!.Length, 1, S3Sync.Sync.Shown.LongestText);
        // The number that finds it in the server's log is not pushed out.
        var coded = BucketFaults.Of(new string('c', 9_000_000), HttpStatusCode.InternalServerError, "R1");
        Assert.EndsWith("..., request R1", coded.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutCredentialsItIsTheCredentials() =>
        Assert.Equal(new Reply(Fault.Credentials, "no request could be made (FileNotFoundException)"), BucketFaults.Of(new AmazonClientException("none", new FileNotFoundException("no file")), abandoned: false));

    [Fact]
    public void WhatNobodyForesawConcernsTheFileAndIsNamed() =>
        Assert.Equal(new Reply(Fault.Rejected, "no request could be made of it (ArgumentException)"), BucketFaults.Of(new ArgumentException("odd"), abandoned: false));

    [Theory]
    [InlineData(Fault.None, Blame.None)]
    [InlineData(Fault.Abandoned, Blame.None)]
    [InlineData(Fault.Exists, Blame.File)]
    [InlineData(Fault.Race, Blame.File)]
    [InlineData(Fault.NoConditions, Blame.File)]
    [InlineData(Fault.NotThere, Blame.File)]
    [InlineData(Fault.Refused, Blame.File)]
    [InlineData(Fault.Rejected, Blame.File)]
    [InlineData(Fault.Corrupted, Blame.File)]
    [InlineData(Fault.TooLarge, Blame.File)]
    [InlineData(Fault.Unsupported, Blame.File)]
    [InlineData(Fault.NoBucket, Blame.Bucket)]
    [InlineData(Fault.Full, Blame.Bucket)]
    [InlineData(Fault.Credentials, Blame.Account)]
    [InlineData(Fault.Clock, Blame.Account)]
    [InlineData(Fault.Unreachable, Blame.Endpoint)]
    [InlineData(Fault.Overloaded, Blame.Endpoint)]
    [InlineData(Fault.Redirected, Blame.Endpoint)]
    [InlineData(Fault.NotS3, Blame.NotS3)]
    [InlineData(Fault.Exhausted, Blame.Here)]
    internal void AFaultIsTheFilesOrOfMoreThanThat(Fault fault, Blame blame)
    {
        var reply = new Reply(fault);
        Assert.Equal((blame, blame >= Blame.Bucket, fault == Fault.None), (reply.Blame, reply.IsEndpoint, reply.Ok));
    }
}
