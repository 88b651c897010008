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
/// What answers is no S3 server: an ingress, a proxy, a captive portal. No file is to blame and no key is taken; all wait, and go on when
/// the server is back. And what HEAD is answered, which has no body, is asked once more before anybody is blamed for it.
/// </summary>
public sealed class ForeignAnswerTests
{
    static readonly Dictionary<string, (string Status, string Type, string Body)> answers = new()
    {
        ["404 of an ingress"] = ("404 Not Found", "text/plain; charset=utf-8", "404 page not found\n"),
        ["404 as a page"] = ("404 Not Found", "text/html", "<html><head><title>404 Not Found</title></head></html>"),
        ["404 as JSON"] = ("404 Not Found", "application/json", "{\"error\":\"no route\"}"),
        ["405 of a proxy"] = ("405 Method Not Allowed", "text/html", "<html><h1>Not Allowed</h1></html>"),
        ["421 of a proxy"] = ("421 Misdirected Request", "text/plain", "Misdirected Request"),
        ["400 of an HTTPS server"] = ("400 Bad Request", "text/plain", "Client sent an HTTP request to an HTTPS server.\n"),
        ["403 of a filter"] = ("403 Forbidden", "text/html", "<!DOCTYPE html><html><body>Request blocked.</body></html>"),
        ["410"] = ("410 Gone", "text/plain", "gone"),
        ["a portal's page"] = ("200 OK", "text/html", "<html>Sign in to the network</html>"),
        ["a portal's page in XHTML"] = ("200 OK", "application/xhtml+xml", "<?xml version='1.0'?><html>Sign in</html>"),
        ["a portal's text"] = ("200 OK", "text/plain", "Sign in"),
    };

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Answers => [.. answers.Keys];

    public static TheoryData<string, bool> OfRuns()
    {
        var all = new TheoryData<string, bool>();
        foreach (var name in answers.Keys)
        {
            all.Add(name, true);
            all.Add(name, false);
        }
        return all;
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task WhatIsNotS3sBlamesTheEndpointAndIsShown(string named)
    {
        await using var server = new HostileServer(Answer(named));
        using var requests = new EveryRequest(At(server));
        foreach (var name in EveryRequest.Names.Except(["abort", "remove"]))
        {
            var reply = await requests.SendAsync(name, Cancel);
            Assert.True(reply is { Blame: Blame.NotS3 } or { Fault: Fault.Unreachable }, $"{name}: {reply}");
            if (name is not ("put" or "head" or "part" or "why"))
                continue;
            Assert.Equal(Fault.NotS3, reply.Fault);
            Assert.Contains($"{answers[named].Status[..3]} {answers[named].Type.Split(';')[0]}", reply.Detail, StringComparison.Ordinal);
            Assert.Contains("http or https", reply.Detail, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(OfRuns))]
    public async Task FilesWaitAndAreAllUploadedWhenTheServerIsBack(string named, bool isAws)
    {
        await using var stand = await PipelineStand.Start(isAws: isAws);
        await using var front = new HostileServer(Answer(named), stand.Server.Port);
        stand.Endpoint = front.Url;
        string[] paths = [.. Enumerable.Range(0, 4).Select(i => stand.Write($"f{i}", PipelineStand.Bytes(100 + i, i))), stand.Write("large", PipelineStand.Bytes(3 * PipelineStand.PartSize))];
        await using var running = stand.Run();
        await Eventually.True(() => front.Requests >= 4, stand.Log.ToString, Cancel);
        Assert.All(paths, path => Assert.True(File.Exists(path)));
        await Eventually.True(() => stand.Log.Count("no S3 server") > 0, stand.Log.ToString, Cancel);
        Assert.Equal(0, stand.Log.Count("conflict") + stand.Log.Count("parked"));
        front.IsHostile = false;
        await Eventually.True(() => running.Pipeline.Tally.Deleted == paths.Length, stand.Log.ToString, Cancel);
        Assert.Equal(new OracleCount(0, paths.Length, 0), stand.Oracle.Check());
    }

    /// <summary>A router takes this one key for another address, or its HEAD for something else; S3 answers GET.</summary>
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", Fault.Rejected)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 10\r\nConnection: close\r\n\r\n", Fault.Rejected)]
    [InlineData("HTTP/1.1 405 No\r\nContent-Type: text/html\r\nContent-Length: 10\r\nConnection: close\r\n\r\n", Fault.Rejected)]
    [InlineData("HTTP/1.1 404 No\r\nContent-Type: text/plain\r\nContent-Length: 10\r\nConnection: close\r\n\r\n", Fault.NotThere)]
    [InlineData("HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", Fault.NotThere)]
    internal async Task AnswersToHeadThatAreNoObjectsAreNoConflictsEither(string head, Fault expected)
    {
        await using var server = new HostileServer(ByMethod(head, Error("404 Not Found", "NoSuchKey")));
        using var requests = new EveryRequest(At(server));
        Assert.Equal(expected, (await requests.SendAsync("head", Cancel)).Fault);
    }

    [Theory]
    [InlineData("403 Forbidden", "403 Forbidden", "InvalidAccessKeyId", Fault.Credentials)]
    [InlineData("403 Forbidden", "403 Forbidden", "SignatureDoesNotMatch", Fault.Credentials)]
    [InlineData("400 Bad Request", "400 Bad Request", "ExpiredToken", Fault.Credentials)]
    [InlineData("403 Forbidden", "403 Forbidden", "RequestTimeTooSkewed", Fault.Clock)]
    [InlineData("403 Forbidden", "403 Forbidden", "AccessDenied", Fault.Refused)]
    [InlineData("400 Bad Request", "400 Bad Request", "XMinioInvalidObjectName", Fault.Rejected)]
    [InlineData("404 Not Found", "404 Not Found", "NoSuchBucket", Fault.NoBucket)]
    [InlineData("301 Moved Permanently", "301 Moved Permanently", "PermanentRedirect", Fault.Redirected)]
    [InlineData("403 Forbidden", "416 Range Not Satisfiable", "InvalidRange", Fault.Refused)]
    internal async Task WhatHeadIsRefusedForIsAskedAndItsCodeIsKept(string head, string status, string code, Fault expected)
    {
        await using var server = new HostileServer(ByMethod($"HTTP/1.1 {head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", Error(status, code)));
        using var requests = new EveryRequest(At(server));
        var reply = await requests.SendAsync("head", Cancel);
        Assert.Equal(expected, reply.Fault);
        if (code != "InvalidRange")
            Assert.Contains(code, reply.Detail, StringComparison.Ordinal);
    }

    /// <summary>
    /// Keys that are wrong, or revoked, or a clock: HEAD is a bare 403, and yet no file is parked as if a right were missing. Nor is it by a
    /// server that answers 501 to the condition before it looks at the signature.
    /// </summary>
    [Theory]
    [InlineData("InvalidAccessKeyId", 403, true, false)]
    [InlineData("InvalidAccessKeyId", 403, false, false)]
    [InlineData("SignatureDoesNotMatch", 403, false, false)]
    [InlineData("SignatureDoesNotMatch", 403, false, true)]
    [InlineData("RequestTimeTooSkewed", 403, false, false)]
    [InlineData("ExpiredToken", 400, false, false)]
    public async Task NoFileIsParkedForKeysThatAreNoLongerGood(string code, int status, bool isAws, bool refusesConditions)
    {
        await using var stand = await PipelineStand.Start(refusesConditions ? Support.S3.Profile.RefusesConditions : null, isAws: isAws);
        stand.Server.Faults.Add(refusesConditions
            ? Support.S3.Fault.Answer(status, code).Where(request => request.Header("if-none-match") is null)
            : Support.S3.Fault.Answer(status, code));
        string[] paths = [stand.Write("a", PipelineStand.Bytes(100)), stand.Write("b", PipelineStand.Bytes(101, 2)), stand.Write("large", PipelineStand.Bytes(3 * PipelineStand.PartSize))];
        await using var running = stand.Run();
        await Eventually.True(() => stand.Log.Count("uploads rest") > 0 && stand.Log.Count(code) > 0, stand.Log.ToString, Cancel);
        Assert.Equal(0, stand.Log.Count("parked") + stand.Log.Count("may not look") + stand.Log.Count("failed "));
        stand.Server.Faults.Clear();
        await Eventually.True(() => running.Pipeline.Tally.Deleted == paths.Length, stand.Log.ToString, Cancel);
        Assert.Equal(new OracleCount(0, paths.Length, 0), stand.Oracle.Check());
    }

    /// <summary>Before a deletion "no longer there" must be said in words: a bucket that is missing answers HEAD in the same way.</summary>
    [Theory]
    [InlineData("404 Not Found", "NoSuchKey", Fault.NotThere)]
    [InlineData("404 Not Found", "NoSuchBucket", Fault.NoBucket)]
    [InlineData("403 Forbidden", "AccessDenied", Fault.Refused)]
    internal async Task WhatIsLookedForIsGoneOnlyIfThatIsSaidInWords(string status, string code, Fault expected)
    {
        const string head = "HTTP/1.1 404 No\r\nx-amz-request-id: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        await using var server = new HostileServer(ByMethod(head, Error(status, code)));
        using var bucket = PipelineStand.OpenBucket(At(server));
        foreach (var kind in (ChecksumKind[])[ChecksumKind.Crc64Nvme, ChecksumKind.Crc32, ChecksumKind.Md5])
            Assert.Equal(expected, (await bucket.FindAsync("bucket", "key", kind, Cancel)).Fault);
        // Where the next request is a write, that tells.
        Assert.Equal(Fault.NotThere, (await bucket.HeadAsync("bucket", "key", Cancel)).Fault);
    }

    static BucketOptions At(HostileServer server) =>
        new(new(server.Url), IsAws: true, TestCredentials.Region, ChecksumKind.Crc64Nvme, 2);

    static string Answer(string named)
    {
        var (status, type, body) = answers[named];
        return $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nServer: nginx\r\nx-amz-request-id: \r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";
    }

    static string Error(string status, string code) =>
        $"HTTP/1.1 {status}\r\nContent-Type: application/xml\r\nConnection: close\r\n\r\n<Error><Code>{code}</Code></Error>";

    static Func<string, Stream, CancellationToken, Task> ByMethod(string head, string other) => (request, stream, stop) =>
        stream.WriteAsync(Encoding.Latin1.GetBytes(request.StartsWith("HEAD", StringComparison.Ordinal) ? head : other), stop).AsTask();
}
