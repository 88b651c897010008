using System.Net;
using Amazon.Runtime;

namespace S3Sync.Storage;

/// <summary>
/// An answer that is no success, to a request of the SDK's. Thrown where the answer arrives (<see
/// cref="BucketSender"/>), so that the SDK never parses it,
/// never follows it to another host, and never repeats the request. A service exception, as callers
/// read status and code of those.
/// </summary>
sealed class BucketAnswerException(
    HttpStatusCode status, string? code, string? request, string? location, string? region)
    : AmazonServiceException(
        $"the answer has the status {(int)status}", ErrorType.Unknown, code ?? "", request ?? "", status)
{
    /// <summary>Where the server would send us; null where it does not.</summary>
    public string? Location { get; } = location;

    /// <summary>The region it names for the bucket; null where it names none.</summary>
    public string? Region { get; } = region;
}
