using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using S3Sync.Storage;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;
using Bucket = S3Sync.Storage.Bucket;
using Fault = S3Sync.Storage.Fault;

namespace S3Sync.Tests.Storage;

/// <summary>What an object gets, on the wire: sent and signed as the SDK does it by its own properties, in one request and in parts.</summary>
public sealed class ObjectHeadersTests
{
    static readonly byte[] Body = Encoding.UTF8.GetBytes("what is in the file");

    static readonly (string, string)[] Tags = [("a", "1"), ("b c", "é/+&="), ("empty", "")];

    static readonly (string, string)[] Metadata = [("zebra", "last"), ("origin", "a plain text"), ("other", "é日🦊")];

    static readonly ObjectWishes Everything = new()
    {
        StorageClass = "STANDARD_IA",
        Encryption = "aws:kms",
        KmsKey = "arn:aws:kms:us-east-1:111122223333:key/1234",
        KmsContext = "eyJhIjoiYiJ9",
        BucketKey = true,
        Acl = "bucket-owner-full-control",
        CacheControl = "max-age=3600, public",
        ContentType = "text/csv; charset=utf-8",
        Tags = Tags,
        Metadata = Metadata,
    };

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(nameof(ChecksumKind.Crc64Nvme), null)]
    [InlineData(nameof(ChecksumKind.Crc32C), "a session's token/+=")]
    [InlineData(nameof(ChecksumKind.Crc32), null)]
    [InlineData(nameof(ChecksumKind.Md5), "a session's token/+=")]
    public async Task EveryWishIsSentAndSignedAsTheSdkDoes(string named, string? token)
    {
        var kind = Enum.Parse<ChecksumKind>(named);
        await using var server = await S3Server.Start(new() { SessionToken = token }, "bucket");
        var seen = new List<string>();
        server.Arrived += request => { lock (seen) { seen.Add($"{BucketWireTests.Describe(request)}\n{Signed(request)}"); } };
        BucketOptions options = new(new(server.Url), IsAws: false, TestCredentials.Region, kind, 2) { Owner = token is null ? null : new S3ServerOptions().Owner };
        AWSCredentials credentials = token is null ? new BasicAWSCredentials(TestCredentials.AccessKey, TestCredentials.SecretKey) : new SessionAWSCredentials(TestCredentials.AccessKey, TestCredentials.SecretKey, token);
        using var client = new AmazonS3Client(credentials, BucketCredentials.Configure(options, out _)!);
        using var bucket = new Bucket(client, credentials, options);
        var headers = new ObjectTraits(Everything).Of("/in/a.csv", 0, Body.Length);
        var digest = Digest.Of(kind, Body);

        Assert.Equal(Fault.None, (await bucket.PutAsync("bucket", "key", Body, digest, onlyIfNew: false, Cancel, headers)).Fault);
        await client.PutObjectAsync(Put(digest, options.Owner), Cancel);
        Assert.Equal(seen[^1], seen[^2]);
        await new BucketSdk(client, kind, options.Owner).PutAsync("bucket", "key", Body, digest, onlyIfNew: false, Cancel, headers);
        Assert.Equal(seen[^2], seen[^1]);

        Assert.Equal(Fault.None, (await bucket.CreateUploadAsync("bucket", "key", Cancel, headers)).Fault);
        await client.InitiateMultipartUploadAsync(Create(kind, options.Owner), Cancel);
        Assert.Equal(seen[^1], seen[^2]);
        Assert.Contains("x-amz-tagging: a=1&b%20c=%C3%A9%2F%2B%26%3D&empty=", seen[^1], StringComparison.Ordinal);
    }

    /// <summary>Retention by default demands it: "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters".</summary>
    [Theory]
    [InlineData(nameof(ChecksumKind.Crc64Nvme))]
    [InlineData(nameof(ChecksumKind.Crc32C))]
    [InlineData(nameof(ChecksumKind.Crc32))]
    [InlineData(nameof(ChecksumKind.Md5))]
    public async Task EveryBodyTravelsWithAChecksumAsObjectLockDemands(string named)
    {
        var kind = Enum.Parse<ChecksumKind>(named);
        await using var server = await S3Server.Start(null, "bucket");
        var bodies = 0;
        server.Arrived += request =>
        {
            if (request.Operation is S3Operation.PutObject or S3Operation.UploadPart && request.Headers.Any(header => header.Key.StartsWith("x-amz-checksum-", StringComparison.OrdinalIgnoreCase) || header.Key.Equals("content-md5", StringComparison.OrdinalIgnoreCase)))
                Interlocked.Increment(ref bodies);
        };
        using var bucket = PipelineStand.OpenBucket(server, kind, isAws: true);
        var digest = Digest.Of(kind, Body);
        Assert.True((await bucket.PutAsync("bucket", "key", Body, digest, onlyIfNew: true, Cancel)).Ok);
        var upload = (await bucket.CreateUploadAsync("bucket", "large", Cancel)).UploadId;
        Assert.True((await bucket.PutPartAsync("bucket", "large", upload, 1, Body, digest, Cancel)).Ok);
        Assert.Equal(2, bodies);
    }

    [Fact]
    public async Task WhereOnlyTheSdkCanAskTheObjectGetsTheSame()
    {
        await using var server = await S3Server.Start(null, "bucket");
        BucketOptions options = new(new(server.Url), IsAws: true, TestCredentials.Region, ChecksumKind.Crc64Nvme, 1);
        using var client = new AmazonS3Client(new BasicAWSCredentials(TestCredentials.AccessKey, TestCredentials.SecretKey), BucketCredentials.Configure(options, out _)!);
        var bucket = new BucketSdk(client, ChecksumKind.Crc64Nvme, null);
        var headers = new ObjectTraits(Everything).Of("/in/a.csv", 0, Body.Length);
        Assert.True((await bucket.PutAsync("bucket", "key", Body, Digest.Of(ChecksumKind.Crc64Nvme, Body), onlyIfNew: true, Cancel, headers)).Ok);
        var stored = server.Objects("bucket")["key"];
        Assert.Equal(("STANDARD_IA", "a plain text", "text/csv; charset=utf-8"), (stored.Headers["x-amz-storage-class"], stored.Headers["x-amz-meta-origin"], stored.Headers["content-type"]));
    }

    [Fact]
    public async Task MoreHeadersThanARequestUsuallyHasAreSentInTheirOrder()
    {
        await using var server = await S3Server.Start(null, "bucket");
        using var bucket = PipelineStand.OpenBucket(server, ChecksumKind.Md5, isAws: false);
        var many = Enumerable.Range(0, 60).Select(i => ($"name-{i * 37 % 60:D2}", $"value {i}")).ToArray();
        var headers = new ObjectTraits(new() { Metadata = many }).Of("/in/a", 0, 0);
        Assert.True((await bucket.PutAsync("bucket", "key", Body, Digest.Of(ChecksumKind.Md5, Body), onlyIfNew: true, Cancel, headers)).Ok);
        var stored = server.Objects("bucket")["key"];
        Assert.All(many, pair => Assert.Equal(pair.Item2, stored.Headers["x-amz-meta-" + pair.Item1]));
    }

    static PutObjectRequest Put(Digest digest, string? owner)
    {
        var request = new PutObjectRequest
        {
            BucketName = "bucket",
            Key = "key",
            InputStream = new System.IO.MemoryStream(Body),
            UseChunkEncoding = false,
            ExpectedBucketOwner = owner,
            ContentType = Everything.ContentType,
            StorageClass = S3StorageClass.StandardInfrequentAccess,
            ServerSideEncryptionMethod = ServerSideEncryptionMethod.AWSKMS,
            ServerSideEncryptionKeyManagementServiceKeyId = Everything.KmsKey,
            ServerSideEncryptionKeyManagementServiceEncryptionContext = Everything.KmsContext,
            BucketKeyEnabled = true,
            CannedACL = S3CannedACL.BucketOwnerFullControl,
            TagSet = [.. Tags.Select(tag => new Tag { Key = tag.Item1, Value = tag.Item2 })],
        };
        request.Headers.CacheControl = Everything.CacheControl;
        foreach (var (name, value) in Metadata)
            request.Metadata.Add(name, HeaderText.Of(value));
        switch (digest.Kind)
        {
            case ChecksumKind.Crc64Nvme: request.ChecksumCRC64NVME = digest.Base64; break;
            case ChecksumKind.Crc32C: request.ChecksumCRC32C = digest.Base64; break;
            case ChecksumKind.Crc32: request.ChecksumCRC32 = digest.Base64; break;
            default: request.MD5Digest = digest.Base64; break;
        }
        return request;
    }

    static InitiateMultipartUploadRequest Create(ChecksumKind kind, string? owner)
    {
        var request = new InitiateMultipartUploadRequest
        {
            BucketName = "bucket",
            Key = "key",
            ExpectedBucketOwner = owner,
            ContentType = Everything.ContentType,
            StorageClass = S3StorageClass.StandardInfrequentAccess,
            ServerSideEncryptionMethod = ServerSideEncryptionMethod.AWSKMS,
            ServerSideEncryptionKeyManagementServiceKeyId = Everything.KmsKey,
            ServerSideEncryptionKeyManagementServiceEncryptionContext = Everything.KmsContext,
            BucketKeyEnabled = true,
            CannedACL = S3CannedACL.BucketOwnerFullControl,
            TagSet = [.. Tags.Select(tag => new Tag { Key = tag.Item1, Value = tag.Item2 })],
        };
        request.Headers.CacheControl = Everything.CacheControl;
        foreach (var (name, value) in Metadata)
            request.Metadata.Add(name, HeaderText.Of(value));
        if (kind != ChecksumKind.Md5)
        {
            request.ChecksumType = ChecksumType.FULL_OBJECT;
            request.ChecksumAlgorithm = kind switch
            {
                ChecksumKind.Crc64Nvme => Amazon.S3.ChecksumAlgorithm.CRC64NVME,
                ChecksumKind.Crc32C => Amazon.S3.ChecksumAlgorithm.CRC32C,
                _ => Amazon.S3.ChecksumAlgorithm.CRC32,
            };
        }
        return request;
    }

    /// <summary>The names of the signed headers that an object's are among.</summary>
    static string Signed(S3Request request)
    {
        var authorization = request.Header("Authorization")!;
        var names = authorization[(authorization.IndexOf("SignedHeaders=", StringComparison.Ordinal) + "SignedHeaders=".Length)..].Split(',')[0].Split(';');
        return string.Join(';', names.Where(name => name.StartsWith("x-amz-", StringComparison.Ordinal) && name != "x-amz-sdk-checksum-algorithm" || name.StartsWith("content-type", StringComparison.Ordinal) || name == "cache-control"));
    }
}
