using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Amazon.S3;
using Amazon.S3.Model;
using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>
/// The requests s3sync makes of S3, one method each: one attempt, answered by a value, never by an exception.
/// Any thread. Names: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
/// </summary>
sealed class Bucket(IAmazonS3 client, BucketOptions options) : IDisposable
{
    // A request may take a minute and a half, and a second more for each 64 KiB: slower than any line worth having.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    const int SlowestBytesPerSecond = 64 * 1024;

    /// <summary>Finds region and credentials as the AWS tools do; no request is sent to S3. Null with what is missing.</summary>
    public static async Task<(Bucket? Bucket, IReadOnlyList<Problem> Missing)> OpenAsync(BucketOptions options)
    {
        var problems = new List<Problem>();
        var config = BucketCredentials.Configure(options, out var problem);
        if (problem is { } found)
        {
            problems.Add(found);
        }
        var credentials = await BucketCredentials.FindAsync(config ?? new());
        if (credentials is null)
        {
            problems.Add(new("the AWS chain has no credentials", "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile in ~/.aws, or run on a machine with a role"));
        }
        return config is null || credentials is null ? (null, problems) : (new(new AmazonS3Client(credentials, config), options), problems);
    }

    /// <summary>The kind of checksum every object is proven by.</summary>
    public ChecksumKind Checksum => options.Checksum;

    /// <summary>True for AWS itself, whose conditional writes need no second look.</summary>
    public bool IsAws => options.IsAws;

    /// <summary>PutObject of a body that is in memory, with its checksum known beforehand. <paramref name="onlyIfNew"/>: If-None-Match: *.</summary>
    public Task<Reply> PutAsync(string bucket, string key, byte[] buffer, int length, Digest digest, bool onlyIfNew, CancellationToken cancel) =>
        AskAsync(length, cancel, async limit =>
        {
            var request = new PutObjectRequest
            {
                ExpectedBucketOwner = options.Owner,
                BucketName = bucket,
                Key = key,
                InputStream = Body(buffer, length),
                AutoCloseStream = false,
                UseChunkEncoding = false,
                ContentType = "application/octet-stream",
                IfNoneMatch = onlyIfNew ? "*" : null,
            };
            request.Headers.ContentLength = length;
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
                ETag = Unquote(response.ETag),
                Checksum = Pick(response.ChecksumCRC64NVME, response.ChecksumCRC32C, response.ChecksumCRC32),
                VersionId = response.VersionId,
            };
        });

    /// <summary>HeadObject with the stored checksum.</summary>
    public Task<Reply> HeadAsync(string bucket, string key, CancellationToken cancel) =>
        AskAsync(0, cancel, async limit =>
        {
            var response = await client.GetObjectMetadataAsync(new() { BucketName = bucket, Key = key, ChecksumMode = ChecksumMode.ENABLED, ExpectedBucketOwner = options.Owner }, limit);
            return new Reply(Fault.None)
            {
                ETag = Unquote(response.ETag),
                Checksum = Pick(response.ChecksumCRC64NVME, response.ChecksumCRC32C, response.ChecksumCRC32),
                VersionId = response.VersionId,
                Size = response.ContentLength,
            };
        });

    /// <summary>CreateMultipartUpload; the reply carries the upload's id.</summary>
    public Task<Reply> CreateUploadAsync(string bucket, string key, CancellationToken cancel) =>
        AskAsync(0, cancel, async limit =>
        {
            var request = new InitiateMultipartUploadRequest { BucketName = bucket, Key = key, ContentType = "application/octet-stream", ExpectedBucketOwner = options.Owner };
            if (options.Checksum != ChecksumKind.Md5)
            {
                request.ChecksumAlgorithm = options.Checksum switch
                {
                    ChecksumKind.Crc64Nvme => ChecksumAlgorithm.CRC64NVME,
                    ChecksumKind.Crc32C => ChecksumAlgorithm.CRC32C,
                    _ => ChecksumAlgorithm.CRC32,
                };
                request.ChecksumType = ChecksumType.FULL_OBJECT;
            }
            var response = await client.InitiateMultipartUploadAsync(request, limit);
            return new Reply(Fault.None) { UploadId = response.UploadId };
        });

    /// <summary>UploadPart; the reply carries the part's ETag.</summary>
    public Task<Reply> PutPartAsync(string bucket, string key, string uploadId, int number, byte[] buffer, int length, Digest digest, CancellationToken cancel) =>
        AskAsync(length, cancel, async limit =>
        {
            var request = new UploadPartRequest
            {
                ExpectedBucketOwner = options.Owner,
                BucketName = bucket,
                Key = key,
                UploadId = uploadId,
                PartNumber = number,
                PartSize = length,
                InputStream = Body(buffer, length),
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
                ETag = Unquote(response.ETag),
                Checksum = Pick(response.ChecksumCRC64NVME, response.ChecksumCRC32C, response.ChecksumCRC32),
            };
        });

    /// <summary>CompleteMultipartUpload with the whole object's checksum where the kind can state one.</summary>
    public Task<Reply> CompleteUploadAsync(string bucket, string key, string uploadId, IReadOnlyList<UploadedPart> parts, string whole, bool onlyIfNew, CancellationToken cancel) =>
        AskAsync(0, cancel, async limit =>
        {
            var request = new CompleteMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = uploadId, IfNoneMatch = onlyIfNew ? "*" : null, PartETags = new(parts.Count), ExpectedBucketOwner = options.Owner };
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
            switch (options.Checksum)
            {
                case ChecksumKind.Crc64Nvme: request.ChecksumCRC64NVME = whole; request.ChecksumType = ChecksumType.FULL_OBJECT; break;
                case ChecksumKind.Crc32C: request.ChecksumCRC32C = whole; request.ChecksumType = ChecksumType.FULL_OBJECT; break;
                case ChecksumKind.Crc32: request.ChecksumCRC32 = whole; request.ChecksumType = ChecksumType.FULL_OBJECT; break;
                default: break;
            }
            var response = await client.CompleteMultipartUploadAsync(request, limit);
            return new Reply(Fault.None)
            {
                ETag = Unquote(response.ETag),
                Checksum = Pick(response.ChecksumCRC64NVME, response.ChecksumCRC32C, response.ChecksumCRC32),
                VersionId = response.VersionId,
            };
        });

    /// <summary>AbortMultipartUpload: what was sent of it is no longer stored, nor billed.</summary>
    public Task<Reply> AbortUploadAsync(string bucket, string key, string uploadId, CancellationToken cancel) =>
        AskAsync(0, cancel, async limit =>
        {
            await client.AbortMultipartUploadAsync(new() { BucketName = bucket, Key = key, UploadId = uploadId, ExpectedBucketOwner = options.Owner }, limit);
            return new Reply(Fault.None);
        });

    public void Dispose() => client.Dispose();

    /// <summary>One attempt within its time limit, with every way to fail turned into a reply.</summary>
    static async Task<Reply> AskAsync(long length, CancellationToken cancel, Func<CancellationToken, Task<Reply>> attempt)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience + TimeSpan.FromSeconds(length / SlowestBytesPerSecond));
        var sent = BucketSender.Begin();
        try
        {
            FailPoint.Reach("request.begun");
            var asked = attempt(limit.Token);
            FailPoint.Reach("request.sent");
            var reply = await asked;
            FailPoint.Reach("request.answered");
            return reply;
        }
        catch (Exception e) when (sent.WasRepeated && e is not OutOfMemoryException)
        {
            return sent.Failure is { } failure ? BucketFaults.Of(failure, cancel.IsCancellationRequested) : new(Fault.Unreachable, "the answer broke off");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return BucketFaults.Of(e, cancel.IsCancellationRequested);
        }
    }

    static MemoryStream Body(byte[] buffer, int length) => new(buffer, 0, length, writable: false);

    string? Pick(string? crc64Nvme, string? crc32C, string? crc32) => options.Checksum switch
    {
        ChecksumKind.Crc64Nvme => crc64Nvme,
        ChecksumKind.Crc32C => crc32C,
        ChecksumKind.Crc32 => crc32,
        _ => null,
    };

    static string Unquote(string? etag) => etag?.Trim('"') ?? "";
}

/// <summary>A part the server has: its number from 1, its ETag and what we sent.</summary>
readonly record struct UploadedPart(int Number, string ETag, Digest Digest);
