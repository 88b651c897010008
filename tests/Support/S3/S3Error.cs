using System;

namespace S3Sync.Tests.Support.S3;

/// <summary>
/// A refusal in S3's own terms; thrown by whoever notices, answered in one place.
/// Codes and statuses: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
/// </summary>
sealed class S3Error(int status, string code, string message) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public int Status => status;

    /// <summary>The code in the XML body.</summary>
    public string Code => code;

    /// <summary>Where a redirect points to, null for everything else.</summary>
    public string? Location { get; init; }

    public static S3Error AccessDenied(string why) => new(403, "AccessDenied", why);

    public static S3Error InvalidRequest(string why) => new(400, "InvalidRequest", why);

    public static S3Error InvalidArgument(string why) => new(400, "InvalidArgument", why);

    public static S3Error BadDigest(string what) => new(400, "BadDigest", $"The {what} you specified did not match the calculated checksum.");

    public static S3Error NotImplemented(string what) => new(501, "NotImplemented", $"{what} is not implemented.");

    public static S3Error NoSuchBucket(string bucket) => new(404, "NoSuchBucket", $"The specified bucket does not exist: {bucket}");

    public static S3Error NoSuchKey(string key) => new(404, "NoSuchKey", $"The specified key does not exist: {key}");

    public static S3Error NoSuchVersion(string version) => new(404, "NoSuchVersion", $"The specified version does not exist: {version}");

    public static S3Error NoSuchUpload(string id) => new(404, "NoSuchUpload", $"The specified multipart upload does not exist. It may have been aborted or completed: {id}");

    public static S3Error InvalidPart(int number) => new(400, "InvalidPart", $"Part {number} was not uploaded, or its entity tag or checksum is not the one given.");

    public static S3Error PreconditionFailed() => new(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold.");

    public static S3Error Conflict() => new(409, "ConditionalRequestConflict", "The conditional request cannot succeed due to a conflicting operation against this resource.");

    public static S3Error RequestTimeout() => new(400, "RequestTimeout", "Your socket connection to the server was not read from or written to within the timeout period.");

    public static S3Error MalformedXml() => new(400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema.");
}
