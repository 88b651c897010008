using System;
using System.Buffers;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Storage;

/// <summary>
/// Makes a reply of what the server answered to one of our own requests, and an exception of what
/// it answered to the SDK's. Has no state; any thread.
/// </summary>
sealed class BucketAnswer(ChecksumKind kind)
{
    // https://docs.aws.amazon.com/AmazonS3/latest/API/RESTCommonResponseHeaders.html
    const string RequestHeader = "x-amz-request-id";

    readonly string checksumHeader = BucketWire.HeaderOf(kind);

    /// <summary>Throws <see cref="BadAnswerException"/> for a success that does not end.</summary>
    /// <param name="asked">What was asked for.</param>
    public async ValueTask<Reply> ReadAsync(HttpResponseMessage response, RequestKind asked, CancellationToken limit)
    {
        if (!response.IsSuccessStatusCode)
        {
            return BucketFaults.Of(await ErrorAsync(response, limit));
        }
        // An answer that breaks off is none; and the connection is free only after the last byte.
        if (response.Content.Headers.ContentLength != 0 && response.RequestMessage!.Method != HttpMethod.Head)
        {
            await SkipAsync(response.Content, limit);
        }
        return AnswerLimits.Check(Accept(response, asked));
    }

    /// <summary>
    /// What an answer that is no success says of itself, as far as it is worth reading.
    /// </summary>
    public static async Task<BucketAnswerException> ErrorAsync(HttpResponseMessage response, CancellationToken limit)
    {
        var text = "";
        if (response.RequestMessage!.Method != HttpMethod.Head)
        {
            var (bytes, _) = await AnswerLimits.ReadUpToAsync(response.Content, AnswerLimits.Short, limit);
            text = Encoding.UTF8.GetString(bytes);
        }
        return ErrorOf(response, text);
    }

    /// <summary>
    /// The same of an error whose document was read. It may come with the status 200, as that is sent before a
    /// multipart upload is complete: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
    /// </summary>
    public static BucketAnswerException ErrorOf(HttpResponseMessage response, string text)
    {
        // STS says it in the body only.
        var request = Header(response.Headers, RequestHeader) ?? Element(text, "RequestId");
        var location = Header(response.Headers, "Location");
        return new(response.StatusCode, Element(text, "Code"), request, location, BucketRegions.RegionIn(response));
    }

    Reply Accept(HttpResponseMessage response, RequestKind asked) => new(Fault.None)
    {
        // A part's goes back to the server, which may know it by no other spelling.
        ETag = asked == RequestKind.UploadPart
            ? Header(response.Headers, "ETag") ?? ""
            : EntityTag.Plain(Header(response.Headers, "ETag")),
        Checksum = checksumHeader.Length == 0 ? null : Digest.SumIn(kind, Header(response.Headers, checksumHeader)),
        VersionId = Header(response.Headers, "x-amz-version-id"),
        Size = response.Content.Headers.ContentLength,
        // What is found under a key may be a conflict.
        Request = asked == RequestKind.HeadObject ? BucketFaults.Number(Header(response.Headers, RequestHeader)) : null,
    };

    static string? Header(HttpResponseHeaders headers, string name) => headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    static async ValueTask SkipAsync(HttpContent content, CancellationToken limit)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            await using var stream = await content.ReadAsStreamAsync(limit);
            for (var left = AnswerLimits.Short; await stream.ReadAsync(buffer, limit) is > 0 and var read;)
            {
                if ((left -= read) < 0)
                {
                    throw AnswerLimits.TooLong(AnswerLimits.Short);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>An element of S3's flat error document; the text of another one cannot look like it, as its angle brackets are escaped.</summary>
    static string? Element(string text, string name)
    {
        var start = text.IndexOf($"<{name}>", StringComparison.Ordinal);
        var end = text.IndexOf($"</{name}>", StringComparison.Ordinal);
        return start >= 0 && end > start ? text[(start + name.Length + 2)..end] : null;
    }
}
