using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using S3Sync.Tests.Support.S3;
using Xunit;
using ChecksumAlgorithm = Amazon.S3.ChecksumAlgorithm;

namespace S3Sync.Tests.Conformance;

/// <summary>
/// S3's additional checksums, which no server that installs here verifies, so that only the documentation and Amazon's own client can be asked:
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
/// </summary>
public sealed class ChecksumTests : LocalServerTest
{
    private protected override S3ServerOptions Options => new() { SmallestPart = 1000 };

    private protected override RequestChecksumCalculation SdkChecksums => RequestChecksumCalculation.WHEN_SUPPORTED;

    public static TheoryData<string> Algorithms => ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"];

    public static TheoryData<string> Crcs => ["CRC32", "CRC32C", "CRC64NVME"];

    [Theory]
    [InlineData("CRC32")]
    [InlineData("SHA1")]
    [InlineData("SHA256")]
    public async Task WhatTheSdkComputesIsTakenInATrailer(string name)
    {
        // Over plain HTTP it signs every chunk and the trailer too.
        string? mode = null;
        Server.Arrived += request => mode = request.Header("x-amz-content-sha256");
        var put = await Sdk.PutObjectAsync(new() { BucketName = Bucket, Key = "key", InputStream = new MemoryStream(Bytes(200_000)), ChecksumAlgorithm = ChecksumAlgorithm.FindValue(name) }, Cancel);
        Assert.Equal(ChunkedBody.SignedWithTrailer, mode);
        Assert.Equal(ChecksumType.FULL_OBJECT, put.ChecksumType);
        Assert.Equal(ReferenceChecksum.Of(Bytes(200_000), name), ValueOf(put, name));
        Assert.Equal(ReferenceChecksum.Of(Bytes(200_000), name), await HeadChecksum("key", name));
        await AssertHolds("key", Bytes(200_000));
    }

    [Theory, MemberData(nameof(Algorithms))]
    public async Task WhatTheSdkIsGivenIsTakenInAHeader(string name)
    {
        string? header = null;
        Server.Arrived += request => header = request.Header("x-amz-checksum-" + name.ToLowerInvariant());
        var checksum = ReferenceChecksum.Of(Bytes(5000), name);
        var request = new PutObjectRequest { BucketName = Bucket, Key = "key", InputStream = new MemoryStream(Bytes(5000)) };
        _ = name switch
        {
            "CRC32" => request.ChecksumCRC32 = checksum,
            "CRC32C" => request.ChecksumCRC32C = checksum,
            "CRC64NVME" => request.ChecksumCRC64NVME = checksum,
            "SHA1" => request.ChecksumSHA1 = checksum,
            _ => request.ChecksumSHA256 = checksum,
        };
        var put = await Sdk.PutObjectAsync(request, Cancel);
        Assert.Equal(checksum, header);
        Assert.Equal(checksum, ValueOf(put, name));
        Assert.Equal(checksum, await HeadChecksum("key", name));
    }

    [Theory, MemberData(nameof(Algorithms))]
    public async Task TheChecksumOfOtherBytesIsRefusedWhateverTheAlgorithm(string name)
    {
        var header = "x-amz-checksum-" + name.ToLowerInvariant();
        Assert.Equal("200", await OutcomeOf(Put("right", Bytes(100)) with { Headers = new() { [header] = ReferenceChecksum.Of(Bytes(100), name) } }));
        Assert.Equal("400 BadDigest", await OutcomeOf(Put("key", Bytes(100, seed: 2)) with { Headers = new() { [header] = ReferenceChecksum.Of(Bytes(100), name) } }));
        await AssertNothing("key");
    }

    [Fact]
    public async Task WithoutAChecksumTheServerComputesCrc64Nvme()
    {
        var put = await Put("key", "123456789"u8.ToArray()).Send(Cancel);
        Assert.Equal("rosUhgp5mIg=", put.Headers["x-amz-checksum-crc64nvme"]);
        Assert.Equal("FULL_OBJECT", put.Headers["x-amz-checksum-type"]);
        Assert.Equal("rosUhgp5mIg=", await HeadChecksum("key", "CRC64NVME"));
        Assert.Equal("rosUhgp5mIg=", Server.Objects(Bucket)["key"].Crc64());
        // It is told only to those who ask.
        Assert.DoesNotContain("x-amz-checksum-crc64nvme", (await Head("key").Send(Cancel)).Headers);
    }

    [Fact]
    public async Task TwoChecksumsInOneRequestAreRefused()
    {
        var request = Put("key", []) with { Headers = new() { ["x-amz-checksum-crc32"] = "AAAAAA==", ["x-amz-checksum-crc32c"] = "AAAAAA==" } };
        Assert.Equal("400 InvalidRequest", await OutcomeOf(request));
    }

    [Fact]
    public async Task AnAnnouncedChecksumMustBeThere()
    {
        Assert.Equal("400 InvalidRequest", await OutcomeOf(Put("key", []) with { Headers = new() { ["x-amz-sdk-checksum-algorithm"] = "CRC32" } }));
        Assert.Equal("400 MalformedTrailerError", await OutcomeOf(WithTrailer("key", Bytes(10), "x-amz-meta-other:1")));
        await AssertNothing("key");
    }

    [Theory, MemberData(nameof(Crcs))]
    public async Task AMultipartObjectHasTheChecksumOfItsBytes(string name)
    {
        byte[][] parts = [Bytes(3000), Bytes(2000, seed: 2), Bytes(17, seed: 3)];
        var whole = ReferenceChecksum.Of([.. parts.SelectMany(part => part)], name);
        var upload = await Begin("key", name, "FULL_OBJECT");
        var etags = await PutParts(upload, "key", parts, name);

        var wrong = Complete(upload, "key", etags) with { Headers = new() { ["x-amz-checksum-" + name.ToLowerInvariant()] = ReferenceChecksum.Of([1], name), ["x-amz-checksum-type"] = "FULL_OBJECT" } };
        Assert.Equal("400 BadDigest", await OutcomeOf(wrong));
        await AssertNothing("key");
        Assert.Equal(1, Server.OpenUploads);

        var right = wrong with { Headers = new() { ["x-amz-checksum-" + name.ToLowerInvariant()] = whole, ["x-amz-checksum-type"] = "FULL_OBJECT", ["x-amz-mp-object-size"] = "5017" } };
        var answer = await right.Send(Cancel);
        Assert.Contains($"<Checksum{name}>{whole}</Checksum{name}><ChecksumType>FULL_OBJECT</ChecksumType>", answer.Text);
        Assert.Equal(whole, await HeadChecksum("key", name));
        Assert.Equal(0, Server.OpenUploads);
        await AssertHolds("key", [.. parts.SelectMany(part => part)]);
    }

    [Theory]
    [InlineData("CRC32")]
    [InlineData("SHA256")]
    public async Task ACompositeChecksumIsThatOfThePartsChecksums(string name)
    {
        var upload = (await Sdk.InitiateMultipartUploadAsync(new() { BucketName = Bucket, Key = "key", ChecksumAlgorithm = ChecksumAlgorithm.FindValue(name), ChecksumType = ChecksumType.COMPOSITE }, Cancel)).UploadId;
        var complete = new CompleteMultipartUploadRequest { BucketName = Bucket, Key = "key", UploadId = upload, PartETags = [] };
        var joined = new List<byte>();
        for (var number = 1; number <= 3; number++)
        {
            var part = await Sdk.UploadPartAsync(new() { BucketName = Bucket, Key = "key", UploadId = upload, PartNumber = number, InputStream = new MemoryStream(Bytes(2000, number)), ChecksumAlgorithm = ChecksumAlgorithm.FindValue(name) }, Cancel);
            complete.PartETags.Add(new(number, part.ETag) { ChecksumCRC32 = part.ChecksumCRC32, ChecksumSHA256 = part.ChecksumSHA256 });
            joined.AddRange(Convert.FromBase64String(name == "CRC32" ? part.ChecksumCRC32 : part.ChecksumSHA256));
        }
        var done = await Sdk.CompleteMultipartUploadAsync(complete, Cancel);
        Assert.Equal($"{ReferenceChecksum.Of([.. joined], name)}-3", name == "CRC32" ? done.ChecksumCRC32 : done.ChecksumSHA256);
        Assert.Equal(ChecksumType.COMPOSITE, done.ChecksumType);
    }

    [Fact]
    public async Task APartMustCarryTheChecksumItsUploadNamed()
    {
        var plain = await Begin("key");
        Assert.Equal("400 InvalidRequest", await OutcomeOf(Part(plain, "key", 1, []) with { Headers = new() { ["x-amz-checksum-crc32"] = "AAAAAA==" } }));
        var named = await Begin("key", "CRC32", "FULL_OBJECT");
        Assert.Equal("400 InvalidRequest", await OutcomeOf(Part(named, "key", 1, [])));
        Assert.Equal("400 InvalidRequest", await OutcomeOf(Part(named, "key", 1, []) with { Headers = new() { ["x-amz-checksum-crc32c"] = "AAAAAA==" } }));
        Assert.Equal("200", await OutcomeOf(Part(named, "key", 1, []) with { Headers = new() { ["x-amz-checksum-crc32"] = "AAAAAA==" } }));
    }

    [Theory]
    [InlineData("SHA256", "FULL_OBJECT")]
    [InlineData("CRC64NVME", "COMPOSITE")]
    [InlineData("CRC32", "NONSENSE")]
    [InlineData("CRC7", "FULL_OBJECT")]
    public async Task SomeAlgorithmsAndTypesDoNotGoTogether(string name, string type)
    {
        var request = new SignedRequest(Url, "POST", Bucket, "key") { Query = [("uploads", "")], Headers = new() { ["x-amz-checksum-algorithm"] = name, ["x-amz-checksum-type"] = type } };
        Assert.Equal("400 InvalidRequest", await OutcomeOf(request));
    }

    [Fact]
    public async Task AWrongSizeOfTheWholeIsRefused()
    {
        var upload = await Begin("key");
        var part = await PutPart(upload, "key", 1, Bytes(100));
        Assert.Equal("400 InvalidRequest", await OutcomeOf(Complete(upload, "key", (1, part)) with { Headers = new() { ["x-amz-mp-object-size"] = "101" } }));
    }

    async Task<string> Begin(string key, string algorithm, string type)
    {
        var answer = await Sdk.InitiateMultipartUploadAsync(new() { BucketName = Bucket, Key = key, ChecksumAlgorithm = ChecksumAlgorithm.FindValue(algorithm), ChecksumType = ChecksumType.FindValue(type) }, Cancel);
        Assert.Equal((algorithm, type), (answer.ChecksumAlgorithm?.Value, answer.ChecksumType?.Value));
        return answer.UploadId;
    }

    async Task<(int, string)[]> PutParts(string upload, string key, byte[][] parts, string name)
    {
        var etags = new List<(int, string)>();
        foreach (var (at, part) in parts.Index())
        {
            var answer = await (Part(upload, key, at + 1, part) with { Headers = new() { ["x-amz-checksum-" + name.ToLowerInvariant()] = ReferenceChecksum.Of(part, name) } }).Send(Cancel);
            Assert.Equal("200", answer.Outcome);
            etags.Add((at + 1, answer.ETag));
        }
        return [.. etags];
    }

    async Task<string?> HeadChecksum(string key, string name) =>
        (await (Head(key) with { Headers = new() { ["x-amz-checksum-mode"] = "ENABLED" } }).Send(Cancel)).Headers.GetValueOrDefault("x-amz-checksum-" + name.ToLowerInvariant());

    static string ValueOf(PutObjectResponse put, string name) => name switch
    {
        "CRC32" => put.ChecksumCRC32,
        "CRC32C" => put.ChecksumCRC32C,
        "CRC64NVME" => put.ChecksumCRC64NVME,
        "SHA1" => put.ChecksumSHA1,
        _ => put.ChecksumSHA256,
    };
}
