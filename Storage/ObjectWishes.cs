using System.Collections.Generic;

namespace S3Sync.Storage;

/// <summary>What the settings say that the objects of a watched directory get besides their bytes. Judged already: no value that S3 has no form for.</summary>
sealed record ObjectWishes
{
    /// <summary>What every object is said to be unless somebody says otherwise.</summary>
    public const string AnyType = "application/octet-stream";

    /// <summary>x-amz-storage-class; null for the server's own choice, as with all of these.</summary>
    public string? StorageClass { get; init; }

    /// <summary>x-amz-server-side-encryption: AES256, aws:kms or aws:kms:dsse.</summary>
    public string? Encryption { get; init; }

    /// <summary>The id or ARN of the key of KMS.</summary>
    public string? KmsKey { get; init; }

    /// <summary>The encryption context as its header has it: base64 of a JSON object.</summary>
    public string? KmsContext { get; init; }

    /// <summary>Have S3 ask KMS once for many objects.</summary>
    public bool BucketKey { get; init; }

    /// <summary>x-amz-acl: one of the canned ones.</summary>
    public string? Acl { get; init; }

    public string? CacheControl { get; init; }

    /// <summary>Content-Type of what has none by its extension.</summary>
    public string ContentType { get; init; } = AnyType;

    /// <summary>Content-Type by extension, each with its dot, whatever its case.</summary>
    public IReadOnlyDictionary<string, string> ContentTypes { get; init; } = new Dictionary<string, string>();

    /// <summary>At most ten; values may be <see cref="DatedText"/>.</summary>
    public IReadOnlyList<(string Name, string Value)> Tags { get; init; } = [];

    /// <summary>Names in lower case, without x-amz-meta-; values may be <see cref="DatedText"/> and anything Unicode has.</summary>
    public IReadOnlyList<(string Name, string Value)> Metadata { get; init; } = [];

    /// <summary>Metadata from the file itself: mtime, source-path and source-size.</summary>
    public bool FileFacts { get; init; }

    /// <summary>True if KMS encrypts: then an ETag is no MD5. https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html</summary>
    public bool IsKms => Encryption is "aws:kms" or "aws:kms:dsse";
}
