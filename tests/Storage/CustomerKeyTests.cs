using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.S3;
using S3Sync.Storage;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;
using Bucket = S3Sync.Storage.Bucket;
using Fault = S3Sync.Storage.Fault;

namespace S3Sync.Tests.Storage;

/// <summary>A key of the customer's own: read from its file, and sent along with every request for an object.</summary>
public sealed class CustomerKeyTests
{
    static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 7))];

    static readonly byte[] Body = Encoding.UTF8.GetBytes("what is in the file");

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ItGoesAlongWithEveryRequestAsTheSdkSendsIt()
    {
        await using var server = await S3Server.Start(null, "bucket");
        var seen = new List<string>();
        server.Arrived += request => { lock (seen) { seen.Add(BucketWireTests.Describe(request)); } };
        BucketOptions options = new(new(server.Url), IsAws: false, TestCredentials.Region, ChecksumKind.Crc32, 2);
        var credentials = new BasicAWSCredentials(TestCredentials.AccessKey, TestCredentials.SecretKey);
        using var client = new AmazonS3Client(credentials, BucketCredentials.Configure(options, out _)!);
        var key = new CustomerKey(Key);
        using var bucket = new Bucket(client, credentials, options, key);
        var sdk = new BucketSdk(client, options.Checksum, options.Owner, key);
        var digest = Digest.Of(options.Checksum, Body);
        var upload = (await bucket.CreateUploadAsync("bucket", "parts", Cancel)).UploadId;

        await Same(bucket.PutAsync("bucket", "key", Body, digest, onlyIfNew: false, Cancel), () => sdk.PutAsync("bucket", "key", Body, digest, onlyIfNew: false, Cancel));
        await Same(bucket.HeadAsync("bucket", "key", Cancel), () => sdk.HeadAsync("bucket", "key", Cancel));
        await Same(bucket.PutPartAsync("bucket", "parts", upload, 1, Body, digest, Cancel), () => sdk.PutPartAsync("bucket", "parts", upload, 1, Body, digest, Cancel));
        var part = await bucket.PutPartAsync("bucket", "parts", upload, 1, Body, digest, Cancel);
        Assert.Equal(Fault.None, (await bucket.CompleteUploadAsync("bucket", "parts", upload, [new(1, part.ETag, digest)], digest.Whole, onlyIfNew: true, Cancel)).Fault);
        Assert.All(seen, request => Assert.Contains($"x-amz-server-side-encryption-customer-key: {key.Base64}\nx-amz-server-side-encryption-customer-key-md5: {key.Md5}", request, StringComparison.Ordinal));

        // The server keeps it from whoever comes without.
        using var other = new Bucket(client, credentials, options);
        Assert.Equal(Fault.Rejected, (await other.HeadAsync("bucket", "parts", Cancel)).Fault);
        using var wrong = new Bucket(client, credentials, options, new(new byte[32]));
        Assert.Equal(Fault.Refused, (await wrong.HeadAsync("bucket", "parts", Cancel)).Fault);

        async Task Same(Task<Reply> ours, Func<Task<Reply>> bySdk)
        {
            Assert.Equal(Fault.None, (await ours).Fault);
            var mine = seen[^1];
            await bySdk();
            Assert.Equal(seen[^1], mine);
        }
    }

    [Fact]
    public void AFileHoldsItAsItIsOrInBase64()
    {
        using var place = new TemporaryDirectory();
        foreach (var content in (byte[][])[Key, Encoding.ASCII.GetBytes(Convert.ToBase64String(Key)), Encoding.ASCII.GetBytes(Convert.ToBase64String(Key) + "\r\n")])
        {
            File.WriteAllBytes(place["key"], content);
            Assert.True(CustomerKey.TryLoad(place["key"], out var key, out _));
            Assert.Equal(Convert.ToBase64String(Key), key!.Base64);
            Assert.DoesNotContain(key.Base64, key.ToString(), StringComparison.Ordinal);
        }
        foreach (var content in (byte[][])[[], Key[..31], [.. Key, 0], Encoding.ASCII.GetBytes(Convert.ToBase64String(Key[..30])), new byte[100_000]])
        {
            File.WriteAllBytes(place["key"], content);
            Assert.False(CustomerKey.TryLoad(place["key"], out _, out var problem));
            Assert.Contains("it does not hold 32 bytes", problem!.Value.What, StringComparison.Ordinal);
        }
        Assert.False(CustomerKey.TryLoad(place["none"], out _, out _));
        Assert.True(CustomerKey.TryLoad(null, out var without, out _));
        Assert.Null(without);
    }
}
