using System;
using System.Net.Http;
using System.Threading;

namespace S3Sync.Storage;

/// <summary>
/// What a request asks of S3; their numbers stand in ledgers and are kept. What they cost: https://aws.amazon.com/s3/pricing/ (all but HEAD and abort in the first group).
/// </summary>
enum RequestKind : byte
{
    PutObject,
    HeadObject,
    UploadPart,
    CreateMultipartUpload,
    CompleteMultipartUpload,
    AbortMultipartUpload,
    /// <summary>What the SDK asks to find its way, say.</summary>
    Other,
}

/// <summary>How many requests of a kind were sent, and how many of them got no answer, or one that says: try again.</summary>
readonly record struct RequestSum(long Sent, long Failed)
{
    public static RequestSum operator +(RequestSum one, RequestSum other) => new(one.Sent + other.Sent, one.Failed + other.Failed);

    public static RequestSum operator -(RequestSum one, RequestSum other) => new(one.Sent - other.Sent, one.Failed - other.Failed);
}

/// <summary>Counts requests where they are sent, so that each counts that went out, whoever repeats it. Any thread.</summary>
sealed class BucketRequests
{
    /// <summary>How many kinds there are.</summary>
    public const int Kinds = (int)RequestKind.Other + 1;

    readonly long[] sent = new long[Kinds], failed = new long[Kinds];

    /// <summary>So far, of one kind.</summary>
    public RequestSum this[int kind] => new(Volatile.Read(ref sent[kind]), Volatile.Read(ref failed[kind]));

    public void Sent(RequestKind kind) => Interlocked.Increment(ref sent[(int)kind]);

    /// <summary>False, so that it can stand in an exception filter: what happened goes on as it is.</summary>
    public bool Failed(RequestKind kind)
    {
        Interlocked.Increment(ref failed[(int)kind]);
        return false;
    }

    /// <summary>True for a status that asks for another try: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html. 501 says never.</summary>
    public static bool IsFailure(int status) => status is 408 or 409 or 429 or (>= 500 and not 501);

    /// <summary>What a request of the SDK's asks for.</summary>
    public static RequestKind KindOf(HttpRequestMessage request)
    {
        var query = request.RequestUri?.Query ?? "";
        var ofUpload = query.Contains("uploadId=", StringComparison.Ordinal);
        return request.Method.Method switch
        {
            "PUT" when ofUpload => RequestKind.UploadPart,
            "PUT" => RequestKind.PutObject,
            "HEAD" => RequestKind.HeadObject,
            "POST" when ofUpload => RequestKind.CompleteMultipartUpload,
            "POST" when query.Contains("uploads", StringComparison.Ordinal) => RequestKind.CreateMultipartUpload,
            "DELETE" when ofUpload => RequestKind.AbortMultipartUpload,
            _ => RequestKind.Other,
        };
    }
}
