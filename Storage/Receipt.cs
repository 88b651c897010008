namespace S3Sync.Storage;

/// <summary>The checksums that can prove an upload. What each is: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html</summary>
enum ChecksumKind : byte { None = 0, Crc64Nvme = 1, Crc32C = 2, Crc32 = 3, Md5 = 4 }

/// <summary>What the bucket acknowledged of an object: enough to audit it years later.</summary>
/// <param name="Kind">Which checksum proved it; None where the configuration accepts uploads without proof.</param>
/// <param name="Checksum">The checksum of the whole object as S3 writes it: base64 of the big-endian CRC; for <see cref="ChecksumKind.Md5"/> the ETag we computed, hex with "-N" after N parts.</param>
/// <param name="ETag">The server's ETag without quotes, empty where it sent none.</param>
/// <param name="VersionId">The version the bucket gave it, null in a bucket without versions.</param>
readonly record struct Receipt(ChecksumKind Kind, string Checksum, string ETag, string? VersionId);
