using System;

namespace S3Sync.Storage;

/// <summary>How far an answer shows who gave it.</summary>
enum Speaker : byte
{
    /// <summary>Nothing in it tells: it has no body, and none of the headers that S3 servers send.</summary>
    Unknown,
    /// <summary>An S3 server: it has such a header, or S3's error document.</summary>
    S3,
    /// <summary>Something else: it has a text or a page where S3 has XML.</summary>
    Other,
}

/// <summary>All of an answer that decides who is to blame.</summary>
/// <param name="Asked">What was asked.</param>
/// <param name="Status">HTTP's.</param>
/// <param name="Code">S3's error code; empty where it gave none, as in every answer to HEAD.</param>
/// <param name="Speaker">Who seems to have given it.</param>
/// <param name="IsConditional">True if it was asked under the condition If-None-Match.</param>
/// <param name="IsOfOption">True if the answer names a header that an option of s3sync had sent.</param>
readonly record struct AnswerFacts(
    RequestKind Asked, int Status, string Code, Speaker Speaker, bool IsConditional = false, bool IsOfOption = false);

/// <summary>
/// What an answer means, and so who is to blame (<see cref="Reply.BlameOf"/>): the one table of it. Pure; no message text decides.
/// S3's codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, MinIO's:
/// https://github.com/minio/minio/blob/master/cmd/api-errors.go, Ceph's: https://docs.ceph.com/en/latest/radosgw/s3/
/// </summary>
static class Verdicts
{
    /// <summary>What an answer means that is not what was asked for.</summary>
    public static Fault Of(in AnswerFacts answer) =>
        answer.Speaker == Speaker.Other || (answer.Speaker == Speaker.Unknown && IsNoneOfS3(answer))
            ? OfOther(answer)
            : OfS3(answer);

    /// <summary>
    /// True if another request must tell what it means, one whose answer has a body: an answer to HEAD has none, so that a 403 may
    /// be a right that is missing, or a wrong key; a 404 of nobody knows whom may be a proxy's.
    /// </summary>
    public static bool IsUnsure(in AnswerFacts answer) =>
        answer is { Asked: RequestKind.HeadObject, Code: "" }
        && answer.Status switch
        {
            404 => answer.Speaker != Speaker.S3,
            408 or 429 => false,
            >= 500 and not 501 => false,
            _ => true,
        };

    /// <summary>
    /// True for an answer that asks for fewer requests, be it of S3 or of a proxy; any other 5xx may be about this one. MinIO says
    /// SlowDownWrite, for instance.
    /// </summary>
    public static bool IsThrottling(in AnswerFacts answer) => answer.Status == 429
        || IsTooMuch(answer.Code)
        || answer.Code == "TooManyRequests"
        || answer.Code.StartsWith("SlowDown", StringComparison.Ordinal);

    /// <summary>What an unsure answer to HEAD means, by what a GET of the same key was answered.</summary>
    public static Reply Join(in Reply head, in Reply why) => (head.Fault, why.Fault) switch
    {
        (Fault.NotThere, Fault.NotThere) => why,
        // It says in words what HEAD could not.
        (_, not (Fault.None or Fault.NotThere)) => why,
        // GET of this key is S3's, HEAD of it is not: that is this key's alone.
        (Fault.NotS3 or Fault.NotThere or Fault.Redirected, _) => new(
            Fault.Rejected,
            $"HEAD of this key is answered otherwise than GET of it (does a proxy on the way take its name for something else?): {head.Detail}")
        { Request = why.Request ?? head.Request },
        _ => head,
    };

    /// <summary>True if no S3 server answers so, though nothing in the answer tells who did.</summary>
    static bool IsNoneOfS3(in AnswerFacts answer) => (answer.Asked, answer.Status) switch
    {
        _ when answer.Code.Length > 0 => false,
        // An object has a date and a digest.
        (_, >= 200 and < 300) => true,
        (RequestKind.HeadObject, _) => false,
        // S3 says in XML what is missing.
        (RequestKind.PutObject or RequestKind.CreateMultipartUpload, 404) => true,
        (_, 405 or 421) => true,
        _ => false,
    };

    /// <summary>What a proxy, an ingress or a portal says. Some of it means the same, no matter who says it.</summary>
    static Fault OfOther(in AnswerFacts answer) => answer.Status switch
    {
        // 407 is a proxy's; below 200 nothing was answered yet.
        < 200 or 407 => Fault.Unreachable,
        >= 300 and < 400 => Fault.Redirected,
        412 when answer.IsConditional => Fault.Exists,
        // Asked once more, by a request whose answer has a body.
        404 when answer.Asked == RequestKind.HeadObject => Fault.NotThere,
        413 => Fault.TooLarge,
        414 or 431 => Fault.Rejected,
        507 => Fault.Full,
        408 or 429 => Fault.Overloaded,
        >= 500 and not (501 or 505) => Fault.Overloaded,
        _ => Fault.NotS3,
    };

    static Fault OfS3(in AnswerFacts answer) => (answer.Code, answer.Status) switch
    {
        ("PreconditionFailed", _) or (_, 412) => Fault.Exists,
        ("XMinioObjectExistsAsDirectory" or "XMinioParentIsObject" or "XMinioObjectParentIsObject", _) => Fault.Rejected,
        ("InvalidBucketState", _) => Fault.NoBucket,
        ("ConditionalRequestConflict" or "OperationAborted", _) or (_, 409) => Fault.Race,
        _ when IsOption(answer) => Fault.Unsupported,
        ("NotImplemented", _) or (_, 501) => Fault.NoConditions,
        _ when IsFull(answer.Code, answer.Status) => Fault.Full,
        ("EntityTooLarge", _) or (_, 413) => Fault.TooLarge,
        ("NoSuchBucket" or "InvalidBucketName" or "AllAccessDisabled", _) => Fault.NoBucket,
        ("AuthorizationHeaderMalformed" or "IllegalLocationConstraintException", _) => Fault.NoBucket,
        ("PermanentRedirect" or "TemporaryRedirect", _) or (_, >= 300 and < 400) => Fault.Redirected,
        ("RequestTimeTooSkewed" or "RequestExpired", _) => Fault.Clock,
        _ when IsCredentials(answer.Code) => Fault.Credentials,
        (_, 401) => Fault.Credentials,
        ("BadDigest" or "InvalidDigest" or "XAmzContentSHA256Mismatch" or "IncompleteBody" or "RequestTimeout" or "InvalidPart", _) =>
            Fault.Corrupted,
        _ when IsTooMuch(answer.Code) => Fault.Overloaded,
        ("InternalError", _) or (_, 408 or 429 or >= 500) => Fault.Overloaded,
        // What is written needs no key that is there: the bucket is not.
        (_, 404) when answer.Asked is RequestKind.PutObject or RequestKind.CreateMultipartUpload => Fault.NoBucket,
        (_, 404) => Fault.NotThere,
        (_, 403) => Fault.Refused,
        (_, < 200 or 407) => Fault.Unreachable,
        _ => Fault.Rejected,
    };

    /// <summary>True if the server does not take what an option of s3sync asks for: a storage class, tags, encryption.</summary>
    static bool IsOption(in AnswerFacts answer) => answer switch
    {
        { Code: "InvalidStorageClass" or "InvalidTag" or "AccessControlListNotSupported" } => true,
        { Code: "InvalidEncryptionAlgorithmError" or "InvalidEncryptionMethod" or "XMinioKMSNotConfigured" } => true,
        _ when answer.Code.StartsWith("KMS.", StringComparison.Ordinal) => true,
        { IsOfOption: true, Status: 400 or 501 } => true,
        // Without a condition it is not that which the server does not know.
        { Asked: RequestKind.PutObject or RequestKind.CreateMultipartUpload or RequestKind.UploadPart, IsConditional: false } =>
            answer is { Code: "NotImplemented" } or { Status: 501 },
        _ => false,
    };

    /// <summary>True if there is no more room, for anybody or for this bucket. A rate that is exceeded is none of it.</summary>
    static bool IsFull(string code, int status) =>
        status == 507
        || code is "InsufficientCapacity" or "InsufficientStorage" or "XMinioStorageFull" or "StorageFull" or "NoSpaceLeft"
        || code.EndsWith("QuotaExceeded", StringComparison.Ordinal)
        || code.EndsWith("QuotaExceededException", StringComparison.Ordinal);

    static bool IsTooMuch(string code) => code switch
    {
        "SlowDown" or "ServiceUnavailable" or "ServerBusy" => true,
        "Throttling" or "ThrottlingException" or "RequestLimitExceeded" or "BandwidthLimitExceeded" => true,
        _ => false,
    };

    static bool IsCredentials(string code) => code switch
    {
        "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired" or "ExpiredTokenException" => true,
        "InvalidAccessKeyId" or "InvalidClientTokenId" or "UnrecognizedClientException" => true,
        "SignatureDoesNotMatch" or "InvalidSecurity" or "AuthFailure" or "MissingAuthenticationToken" => true,
        "NotSignedUp" or "AccountProblem" or "AccountDisabled" or "UserSuspended" => true,
        _ => false,
    };
}
