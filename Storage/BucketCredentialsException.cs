using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Threading.Tasks;
using Amazon.Runtime;
using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>Credentials are not to be had now. To <see cref="BucketFaults"/> that is a fault of the credentials; no file is to blame.</summary>
sealed class BucketCredentialsException(string what, string hint, bool isPassing = false)
    : AmazonClientException($"no credentials: {Shown.Text(what, LongestWhat)} (hint: {Shown.Text(hint)})")
{
    // So that the hint behind it is not cut off where all of it is.
    const int LongestWhat = 180;

    /// <summary>The same for who starts it.</summary>
    public Problem Problem { get; } = new(Shown.Text(what), Shown.Text(hint));

    /// <summary>True if it may be over in a moment without anybody doing anything: the network, an overloaded service.</summary>
    public bool IsPassing { get; } = isPassing;

    /// <summary>What went wrong when a source of credentials was asked, by type and code, never by message text.</summary>
    /// <param name="whose">The source, as it stands in a message: "role ARN, assumed by profile NAME".</param>
    public static BucketCredentialsException Of(Exception failure, string whose) => failure switch
    {
        BucketCredentialsException known => known,
        AmazonServiceException { StatusCode: not 0 } e => OfService(e, whose),
        AmazonServiceException or HttpRequestException or SocketException or BadAnswerException
            or OperationCanceledException or TimeoutException => Passing(failure, whose),
        IOException or UnauthorizedAccessException => new($"{whose}: {FirstLine(failure)}", "see that this user may read it"),
        _ => new($"{whose}: {FirstLine(failure)}", "see the profile and the AWS environment"),
    };

    static BucketCredentialsException Passing(Exception failure, string whose)
    {
        var (what, _) = Unreached.Words(failure);
        // A machine or a container that answers, but not with keys.
        var isRefusal = Innermost(failure) is HttpRequestException { StatusCode: >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError and not HttpStatusCode.TooManyRequests };
        return new($"{whose}: {what}", isRefusal ? "see that a role is attached, and its token" : "it is asked again by and by; see the network, the proxy and the address", isPassing: !isRefusal);
    }

    static BucketCredentialsException OfService(AmazonServiceException e, string whose) => new(
        $"{whose}: STS answered {(int)e.StatusCode} {e.ErrorCode}"
            + (e is BucketAnswerException { Location: { } to } ? $" and sends us to {to}" : ""),
        e.ErrorCode switch
        {
            _ when (int)e.StatusCode is >= 300 and < 400 =>
                "nothing is sent there: name the address of STS itself, see AWS_ENDPOINT_URL_STS and the profile",
            "AccessDenied" or "AccessDeniedException" => "the role's trust policy must name who asks, with the external id it wants, and who asks must be allowed sts:AssumeRole",
            "ExpiredToken" or "ExpiredTokenException" or "InvalidClientTokenId" or "SignatureDoesNotMatch" or "UnrecognizedClientException" => "what it is asked with is no longer good: renew the source profile's keys, or the token",
            "InvalidIdentityToken" or "IDPRejectedClaim" => "the token in the web identity token file is not accepted for this role",
            "ValidationError" => "see role_arn, external_id and role_session_name of the profile",
            "RegionDisabledException" => "STS is switched off in this region: name another one",
            _ => "see the profile, and the account's own log (CloudTrail)",
        },
        e.StatusCode is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError || e.ErrorCode is "Throttling" or "ThrottlingException" or "IDPCommunicationError");

    static Exception Innermost(Exception failure)
    {
        // The one around a socket's says which host it was.
        while (failure.InnerException is { } inner && !(inner is SocketException && failure is HttpRequestException))
        {
            failure = inner;
        }
        return failure;
    }

    /// <summary>The innermost reason, on one line.</summary>
    static string FirstLine(Exception failure)
    {
        var text = Innermost(failure).Message.Trim();
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        text = end < 0 ? text : text[..end];
        return Shown.Text(text);
    }
}
