using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Amazon.S3;
using Amazon.S3.Model;

namespace S3Sync.Storage;

/// <summary>
/// Every request as the SDK makes it. The hot ones are normally <see cref="BucketWire"/>'s; here they are for buckets and answers that need
/// more than that. Throws what the SDK throws. Any thread.
/// </summary>
sealed class BucketSdk(IAmazonS3 client, ChecksumKind kind, string? owner, CustomerKey? customer = null)
{
    /// <summary>PutObject of a body that is in memory, with its checksum known beforehand. <paramref name="onlyIfNew"/>: If-None-Match: *.</summary>
    public async Task<Reply> PutAsync(string bucket, string key, ReadOnlyMemory<byte> body, Digest digest, bool onlyIfNew, CancellationToken limit, ObjectHeaders? headers = null)
    {
        var request = new PutObjectRequest
        {
            ServerSideEncryptionCustomerMethod = customer is null ? null : ServerSideEncryptionCustomerMethod.AES256,
            ServerSideEncryptionCustomerProvidedKey = customer?.Base64,
            ServerSideEncryptionCustomerProvidedKeyMD5 = customer?.Md5,
            ExpectedBucketOwner = owner,
            BucketName = bucket,
            Key = key,
            InputStream = Arena.StreamOf(body),
            AutoCloseStream = false,
            UseChunkEncoding = false,
            ContentType = headers?.ContentType ?? ObjectWishes.AnyType,
            IfNoneMatch = onlyIfNew ? "*" : null,
        };
        request.Headers.ContentLength = body.Length;
        Give(request.Headers, headers);
        switch (digest.Kind)
        {
            case ChecksumKind.Crc64Nvme: request.ChecksumCRC64NVME = digest.Base64; break;
            case ChecksumKind.Crc32C: request.ChecksumCRC32C = digest.Base64; break;
            case ChecksumKind.Crc32: request.ChecksumCRC32 = digest.Base64; break;
            default: request.MD5Digest = digest.Base64; break;
        }
        var response = await client.PutObjectAsync(request, limit);
        return new Reply(Fault.None)
        {
            ETag = EntityTag.Plain(response.ETag),
            Checksum = Pick(response.ChecksumCRC64NVME, response.ChecksumCRC32C, response.ChecksumCRC32),
            VersionId = response.VersionId,
        };
    }

    /// <summary>
    /// HeadObject with the stored checksum, of another kind than the settings' where one is given. Without the
    /// length: the SDK takes one that is not stated for 0.
    /// </summary>
    public async Task<Reply> HeadAsync(string bucket, string key, CancellationToken limit, ChecksumKind? stored = null)
    {
        var response = await client.GetObjectMetadataAsync(new()
        {
            ServerSideEncryptionCustomerMethod = customer is null ? null : ServerSideEncryptionCustomerMethod.AES256,
            ServerSideEncryptionCustomerProvidedKey = customer?.Base64,
            ServerSideEncryptionCustomerProvidedKeyMD5 = customer?.Md5,
            BucketName = bucket,
            Key = key,
            ChecksumMode = ChecksumMode.ENABLED,
            ExpectedBucketOwner = owner,
        }, limit);
        return new Reply(Fault.None)
        {
            ETag = EntityTag.Plain(response.ETag),
            Checksum = Pick(response.ChecksumCRC64NVME, response.ChecksumCRC32C, response.ChecksumCRC32, stored),
            VersionId = response.VersionId,
            Request = BucketFaults.Number(response.ResponseMetadata.RequestId),
        };
    }

    /// <summary>CreateMultipartUpload; the reply carries the upload's id.</summary>
    public async Task<Reply> CreateUploadAsync(string bucket, string key, CancellationToken limit, ObjectHeaders? headers = null)
    {
        var request = new InitiateMultipartUploadRequest
        {
            ServerSideEncryptionCustomerMethod = customer is null ? null : ServerSideEncryptionCustomerMethod.AES256,
            ServerSideEncryptionCustomerProvidedKey = customer?.Base64,
            ServerSideEncryptionCustomerProvidedKeyMD5 = customer?.Md5,
            BucketName = bucket,
            Key = key,
            ContentType = headers?.ContentType ?? ObjectWishes.AnyType,
            ExpectedBucketOwner = owner,
        };
        Give(request.Headers, headers);
        if (kind != ChecksumKind.Md5)
        {
            request.ChecksumAlgorithm = kind switch
            {
                ChecksumKind.Crc64Nvme => ChecksumAlgorithm.CRC64NVME,
                ChecksumKind.Crc32C => ChecksumAlgorithm.CRC32C,
                _ => ChecksumAlgorithm.CRC32,
            };
            request.ChecksumType = ChecksumType.FULL_OBJECT;
        }
        var response = await client.InitiateMultipartUploadAsync(request, limit);
        return AnswerLimits.CheckUpload(new Reply(Fault.None) { UploadId = response.UploadId ?? "" });
    }

    /// <summary>UploadPart; the reply carries the part's ETag.</summary>
    public async Task<Reply> PutPartAsync(string bucket, string key, string uploadId, int number, ReadOnlyMemory<byte> body, Digest digest, CancellationToken limit)
    {
        var request = new UploadPartRequest
        {
            ServerSideEncryptionCustomerMethod = customer is null ? null : ServerSideEncryptionCustomerMethod.AES256,
            ServerSideEncryptionCustomerProvidedKey = customer?.Base64,
            ServerSideEncryptionCustomerProvidedKeyMD5 = customer?.Md5,
            ExpectedBucketOwner = owner,
            BucketName = bucket,
            Key = key,
            UploadId = uploadId,
            PartNumber = number,
            PartSize = body.Length,
            InputStream = Arena.StreamOf(body),
            UseChunkEncoding = false,
        };
        switch (digest.Kind)
        {
            case ChecksumKind.Crc64Nvme: request.ChecksumCRC64NVME = digest.Base64; break;
            case ChecksumKind.Crc32C: request.ChecksumCRC32C = digest.Base64; break;
            case ChecksumKind.Crc32: request.ChecksumCRC32 = digest.Base64; break;
            default: request.MD5Digest = digest.Base64; break;
        }
        var response = await client.UploadPartAsync(request, limit);
        return new Reply(Fault.None)
        {
            // As it came: it goes back to the server.
            ETag = response.ETag ?? "",
            Checksum = Pick(response.ChecksumCRC64NVME, response.ChecksumCRC32C, response.ChecksumCRC32),
        };
    }

    /// <summary>CompleteMultipartUpload with the whole object's checksum where the kind can state one.</summary>
    public async Task<Reply> CompleteUploadAsync(string bucket, string key, string uploadId, IReadOnlyList<UploadedPart> parts, string whole, bool onlyIfNew, CancellationToken limit)
    {
        var request = new CompleteMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = uploadId, IfNoneMatch = onlyIfNew ? "*" : null, PartETags = new(parts.Count), ExpectedBucketOwner = owner };
        if (customer is not null)
        {
            (request.SSECustomerAlgorithm, request.SSECustomerKey, request.SSECustomerKeyMD5) = ("AES256", customer.Base64, customer.Md5);
        }
        foreach (var part in parts)
        {
            var tag = new PartETag(part.Number, part.ETag);
            switch (part.Digest.Kind)
            {
                case ChecksumKind.Crc64Nvme: tag.ChecksumCRC64NVME = part.Digest.Base64; break;
                case ChecksumKind.Crc32C: tag.ChecksumCRC32C = part.Digest.Base64; break;
                case ChecksumKind.Crc32: tag.ChecksumCRC32 = part.Digest.Base64; break;
                default: break;
            }
            request.PartETags.Add(tag);
        }
        switch (kind)
        {
            case ChecksumKind.Crc64Nvme: request.ChecksumCRC64NVME = whole; request.ChecksumType = ChecksumType.FULL_OBJECT; break;
            case ChecksumKind.Crc32C: request.ChecksumCRC32C = whole; request.ChecksumType = ChecksumType.FULL_OBJECT; break;
            case ChecksumKind.Crc32: request.ChecksumCRC32 = whole; request.ChecksumType = ChecksumType.FULL_OBJECT; break;
            default: break;
        }
        var response = await client.CompleteMultipartUploadAsync(request, limit);
        return new Reply(Fault.None)
        {
            ETag = EntityTag.Plain(response.ETag),
            Checksum = Pick(response.ChecksumCRC64NVME, response.ChecksumCRC32C, response.ChecksumCRC32),
            VersionId = response.VersionId,
        };
    }

    /// <summary>ListParts: adds up to 1,000 parts that the server has after that number; the reply says of the rest where they begin, 0 at the end.</summary>
    public async Task<Reply> ListPartsAsync(string bucket, string key, string uploadId, int after, Dictionary<int, StoredPart> into, CancellationToken limit)
    {
        var response = await client.ListPartsAsync(new()
        {
            SSECustomerAlgorithm = customer is null ? null : "AES256",
            SSECustomerKey = customer?.Base64,
            SSECustomerKeyMD5 = customer?.Md5,
            BucketName = bucket,
            Key = key,
            UploadId = uploadId,
            PartNumberMarker = after == 0 ? null : after.ToString(CultureInfo.InvariantCulture),
            ExpectedBucketOwner = owner,
        }, limit);
        foreach (var part in response.Parts ?? [])
        {
            var (number, size, etag) = (part.PartNumber ?? 0, part.Size ?? 0, part.ETag ?? "");
            var sum = Pick(part.ChecksumCRC64NVME, part.ChecksumCRC32C, part.ChecksumCRC32) ?? "";
            if (!AnswerLimits.IsPart(number, size, etag, sum))
            {
                return AnswerLimits.Odd("list of parts");
            }
            into[number] = new(size, sum, etag);
        }
        return new Reply(Fault.None) { Next = response.IsTruncated == true ? response.NextPartNumberMarker ?? 0 : 0 };
    }

    /// <summary>AbortMultipartUpload: what was sent of it is no longer stored, nor billed.</summary>
    public async Task<Reply> AbortUploadAsync(string bucket, string key, string uploadId, CancellationToken limit)
    {
        await client.AbortMultipartUploadAsync(new() { BucketName = bucket, Key = key, UploadId = uploadId, ExpectedBucketOwner = owner }, limit);
        return new Reply(Fault.None);
    }

    /// <summary>DeleteObject, of the version where there is one.</summary>
    public async Task<Reply> RemoveAsync(string bucket, string key, string? version, CancellationToken limit)
    {
        var request = new DeleteObjectRequest { BucketName = bucket, Key = key, VersionId = version };
        request.ExpectedBucketOwner = owner;
        await client.DeleteObjectAsync(request, limit);
        return new Reply(Fault.None);
    }

    /// <summary>GetObject of the first byte.</summary>
    public async Task<Reply> ReadByteAsync(string bucket, string key, CancellationToken limit)
    {
        using var response = await client.GetObjectAsync(new()
        {
            ServerSideEncryptionCustomerMethod = customer is null ? null : ServerSideEncryptionCustomerMethod.AES256,
            ServerSideEncryptionCustomerProvidedKey = customer?.Base64,
            ServerSideEncryptionCustomerProvidedKeyMD5 = customer?.Md5,
            BucketName = bucket,
            Key = key,
            ByteRange = new(0, 0),
            ExpectedBucketOwner = owner,
        }, limit);
        return new Reply(Fault.None);
    }

    static void Give(HeadersCollection to, ObjectHeaders? headers)
    {
        foreach (var header in headers?.More ?? [])
        {
            to[header.Name] = header.Value;
        }
    }

    string? Pick(string? crc64Nvme, string? crc32C, string? crc32, ChecksumKind? stored = null) => (stored ?? kind) switch
    {
        ChecksumKind.Crc64Nvme => Digest.SumIn(ChecksumKind.Crc64Nvme, crc64Nvme),
        ChecksumKind.Crc32C => Digest.SumIn(ChecksumKind.Crc32C, crc32C),
        ChecksumKind.Crc32 => Digest.SumIn(ChecksumKind.Crc32, crc32),
        _ => null,
    };
}
