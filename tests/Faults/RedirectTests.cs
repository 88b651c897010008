using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Endpoints;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;
using Fault = S3Sync.Storage.Fault;

namespace S3Sync.Tests.Faults;

/// <summary>
/// A server sends us to another host: nothing goes there, neither body nor signature nor keys, and
/// no file is to blame. The other host listens on loopback,
/// where a request would reach it.
/// </summary>
public sealed class RedirectTests : IDisposable
{
    static readonly int[] Statuses = [300, 301, 302, 303, 304, 305, 307, 308, 399];

    readonly TemporaryDirectory place = new();
    readonly TestAuthority authority = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        place.Dispose();
        authority.Dispose();
    }

    public static TheoryData<string, bool> EachRequest()
    {
        var all = new TheoryData<string, bool>();
        foreach (var name in EveryRequest.Names)
        {
            all.Add(name, false);
            all.Add(name, true);
        }
        return all;
    }

    [Theory]
    [MemberData(nameof(EachRequest))]
    public async Task NoRequestIsFollowedWhateverTheStatusAndTheEndpointIsToBlame(string name, bool https)
    {
        await using var other = new HostileServer("HTTP/1.1 200 OK\r\nETag: \"b1946ac92492d2347c6235b4d2611184\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        foreach (var status in Statuses)
        {
            foreach (var (headers, code) in ((string, string)[])[("", ""), ("", "TemporaryRedirect"), ("x-amz-bucket-region: eu-west-3\r\n", "PermanentRedirect")])
            {
                var body = code.Length == 0 ? "" : $"<Error><Code>{code}</Code><Endpoint>127.0.0.1:{other.Port}</Endpoint><RequestId>R1</RequestId></Error>";
                var reply = await AskAsync(name, https, $"HTTP/1.1 {status} Go\r\n{headers}Location: {other.Url}/elsewhere?q\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}");
                Assert.True(reply.Fault == (headers.Length > 0 ? Fault.NoBucket : Fault.Redirected), $"{status}: {reply}");
                Assert.Contains($"S3 answered {status}", reply.Detail, StringComparison.Ordinal);
                Assert.Contains($"{other.Url}/elsewhere", reply.Detail, StringComparison.Ordinal);
                Assert.Contains(headers.Length > 0 ? "--region" : "--endpoint", reply.Detail, StringComparison.Ordinal);
                Assert.InRange(reply.Detail!.Length, 1, Shown.LongestText);
            }
        }
        Assert.Equal(0, other.Requests);
    }

    /// <summary>
    /// The same for a run: the files wait, and go on as soon as the server is itself again.
    /// </summary>
    [Theory]
    [InlineData(301, true)]
    [InlineData(302, false)]
    [InlineData(303, true)]
    [InlineData(307, false)]
    [InlineData(307, true)]
    [InlineData(308, false)]
    public async Task ARunPausesAndNoFileIsParkedOrSentElsewhere(int status, bool isAws)
    {
        await using var other = new HostileServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        await using var stand = await PipelineStand.Start(isAws: isAws);
        // Two buckets: that both send us away is no bucket's fault.
        stand.Server.CreateBucket("second");
        var second = stand.AddRoot("second", bucket: "second");
        var fault = stand.Server.Faults.Add(Support.S3.Fault.Redirect(status, other.Url + "/red"));
        string[] paths = [stand.Write("small", PipelineStand.Bytes(100)), stand.Write("large", PipelineStand.Bytes(3 * PipelineStand.PartSize)), stand.Write("b", PipelineStand.Bytes(7), second)];
        await using var running = stand.Run();
        await Eventually.True(() => fault.Struck >= 4, stand.Log.ToString, Cancel);
        Assert.All(paths, path => Assert.True(File.Exists(path)));
        stand.Server.Faults.Clear();
        await Eventually.True(() => running.Pipeline.Tally.Deleted == 3, stand.Log.ToString, Cancel);
        Assert.Equal(0, other.Requests);
        Assert.Equal(0, stand.Log.Count("parked"));
        Assert.NotEqual(0, stand.Log.Count($"{other.Url}/red, which is never followed"));
    }

    /// <summary>
    /// Half of what is sent of a large file is sent by the SDK: whichever request is sent
    /// elsewhere.
    /// </summary>
    [Theory]
    [InlineData(nameof(S3Operation.CreateMultipartUpload))]
    [InlineData(nameof(S3Operation.UploadPart))]
    [InlineData(nameof(S3Operation.CompleteMultipartUpload))]
    [InlineData(nameof(S3Operation.ListParts))]
    [InlineData(nameof(S3Operation.HeadObject))]
    public async Task ALargeFileIsNotSentElsewhereEither(string named)
    {
        var operation = Enum.Parse<S3Operation>(named);
        await using var other = new HostileServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        await using var stand = await PipelineStand.Start(isAws: true);
        stand.Server.Faults.Add(Support.S3.Fault.Redirect(307, other.Url + "/there").On(operation).Times(2));
        stand.Write("large", PipelineStand.Bytes((3 * PipelineStand.PartSize) + 1));
        Assert.Equal(new RunResult(null, 0, 0), await stand.DrainAsync(Cancel));
        Assert.Equal(new OracleCount(0, 1, 0), stand.Oracle.Check());
        Assert.Equal((0, 0), (other.Requests, stand.Server.OpenUploads));
    }

    /// <summary>
    /// Of an answer of AWS the region's name is taken, and nothing else: whatever its Location
    /// says, the next request goes to AWS's own address.
    /// </summary>
    [Theory]
    [InlineData("create")]
    [InlineData("put")]
    public async Task OfAnAnswerOnlyTheRegionsNameIsTaken(string name)
    {
        await using var server = await S3Server.Start(new() { Region = "eu-central-1", IsRegional = true }, "bucket");
        await using var other = new HostileServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        var fault = server.Faults.Add(Support.S3.Fault.Redirect(307, other.Url + "/there").Times(1));
        await using var proxy = new TestProxy(server.Port, authority);
        File.WriteAllText(place["ca.pem"], authority.Pem);
        BucketOptions options = new(null, IsAws: true, "us-east-1", ChecksumKind.Crc64Nvme, 2) { CaFile = place["ca.pem"], Proxy = new(new(proxy.Url), false, []) };
        using var requests = new EveryRequest(options);
        var reply = await requests.SendAsync(name, Cancel);
        Assert.True(reply.Ok, reply.Detail);
        Assert.Equal((0, 1), (other.Requests, fault.Struck));
        // Then it is known.
        Assert.True((await requests.SendAsync("head", Cancel)).Fault is Fault.None or Fault.NotThere);
        Assert.Equal(["bucket.s3.eu-central-1.amazonaws.com:443", "bucket.s3.us-east-1.amazonaws.com:443"], proxy.Hosts.Order(StringComparer.Ordinal));
    }

    async Task<Reply> AskAsync(string name, bool https, string answer)
    {
        await using var server = new HostileServer(answer);
        if (!https)
        {
            using var plain = new EveryRequest(new(new(server.Url), IsAws: true, TestCredentials.Region, ChecksumKind.Crc64Nvme, 2));
            var reply = await plain.SendAsync(name, Cancel);
            // Nor is it asked once more where it was; but what HEAD is answered, GET must tell.
            Assert.Equal(name == "head" ? 2 : 1, server.Requests);
            return reply;
        }
        File.WriteAllText(place["ca.pem"], authority.Pem);
        await using var front = new TlsFront(authority.Issue(), server.Port);
        using var secure = new EveryRequest(new(new(front.Url), IsAws: true, TestCredentials.Region, ChecksumKind.Crc64Nvme, 2) { CaFile = place["ca.pem"] });
        return await secure.SendAsync(name, Cancel);
    }
}
