using System.Collections.Concurrent;
using System.Text;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Endpoints;

/// <summary>An endpoint with a path, as gateways have: every request goes below it, with one slash between, whoever makes it.</summary>
public sealed class EndpointPathTests
{
    [Theory]
    [InlineData("", "/bucket")]
    [InlineData("/", "/bucket")]
    [InlineData("//", "/bucket")]
    [InlineData("/gate", "/gate/bucket")]
    [InlineData("/gate/", "/gate/bucket")]
    [InlineData("/storage/v1/s3", "/storage/v1/s3/bucket")]
    [InlineData("/storage/v1/s3/", "/storage/v1/s3/bucket")]
    [InlineData("/storage/v1/s3//", "/storage/v1/s3/bucket")]
    [InlineData("/a-b_c.d~e/", "/a-b_c.d~e/bucket")]
    public async Task EveryRequestGoesThereWithOneSlash(string path, string expected)
    {
        ConcurrentQueue<string> lines = [];
        await using var server = new HostileServer((head, stream, stop) =>
        {
            lines.Enqueue(head.Split(' ')[1]);
            return stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"), stop).AsTask();
        });
        using var requests = new EveryRequest(new(new(server.Url + path), IsAws: false, TestCredentials.Region, ChecksumKind.Md5, 4));
        foreach (var name in EveryRequest.Names)
        {
            lines.Clear();
            await requests.SendAsync(name, TestContext.Current.CancellationToken);
            Assert.NotEmpty(lines);
            Assert.All(lines, line => Assert.StartsWith(name is "list" or "rule" ? expected + "?" : expected + "/key", line.Replace("bucket/?", "bucket?")));
        }
    }
}
