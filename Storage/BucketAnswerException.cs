using System.Net;
using Amazon.Runtime;

namespace S3Sync.Storage;

/// <summary>
/// An answer that is no success, or a success that no S3 server gives. Thrown where the answer to a request of the SDK's arrives
/// (<see cref="BucketSender"/>), so that the SDK never parses it,
/// never follows it to another host, and never repeats the request. A service exception, as callers
/// read status and code of those.
/// </summary>
sealed class BucketAnswerException(in AnswerFacts facts, string? request)
    : AmazonServiceException(
        $"the answer has the status {facts.Status}", ErrorType.Unknown, facts.Code, request ?? "", (HttpStatusCode)facts.Status)
{
    /// <summary>All of it that decides what it means.</summary>
    public AnswerFacts Facts { get; } = facts;

    /// <summary>Where the server would send us; null where it does not.</summary>
    public string? Location { get; init; }

    /// <summary>The region it names for the bucket; null where it names none.</summary>
    public string? Region { get; init; }

    /// <summary>The bucket that was asked; null where that is not known here.</summary>
    public string? Bucket { get; init; }

    /// <summary>The type of its body, and how that begins, where it is no S3 document; empty where there is none.</summary>
    public string Type { get; init; } = "";

    /// <inheritdoc cref="Type"/>
    public string Words { get; init; } = "";

    /// <summary>The options whose headers were sent and may be what is not taken; empty for none.</summary>
    public string Options { get; init; } = "";
}
