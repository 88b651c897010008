using System;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.S3;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Conformance;

/// <summary>
/// What a server that speaks S3 does, held against the tests' own server and against a real object store.
/// Where the two are known to differ the expectation is a member that one of the subclasses overrides, so that every difference stands written there.
/// </summary>
public abstract partial class S3Conformance : IAsyncLifetime
{
    /// <summary>Where the server is; each test has its own bucket there.</summary>
    private protected string Url { get; private set; } = "";

    private protected string Bucket { get; } = "t-" + Guid.NewGuid().ToString("n");

    /// <summary>Amazon's own client: signing, framing and checksums that are not ours.</summary>
    private protected AmazonS3Client Sdk { get; private set; } = null!;

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
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
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

    private protected SignedRequest Get(string key) => new(Url, "GET", Bucket, key);

    private protected SignedRequest Head(string key) => new(Url, "HEAD", Bucket, key);

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
