using System;
using System.Diagnostics;
using System.Text;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;

namespace S3Sync.Tests.Support.S3;

/// <summary>Sends an answer, as slowly or as incompletely as the faults of its request want it.</summary>
static class S3ReplyWriter
{
    public static async Task Send(S3Reply reply, HttpContext http, S3Request? request, string requestId)
    {
        var response = http.Response;
        response.StatusCode = reply.Status;
        var headers = response.Headers;
        headers["x-amz-request-id"] = requestId;
        headers["x-amz-id-2"] = requestId;
        // CompleteMultipartUpload says them in its XML and nowhere else.
        if (reply is { ETag: { Length: > 0 } etag, Xml: null })
            headers.ETag = etag;
        if (reply is { Checksum: { } checksum, Xml: null })
        {
            headers[checksum.Header] = checksum.Value;
            headers["x-amz-checksum-type"] = checksum.Type;
        }
        foreach (var (name, value) in reply.Headers)
            headers[name] = value;
        if (reply.Xml is not null)
            headers.ContentType = "application/xml";

        var text = reply.Xml is null ? [] : Encoding.UTF8.GetBytes(reply.Xml);
        var length = reply.Content is null ? text.Length : reply.Count;
        if (reply.Half)
        {
            await SendHalf(reply, http, text, length);
            return;
        }
        if (reply.White > TimeSpan.Zero)
            await SendWhite(reply.White, http);
        else if (reply.Status is not (204 or 304) && !reply.WithoutLength)
            response.ContentLength = length;
        if (reply.HeadersOnly)
            return;
        if (reply.Content is { } content)
            await content.Read(reply.Offset, reply.Count, bytes => Write(http, request, bytes));
        else if (text.Length > 0)
            await Write(http, request, text);
    }

    static async ValueTask Write(HttpContext http, S3Request? request, ReadOnlyMemory<byte> bytes)
    {
        await http.Response.BodyWriter.WriteAsync(bytes);
        if (request is { Speed: > 0 })
            await Task.Delay(TimeSpan.FromSeconds((double)bytes.Length / request.Speed), request.Gone);
    }

    /// <summary>As S3 does while it completes an upload; the document then begins where it may.</summary>
    static async Task SendWhite(TimeSpan time, HttpContext http)
    {
        for (var since = Stopwatch.StartNew(); since.Elapsed < time;)
        {
            await http.Response.BodyWriter.WriteAsync(" \r\n"u8.ToArray(), http.RequestAborted);
            await Task.Delay(50, http.RequestAborted);
        }
    }

    static async Task SendHalf(S3Reply reply, HttpContext http, byte[] text, long length)
    {
        // An answer without a body gets one, or there would be nothing to cut.
        http.Response.ContentLength = Math.Max(length, 2);
        if (reply.Content is { } content && length >= 2)
            await content.Read(reply.Offset, length / 2, bytes => Write(http, null, bytes));
        else
            await http.Response.BodyWriter.WriteAsync(length >= 2 ? text.AsMemory(0, text.Length / 2) : "<"u8.ToArray());
        await http.Response.BodyWriter.FlushAsync();
        http.Abort();
    }
}
