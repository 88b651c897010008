using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Tests.Support;
using Xunit;
using Fault = S3Sync.Storage.Fault;

namespace S3Sync.Tests.Faults;

/// <summary>A server answers and closes the connection while the body is still being sent to it: what it said is heard.</summary>
public sealed class EarlyAnswerTests
{
    const int Length = 24 << 20;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("413 Request Entity Too Large", "text/html", "<html>413 Request Entity Too Large</html>", Fault.TooLarge, "413")]
    [InlineData("413 Payload Too Large", "application/xml", "<Error><Code>EntityTooLarge</Code></Error>", Fault.TooLarge, "EntityTooLarge")]
    [InlineData("400 Bad Request", "application/xml", "<Error><Code>XMinioAdminBucketQuotaExceeded</Code></Error>", Fault.Full, "QuotaExceeded")]
    [InlineData("507 Insufficient Storage", "application/xml", "<Error><Code>XMinioStorageFull</Code></Error>", Fault.Full, "507")]
    [InlineData("403 Forbidden", "application/xml", "<Error><Code>InvalidAccessKeyId</Code></Error>", Fault.Credentials, "InvalidAccessKeyId")]
    internal async Task AnAnswerThatComesBeforeTheBodyIsSentIsHeard(string status, string type, string body, Fault expected, string said)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answer = $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";
        var serving = ServeAsync(listener, answer, stopping.Token);
        var digest = Digest.Of(ChecksumKind.Crc64Nvme, new byte[Length]);
        using var bucket = PipelineStand.OpenBucket(new BucketOptions(new($"http://{listener.LocalEndpoint}"), IsAws: true, TestCredentials.Region, ChecksumKind.Crc64Nvme, 2));
        foreach (var isPart in (bool[])[false, true])
        {
            var reply = isPart
                ? await bucket.PutPartAsync("bucket", "key", "id", 1, new byte[Length], digest, Cancel)
                : await bucket.PutAsync("bucket", "key", new byte[Length], digest, onlyIfNew: true, Cancel);
            Assert.Equal(expected, reply.Fault);
            Assert.Contains(said, reply.Detail, StringComparison.Ordinal);
        }
        stopping.Cancel();
        listener.Stop();
        await serving;
    }

    /// <summary>Reads the head, answers, and closes with most of the body unread: the connection is reset.</summary>
    static async Task ServeAsync(TcpListener listener, string answer, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(stop);
                var stream = client.GetStream();
                await stream.ReadAtLeastAsync(new byte[64 * 1024], 64 * 1024, throwOnEndOfStream: false, stop);
                await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), stop);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
        {
        }
    }
}
