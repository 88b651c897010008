namespace S3Sync.Storage;

/// <summary>Whose server it is, where somebody says so.</summary>
enum Compat : byte { Auto, Aws, Generic, Minio, R2, B2, Ceph }

/// <summary>
/// What servers do differently, by what their makers document. Whether conditional writes are honoured is
/// not taken from there but tried (<see cref="Conditions"/>), and what a server proves is believed only as
/// <see cref="Proof"/> has it. So a wrong word costs requests, or leaves files where they are, and never one.
/// </summary>
/// <param name="Checksum">The kind that proves an upload.</param>
/// <param name="SignsBodies">True if bodies are hashed for the signature although TLS protects them: not every server takes UNSIGNED-PAYLOAD.</param>
readonly record struct CompatRules(ChecksumKind Checksum, bool SignsBodies)
{
    /// <param name="isAws">True for an address of AWS, see <see cref="BucketOptions"/>.</param>
    public static CompatRules Of(Compat compat, bool isAws) => compat switch
    {
        Compat.Aws => new(ChecksumKind.Crc64Nvme, false),
        // Of the checksums of whole objects R2 knows only this one, and where CRC32 and CRC32C are of parts:
        // https://developers.cloudflare.com/r2/api/s3/api/. Its bodies must not be signed in pieces, which
        // ours never are.
        Compat.R2 => new(ChecksumKind.Crc64Nvme, false),
        Compat.Minio => new(ChecksumKind.Md5, false),
        // Refuses every x-amz-checksum- header with 400: https://www.backblaze.com/docs/cloud-storage-s3-compatible-api
        Compat.B2 => new(ChecksumKind.Md5, false),
        // 16.2 takes checksums unread.
        Compat.Ceph => new(ChecksumKind.Md5, false),
        Compat.Generic => new(ChecksumKind.Md5, true),
        _ => new(isAws ? ChecksumKind.Crc64Nvme : ChecksumKind.Md5, false),
    };
}
