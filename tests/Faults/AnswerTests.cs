using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;
using Fault = S3Sync.Storage.Fault;

namespace S3Sync.Tests.Faults;

/// <summary>
/// What a server may make us hold: answers without an end, deep ones, and such as hold what a
/// terminal obeys. Each is one fault, within little memory, and no run ends with it.
/// </summary>
[Collection(Alone.Name)]
public sealed class AnswerTests
{
    const int Many = 9_000_000;

    // A page of a list may be read whole, and once more while it grows.
    const long Bounded = 80 << 20;

    /// <summary>
    /// Each begins an answer and says what is repeated without end behind it; or is the answer,
    /// whole.
    /// </summary>
    static readonly Dictionary<string, (string Head, string Endless)> answers = new()
    {
        ["header without end"] = ("HTTP/1.1 200 OK\r\nx-amz-meta-a: ", new('a', 4096)),
        ["headers without end"] = ("HTTP/1.1 200 OK\r\n", "x-amz-meta-a: b\r\n"),
        ["status line without end"] = ("HTTP/1.1 200 ", new('a', 4096)),
        ["first answers without end"] = ("", "HTTP/1.1 102 Wait\r\n\r\n"),
        ["body without end"] = ("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", new('a', 4096)),
        ["error without end"] = ("HTTP/1.1 500 Oh\r\nConnection: close\r\n\r\n<Error><Code>", new('a', 4096)),
        ["chunks without end"] = ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1000\r\n" + new string('a', 4096) + "\r\n"),
        ["chunk size without end"] = ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", new('a', 4096)),
        ["trailers without end"] = ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "x-a: b\r\n"),
        ["upload id without end"] = ("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<InitiateMultipartUploadResult><UploadId>", new('a', 4096)),
        ["elements without end"] = ("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<ListPartsResult>", "<Part/>"),
        ["deep"] = (Ok(Deep(Many)), ""),
        ["deep error"] = (Whole("500 Oh", Deep(Many)), ""),
        ["deep and short"] = (Ok(Deep(60_000)), ""),
        ["a code of 9 MB"] = (Whole("500 Oh", $"<Error><Code>{new string('c', Many)}</Code></Error>"), ""),
        ["attributes"] = (Ok("<a" + string.Concat(Enumerable.Range(0, 5000).Select(i => $" a{i}=''")) + "/>"), ""),
        ["entities"] = (Ok("<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;&b;\">]><a>&c;</a>"), ""),
        ["utf-16"] = (Ok("<\0a\0>\0"), ""),
        ["no xml"] = (Ok("oh"), ""),
        ["half xml"] = (Ok("<ListBucketResult><Contents><Size>"), ""),
        ["odd numbers"] = (Ok("<ListBucketResult><Contents><Key>k</Key><Size>many</Size></Contents></ListBucketResult>"), ""),
        ["a page"] = (Ok("<!DOCTYPE html><html><body>sign in</body></html>"), ""),
        ["odd length"] = ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", ""),
    };

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Answers => [.. answers.Keys];

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task AnAnswerIsHeldWithinALimitAndIsAFaultOfTheEndpointThatIsSaidShortly(string named)
    {
        var (head, endless) = answers[named];
        await using var server = new HostileServer(Write(head, endless));
        using var requests = new EveryRequest(At(server) with { RequestTimeout = TimeSpan.FromSeconds(2) });
        foreach (var name in EveryRequest.Names)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var reply = await requests.SendAsync(name, Cancel);
            Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, Bounded);
            AssertShown(reply.Detail, $"{named}, {name}");
            // What can be read is an answer, and proves nothing; but an upload that was begun has a
            // name.
            Assert.True(reply.IsEndpoint || name == "read" || reply is { Ok: true, ETag: "", Checksum: null } && name != "create", $"{named}, {name}: {reply}");
        }
    }

    public static TheoryData<string> Places =>
    [
        "HTTP/1.1 500 O\u001b[31mh\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 \u001b[31m\r\nConnection: close\r\n\r\n",
        "\u001b[31m\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\u001b[31m: x\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: \u001b[31m\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 200 OK\r\nETag: \"\u001b[31m\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx-amz-checksum-crc64nvme: \u001b[31m\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx-amz-version-id: \u001b[31m\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 500 Oh\r\nx-amz-request-id: \u001b[31m\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 307 Go\r\nLocation: http://\u001b[31m/\u009b31m\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        Whole("500 Oh", "<Error><Code>\u001b[31m\nforged\u2028</Code><Message>\u001b</Message><RequestId>\r\n\u001b</RequestId></Error>"),
        Whole("200 OK", "<Error><Code>&#x1b;[31m&#10;forged</Code><Message>&#x9b;</Message></Error>"),
        Ok("<Error><Code>E\n\u009b31mforged</Code><Message>\u0085m</Message><RequestId>\u0085</RequestId></Error>"),
        Ok("<InitiateMultipartUploadResult><UploadId>a\n\u009b31m</UploadId></InitiateMultipartUploadResult>"),
        Ok("<CompleteMultipartUploadResult><ETag>a\n\u0085</ETag><ChecksumCRC64NVME>\u0085</ChecksumCRC64NVME></CompleteMultipartUploadResult>"),
        Ok("<ListPartsResult><Part><PartNumber>1</PartNumber><ETag>\u0085</ETag><Size>1</Size></Part></ListPartsResult>"),
        Ok("<ListPartsResult><Part><PartNumber>70000</PartNumber><ETag>e</ETag><Size>1</Size></Part></ListPartsResult>"),
    ];

    /// <summary>
    /// Whatever place a server finds for it: nothing that a terminal obeys, and no line of its own,
    /// in what is said and kept.
    /// </summary>
    [Theory]
    [MemberData(nameof(Places))]
    public async Task WhatATerminalObeysIsEscapedOrNotKeptWhereverItStands(string answer)
    {
        await using var server = new HostileServer(answer);
        using var requests = new EveryRequest(At(server) with { RequestTimeout = TimeSpan.FromSeconds(5) });
        foreach (var name in EveryRequest.Names)
        {
            var reply = await requests.SendAsync(name, Cancel);
            foreach (var text in (string?[])[reply.Detail, reply.ETag, reply.Checksum, reply.VersionId, reply.UploadId, reply.Request])
                AssertShown(text, $"{name}: {answer}");
        }
    }

    /// <summary>
    /// The run goes on, the file stays, log and ledger stay short; and once the server is well the
    /// file is uploaded.
    /// </summary>
    [Theory]
    [InlineData("header without end", 100)]
    [InlineData("body without end", 100)]
    [InlineData("upload id without end", 3 * PipelineStand.PartSize)]
    [InlineData("deep", 3 * PipelineStand.PartSize)]
    [InlineData("deep error", 3 * PipelineStand.PartSize)]
    [InlineData("a code of 9 MB", 100)]
    [InlineData("a page", 3 * PipelineStand.PartSize)]
    [InlineData("no xml", 3 * PipelineStand.PartSize)]
    public async Task NoAnswerEndsARunNorStaysInItsWayOnceTheServerIsWell(string named, int length)
    {
        var (head, endless) = answers[named];
        await using var stand = await PipelineStand.Start(isAws: true);
        var write = Write(head, endless);
        // Else what the first answer said would be taken for another object under the key.
        var missing = "HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray();
        Func<string, Stream, CancellationToken, Task> answer = (request, stream, stop) =>
            request.StartsWith("HEAD", StringComparison.Ordinal) ? stream.WriteAsync(missing, stop).AsTask() : write(request, stream, stop);
        await using var front = new HostileServer(answer, stand.Server.Port);
        stand.Endpoint = front.Url;
        var path = stand.Write("file", PipelineStand.Bytes(length));
        await using var running = stand.Run();
        await Eventually.True(() => front.Requests >= 3, stand.Log.ToString, Cancel);
        Assert.True(File.Exists(path));
        front.IsHostile = false;
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 1, stand.Log.ToString, Cancel);
        Assert.All(stand.Log.Lines, line => Assert.InRange(line.Text.Length, 0, 600));
        Assert.InRange(new FileInfo(stand.Ledger).Length, 1, 1 << 20);
        Assert.Equal(new OracleCount(0, 1, 0), stand.Oracle.Check());
    }

    [Fact]
    public async Task AnObjectIsReadNoFurtherThanItIsRecorded()
    {
        var sent = 0L;
        await using var server = new HostileServer(async (_, stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nx-amz-request-id: 1\r\nConnection: close\r\n\r\n"u8.ToArray(), stop);
            for (var piece = new byte[4096]; ; Interlocked.Add(ref sent, piece.Length))
                await stream.WriteAsync(piece, stop);
        });
        using var requests = new EveryRequest(At(server));
        Assert.Equal("longer than recorded", (await requests.SendAsync("read", Cancel)).Detail);
        // What the connection's buffers take, on both sides.
        Assert.InRange(Interlocked.Read(ref sent), 0, 16 << 20);
    }

    static BucketOptions At(HostileServer server) =>
        new(new(server.Url), IsAws: true, TestCredentials.Region, ChecksumKind.Crc64Nvme, 2);

    static string Deep(int length) => string.Concat(Enumerable.Repeat("<a>", length / 3));

    static string Ok(string body) => Whole("200 OK", body);

    static string Whole(string status, string body) => $"HTTP/1.1 {status}\r\nContent-Type: application/xml\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}";

    /// <summary>The same bytes again and again: the server holds no more than they are.</summary>
    static Func<string, Stream, CancellationToken, Task> Write(string head, string endless)
    {
        var (first, more) = (Encoding.UTF8.GetBytes(head), Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(endless, endless.Length is 0 or >= 4096 ? 1 : 4096 / endless.Length))));
        return async (_, stream, stop) =>
        {
            await stream.WriteAsync(first, stop);
            while (more.Length > 0)
                await stream.WriteAsync(more, stop);
        };
    }

    static void AssertShown(string? text, string of)
    {
        Assert.True(text is null || text.Length <= Shown.LongestText && !text.Any(char.IsControl) && Shown.Name(text) == text, $"{of}: {text}");
    }
}
