using System;
using System.Buffers;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Storage;

/// <summary>Makes a reply of what the server answered to one of our own requests. Has no state; any thread.</summary>
sealed class BucketAnswer(ChecksumKind kind)
{
    // What S3 says of an error is some 300 bytes; more than this is no answer of an S3 server.
    const int LargestError = 64 * 1024;

    // https://docs.aws.amazon.com/AmazonS3/latest/API/RESTCommonResponseHeaders.html
    const string RequestHeader = "x-amz-request-id";

    readonly string checksumHeader = BucketWire.HeaderOf(kind);

    /// <summary>Null for a redirection.</summary>
    public async ValueTask<Reply?> ReadAsync(HttpResponseMessage response, CancellationToken limit)
    {
        var status = (int)response.StatusCode;
        if (status is >= 200 and < 300)
        {
            // An answer that breaks off is none; and the connection is free only after the last byte.
            if (response.Content.Headers.ContentLength != 0 && response.RequestMessage!.Method != HttpMethod.Head)
            {
                await ReadTextAsync(response, limit);
            }
            return Accept(response);
        }
        if (status is >= 300 and < 400)
        {
            return null;
        }
        var text = await ReadTextAsync(response, limit);
        var request = Header(response.Headers, RequestHeader) ?? Element(text, "RequestId");
        return BucketFaults.Of(Element(text, "Code"), response.StatusCode, request);
    }

    Reply Accept(HttpResponseMessage response) => new(Fault.None)
    {
        ETag = Header(response.Headers, "ETag")?.Trim('"') ?? "",
        Checksum = checksumHeader.Length == 0 ? null : Header(response.Headers, checksumHeader),
        VersionId = Header(response.Headers, "x-amz-version-id"),
        Size = response.Content.Headers.ContentLength ?? 0,
        // What is found under a key may be a conflict.
        Request = response.RequestMessage!.Method == HttpMethod.Head ? BucketFaults.Number(Header(response.Headers, RequestHeader)) : null,
    };

    static string? Header(HttpResponseHeaders headers, string name) => headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    static async ValueTask<string> ReadTextAsync(HttpResponseMessage response, CancellationToken limit)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LargestError);
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(limit);
            var length = 0;
            while (length < LargestError && await stream.ReadAsync(buffer.AsMemory(length, LargestError - length), limit) is > 0 and var read)
            {
                length += read;
            }
            return Encoding.UTF8.GetString(buffer, 0, length);
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
