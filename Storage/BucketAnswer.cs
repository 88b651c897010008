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
    readonly string checksumHeader = BucketWire.HeaderOf(kind);

    /// <summary>Throws <see cref="BadAnswerException"/> for a success that does not end.</summary>
    /// <param name="asked">What was asked for.</param>
    public async ValueTask<Reply> ReadAsync(HttpResponseMessage response, RequestKind asked, CancellationToken limit)
    {
        var method = response.RequestMessage!.Method;
        if (!response.IsSuccessStatusCode || Evidence.IsForeign(response))
        {
            var error = await ErrorAsync(response, limit);
            // No byte to read, or none without a restoration: it is there.
            return method == HttpMethod.Get && error.Facts is { Speaker: Speaker.S3, Code: "InvalidRange" or "InvalidObjectState" }
                ? new(Fault.None)
                : BucketFaults.Of(error);
        }
        // What GET gives is not wanted: one byte, or all of the object from a server that knows no ranges.
        if (method == HttpMethod.Get)
        {
            return new(Fault.None);
        }
        // An answer that breaks off is none; and the connection is free only after the last byte.
        if (response.Content.Headers.ContentLength != 0 && method != HttpMethod.Head)
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
        var asked = response.RequestMessage!;
        var text = "";
        if (asked.Method != HttpMethod.Head)
        {
            var most = response.IsSuccessStatusCode ? Evidence.Beginning : AnswerLimits.Short;
            var (bytes, _) = await AnswerLimits.ReadUpToAsync(response.Content, most, limit);
            text = Encoding.UTF8.GetString(bytes);
        }
        return Evidence.Read(response, text);
    }

    Reply Accept(HttpResponseMessage response, RequestKind asked) => new(Fault.None)
    {
        // A part's goes back to the server, which may know it by no other spelling.
        ETag = asked == RequestKind.UploadPart
            ? Evidence.Header(response.Headers, "ETag") ?? ""
            : EntityTag.Plain(Evidence.Header(response.Headers, "ETag")),
        Checksum = checksumHeader.Length == 0 ? null : Digest.SumIn(kind, Evidence.Header(response.Headers, checksumHeader)),
        VersionId = Evidence.Header(response.Headers, "x-amz-version-id"),
        Size = response.Content.Headers.ContentLength,
        // What is found under a key may be a conflict.
        Request = asked == RequestKind.HeadObject ? BucketFaults.Number(Evidence.Header(response.Headers, Evidence.RequestHeader)) : null,
    };

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
}
