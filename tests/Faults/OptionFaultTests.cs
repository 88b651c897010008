using System;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Tests.Support;
using Xunit;
using Fault = S3Sync.Storage.Fault;

namespace S3Sync.Tests.Faults;

/// <summary>A server does not take what an option asks for: the option is named, and nobody concludes that it knows no conditions.</summary>
public sealed class OptionFaultTests
{
    static readonly byte[] Body = new byte[10];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("x-amz-storage-class", "400 Bad Request", "<Code>InvalidStorageClass</Code>", true, "--storage-class")]
    [InlineData("x-amz-storage-class", "501 Not Implemented", "<Code>NotImplemented</Code><Header>x-amz-storage-class</Header>", true, "--storage-class")]
    [InlineData("x-amz-tagging", "501 Not Implemented", "<Code>NotImplemented</Code>", false, "--tags")]
    [InlineData("x-amz-acl", "400 Bad Request", "<Code>AccessControlListNotSupported</Code>", true, "--acl")]
    [InlineData("x-amz-server-side-encryption", "400 Bad Request", "<Code>InvalidArgument</Code><ArgumentName>x-amz-server-side-encryption</ArgumentName>", true, "--sse")]
    [InlineData("x-amz-server-side-encryption-aws-kms-key-id", "400 Bad Request", "<Code>KMS.NotFoundException</Code>", true, "--sse-kms-key")]
    [InlineData("x-amz-tagging", "501 Not Implemented", "<Code>NotImplemented</Code><Header>x-amz-checksum-crc64nvme</Header>", true, "--checksum")]
    public async Task AnOptionThatTheServerDoesNotTakeIsNamed(string header, string status, string error, bool onlyIfNew, string option)
    {
        await using var server = new HostileServer($"HTTP/1.1 {status}\r\nConnection: close\r\n\r\n<Error>{error}</Error>");
        using var bucket = At(server);
        ObjectHeaders headers = new(ObjectWishes.AnyType, [new(header, "x")]);
        foreach (var reply in (Reply[])[await bucket.PutAsync("bucket", "key", Body, Digest.Of(ChecksumKind.Crc64Nvme, Body), onlyIfNew, Cancel, headers), await bucket.CreateUploadAsync("bucket", "key", Cancel, headers)])
        {
            Assert.Equal((Fault.Unsupported, Blame.File), (reply.Fault, reply.Blame));
            Assert.Contains(option, reply.Detail, StringComparison.Ordinal);
        }
    }

    /// <summary>It may be the condition that is not known: what was sent decides.</summary>
    [Theory]
    [InlineData(true, Fault.NoConditions)]
    [InlineData(false, Fault.Unsupported)]
    internal async Task A501ToAConditionIsTheConditions(bool onlyIfNew, Fault expected)
    {
        await using var server = new HostileServer("HTTP/1.1 501 No\r\nConnection: close\r\n\r\n<Error><Code>NotImplemented</Code></Error>");
        using var bucket = At(server);
        Assert.Equal(expected, (await bucket.PutAsync("bucket", "key", Body, Digest.Of(ChecksumKind.Crc64Nvme, Body), onlyIfNew, Cancel)).Fault);
    }

    /// <summary>What a server writes into such a document is no more than it was asked.</summary>
    [Theory]
    [InlineData("400 Bad Request", "InvalidArgument", Fault.Rejected, "--storage-class, --checksum")]
    [InlineData("404 Not Found", "NoSuchBucket", Fault.NoBucket, "S3 answered 404 NoSuchBucket")]
    [InlineData("507 No", "XMinioStorageFull", Fault.Full, "S3 answered 507 XMinioStorageFull")]
    [InlineData("400 Bad Request", "XMinioInvalidObjectName", Fault.Rejected, "400 XMinioInvalidObjectName")]
    internal async Task WhatIsToBeDoneStandsInTheReply(string status, string code, Fault expected, string said)
    {
        await using var server = new HostileServer($"HTTP/1.1 {status}\r\nConnection: close\r\n\r\n<Error><Code>{code}</Code></Error>");
        using var bucket = At(server);
        ObjectHeaders headers = new(ObjectWishes.AnyType, [new("x-amz-storage-class", "x")]);
        var reply = await bucket.PutAsync("bucket", "key", Body, Digest.Of(ChecksumKind.Crc64Nvme, Body), onlyIfNew: true, Cancel, headers);
        Assert.Equal(expected, reply.Fault);
        foreach (var part in said.Split(", "))
            Assert.Contains(part, reply.Detail, StringComparison.Ordinal);
    }

    static Bucket At(HostileServer server) =>
        PipelineStand.OpenBucket(new BucketOptions(new(server.Url), IsAws: true, TestCredentials.Region, ChecksumKind.Crc64Nvme, 2));
}
