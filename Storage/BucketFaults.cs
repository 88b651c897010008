using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;
using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>Turns what AWSSDK throws into a <see cref="Reply"/>, by error code and status, never by message text. The codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html</summary>
static class BucketFaults
{
    // S3's have 16 letters, other servers' up to 50.
    const int LongestNumber = 100;

    public static Reply Of(Exception exception, bool abandoned) => exception switch
    {
        _ when abandoned && exception is OperationCanceledException => new(Fault.Abandoned),
        _ when Limits.Of(exception) is { } limit => new(Fault.Exhausted, $"{limit.What}: {limit.Hint}"),
        AmazonServiceException { StatusCode: 0 } e => new(Of(e.ErrorCode, e.StatusCode), Innermost(e)),
        AmazonServiceException e => Of(e.ErrorCode, e.StatusCode, e.RequestId),
        OperationCanceledException or TimeoutException => new(Fault.Unreachable, "no answer in time"),
        HttpRequestException or IOException or SocketException => new(Fault.Unreachable, Innermost(exception)),
        // Thrown before anything is sent, when the credentials chain finds nothing or cannot refresh.
        AmazonClientException => new(Fault.Credentials, Innermost(exception)),
        _ => new(Fault.Rejected, $"{exception.GetType().Name}: {exception.Message}"),
    };

    /// <summary>What an answer means that is not what was asked for, with what the bucket's owner needs to find it in the server's log: code, status and request id.</summary>
    public static Reply Of(string? code, HttpStatusCode status, string? request)
    {
        var named = string.IsNullOrEmpty(code) ? "" : $" {code}";
        var number = Number(request);
        var asked = number is null ? "" : $", request {number}";
        // What a server says of itself may hold anything, line ends included.
        return new(Of(code, status), Shown.Name($"S3 answered {(int)status}{named}") + asked) { Request = number };
    }

    /// <summary>A request's number as it may be shown and kept; null where there is none.</summary>
    public static string? Number(string? request) =>
        string.IsNullOrEmpty(request) ? null : Shown.Name(request.Length > LongestNumber ? request[..LongestNumber] : request);

    /// <summary>What an S3 error means. <paramref name="code"/> is empty for answers without a body (HEAD).</summary>
    public static Fault Of(string? code, HttpStatusCode status) => (code, (int)status) switch
    {
        ("PreconditionFailed", _) or (_, 412) => Fault.Exists,
        ("ConditionalRequestConflict" or "OperationAborted", _) or (_, 409) => Fault.Race,
        ("NotImplemented", _) or (_, 501) => Fault.NoConditions,
        ("NoSuchBucket" or "PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" or "TemporaryRedirect", _) or (_, 301 or 302 or 307 or 308) => Fault.NoBucket,
        ("RequestTimeTooSkewed", _) => Fault.Clock,
        ("ExpiredToken" or "InvalidToken" or "TokenRefreshRequired" or "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "NotSignedUp" or "AccountProblem", _) or (_, 401) => Fault.Credentials,
        ("BadDigest" or "InvalidDigest" or "XAmzContentSHA256Mismatch" or "IncompleteBody" or "RequestTimeout" or "InvalidPart", _) => Fault.Corrupted,
        ("SlowDown" or "ServiceUnavailable" or "Throttling" or "ThrottlingException" or "RequestLimitExceeded" or "BandwidthLimitExceeded" or "InternalError" or "ServerBusy", _) => Fault.Overloaded,
        (_, 408 or 429 or >= 500) => Fault.Overloaded,
        (_, 404) => Fault.NotThere,
        (_, 403) => Fault.Refused,
        // 407 is a proxy's.
        (_, 0 or 407) => Fault.Unreachable,
        _ => Fault.Rejected,
    };

    static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            // The one around it says which host it was.
            if (inner is SocketException && exception is HttpRequestException)
            {
                break;
            }
            exception = inner;
        }
        return exception.Message;
    }
}
