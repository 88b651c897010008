using System;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using System.Xml.Linq;
using Amazon.Runtime;
using Amazon.S3;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Conformance;

/// <summary>A test that talks to some S3 server: a bucket of its own there, requests signed by hand, and Amazon's client.</summary>
public abstract class S3Test : IAsyncLifetime
{
    /// <summary>Where the server is; each test has its own bucket there.</summary>
    private protected string Url { get; private set; } = "";

    private protected string Bucket { get; } = "t-" + Guid.NewGuid().ToString("n");

    /// <summary>Amazon's own client: signing, framing and checksums that are not ours.</summary>
    private protected AmazonS3Client Sdk { get; private set; } = null!;

    /// <summary>Without it the client sends checksums of its own accord, in trailers; with it, it names the algorithm it is told but sends none.</summary>
    private protected virtual RequestChecksumCalculation SdkChecksums => RequestChecksumCalculation.WHEN_REQUIRED;

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Starts the server, or finds it.</summary>
    private protected abstract Task<string> Open();

    private protected virtual ValueTask Close() => default;

    public async ValueTask InitializeAsync()
    {
        Url = await Open();
        Sdk = new(new BasicAWSCredentials(TestCredentials.AccessKey, TestCredentials.SecretKey), new AmazonS3Config
        {
            ServiceURL = Url,
            AuthenticationRegion = TestCredentials.Region,
            ForcePathStyle = true,
            MaxErrorRetry = 0,
            RequestChecksumCalculation = SdkChecksums,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });
        await Sdk.PutBucketAsync(Bucket, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        Sdk?.Dispose();
        await Close();
        GC.SuppressFinalize(this);
    }

    private protected SignedRequest Put(string key, byte[] body) => new(Url, "PUT", Bucket, key) { Body = body };

    private protected SignedRequest PutNew(string key, byte[] body) => Put(key, body) with { Headers = new() { ["If-None-Match"] = "*" } };

    private protected SignedRequest Get(string key) => new(Url, "GET", Bucket, key);

    private protected SignedRequest Head(string key) => new(Url, "HEAD", Bucket, key);

    private protected async Task<string> Begin(string key)
    {
        var answer = await (new SignedRequest(Url, "POST", Bucket, key) { Query = [("uploads", "")] }).Send(Cancel);
        Assert.Equal("200", answer.Outcome);
        return RawAnswer.Value(XElement.Parse(answer.Text), "UploadId");
    }

    private protected SignedRequest Upload(string method, string upload, string key) => new(Url, method, Bucket, key) { Query = [("uploadId", upload)] };

    private protected SignedRequest Part(string upload, string key, int number, byte[] bytes) =>
        Put(key, bytes) with { Query = [("partNumber", number.ToString()), ("uploadId", upload)] };

    /// <summary>Uploads a part and returns its ETag.</summary>
    private protected async Task<string> PutPart(string upload, string key, int number, byte[] bytes)
    {
        var answer = await Part(upload, key, number, bytes).Send(Cancel);
        Assert.Equal("200", answer.Outcome);
        return answer.ETag;
    }

    private protected SignedRequest Complete(string upload, string key, params (int Number, string ETag)[] parts) => Upload("POST", upload, key) with
    {
        Body = Encoding.UTF8.GetBytes($"<CompleteMultipartUpload>{string.Concat(parts.Select(part => $"<Part><PartNumber>{part.Number}</PartNumber><ETag>\"{part.ETag}\"</ETag></Part>"))}</CompleteMultipartUpload>"),
    };

    /// <summary>STREAMING-UNSIGNED-PAYLOAD-TRAILER in one chunk, CRC32C announced.</summary>
    private protected SignedRequest WithTrailer(string key, byte[] bytes, string trailer) => Put(key, [.. Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"), .. bytes, .. Encoding.ASCII.GetBytes($"\r\n0\r\n{trailer}\r\n\r\n")]) with
    {
        PayloadHash = "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        Headers = new()
        {
            ["x-amz-decoded-content-length"] = bytes.Length.ToString(),
            ["x-amz-trailer"] = "x-amz-checksum-crc32c",
            ["Content-Encoding"] = "aws-chunked",
        },
    };

    private protected async Task<string> OutcomeOf(SignedRequest request) => (await request.Send(Cancel)).Outcome;

    /// <summary>Asserts that no object came to be under the key.</summary>
    private protected async Task AssertNothing(string key) => Assert.Equal(404, (await Head(key).Send(Cancel)).Status);

    /// <summary>Asserts that the key has exactly those bytes.</summary>
    private protected async Task AssertHolds(string key, byte[] body)
    {
        var answer = await Get(key).Send(Cancel);
        Assert.Equal("200", answer.Outcome);
        Assert.Equal(body, answer.Body);
    }

    private protected static string Md5(byte[] bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));

    /// <summary>The same bytes for the same seed; no two seeds begin alike.</summary>
    private protected static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
