using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text.Json;
using System.Xml;
using Amazon.Runtime;
using Amazon.S3;
using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>Turns what AWSSDK throws into a <see cref="Reply"/>, by error code and status, never by message text. The codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html</summary>
static class BucketFaults
{
    // S3's have 16 letters, other servers' up to 50.
    const int LongestNumber = 100;
    // So that the hint behind them is not cut off.
    const int LongestAnswer = 70, LongestLocation = 100;

    public static Reply Of(Exception exception, bool abandoned) => exception switch
    {
        _ when abandoned && exception is OperationCanceledException => new(Fault.Abandoned),
        _ when Limits.Of(exception) is { } limit => new(Fault.Exhausted, $"{limit.What}: {limit.Hint}"),
        BucketAnswerException e => Of(e),
        // A success that the SDK cannot read: the answer is to blame, not what was asked for.
        AmazonUnmarshallingException or XmlException or FormatException or JsonException =>
            new(Fault.Unreachable, "its answer cannot be read: it breaks off, or is not what S3 answers with"),
        AmazonServiceException { StatusCode: 0 } e => new(Of(e.ErrorCode, e.StatusCode), Innermost(e)),
        AmazonServiceException e => Of(e.ErrorCode, e.StatusCode, e.RequestId),
        OperationCanceledException or TimeoutException => new(Fault.Unreachable, "no answer in time"),
        HttpRequestException or IOException or SocketException => new(Fault.Unreachable, Innermost(exception)),
        // Thrown before anything is sent, when the credentials chain finds nothing or cannot refresh.
        AmazonClientException => new(Fault.Credentials, Innermost(exception)),
        _ => new(Fault.Rejected, $"{exception.GetType().Name}: {exception.Message}"),
    };

    /// <summary>
    /// What an answer means that is no success. One that sends us elsewhere is the endpoint's
    /// fault; where it names the bucket's region, that bucket's.
    /// </summary>
    public static Reply Of(BucketAnswerException answer)
    {
        if ((int)answer.StatusCode is < 300 or >= 400)
        {
            return Of(answer.ErrorCode, answer.StatusCode, answer.RequestId);
        }
        var reply = Of(answer.ErrorCode, answer.StatusCode, answer.RequestId);
        var to = string.IsNullOrEmpty(answer.Location) ? "another address" : Shown.Text(answer.Location, LongestLocation);
        var hint = answer.Region is { } region
            ? $"if the bucket is in {region}, say so with --region"
            : "if that is the server, give its address with --endpoint";
        return reply with
        {
            Fault = answer.Region is not null ? Fault.NoBucket : Fault.Redirected,
            Detail = $"{Shown.Text(reply.Detail!, LongestAnswer)} and sends us to {to}, which is never followed: {hint}",
        };
    }

    /// <summary>What an answer means that is not what was asked for, with what the bucket's owner needs to find it in the server's log: code, status and request id.</summary>
    public static Reply Of(string? code, HttpStatusCode status, string? request)
    {
        var named = string.IsNullOrEmpty(code) ? "" : $" {code}";
        var number = Number(request);
        var asked = number is null ? "" : $", request {number}";
        // What a server says of itself may hold anything, line ends included.
        // The number is what finds it in that server's log: a long code does not push it out.
        var answered = Shown.Text($"S3 answered {(int)status}{named}", Shown.LongestText - asked.Length);
        return new(Of(code, status), answered + asked) { Request = number };
    }

    /// <summary>A request's number as it may be shown and kept; null where there is none.</summary>
    public static string? Number(string? request) =>
        string.IsNullOrEmpty(request) ? null : Shown.Text(request, LongestNumber);

    /// <summary>What an S3 error means. <paramref name="code"/> is empty for answers without a body (HEAD).</summary>
    public static Fault Of(string? code, HttpStatusCode status) => (code, (int)status) switch
    {
        ("PreconditionFailed", _) or (_, 412) => Fault.Exists,
        ("ConditionalRequestConflict" or "OperationAborted", _) or (_, 409) => Fault.Race,
        ("NotImplemented", _) or (_, 501) => Fault.NoConditions,
        ("NoSuchBucket" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException", _) => Fault.NoBucket,
        ("PermanentRedirect" or "TemporaryRedirect", _) or (_, >= 300 and < 400) => Fault.Redirected,
        ("RequestTimeTooSkewed", _) => Fault.Clock,
        ("ExpiredToken" or "InvalidToken" or "TokenRefreshRequired" or "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "NotSignedUp" or "AccountProblem", _) or (_, 401) => Fault.Credentials,
        ("BadDigest" or "InvalidDigest" or "XAmzContentSHA256Mismatch" or "IncompleteBody" or "RequestTimeout" or "InvalidPart", _) => Fault.Corrupted,
        ("SlowDown" or "ServiceUnavailable" or "Throttling" or "ThrottlingException" or "RequestLimitExceeded" or "BandwidthLimitExceeded" or "InternalError" or "ServerBusy", _) => Fault.Overloaded,
        (_, 408 or 429 or >= 500) => Fault.Overloaded,
        (_, 404) => Fault.NotThere,
        (_, 403) => Fault.Refused,
        // 407 is a proxy's; below 200 nothing was answered yet.
        (_, < 200 or 407) => Fault.Unreachable,
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
