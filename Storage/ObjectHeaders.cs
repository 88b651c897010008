namespace S3Sync.Storage;

/// <summary>What one object gets besides its bytes: the same headers on PutObject and on CreateMultipartUpload. Immutable.</summary>
/// <param name="contentType">Content-Type.</param>
/// <param name="more">The others, in any order: names in lower case, each once; values as <see cref="SignedHeader"/> has them, in ASCII.</param>
sealed class ObjectHeaders(string contentType, SignedHeader[] more)
{
    public string ContentType { get; } = contentType;

    public SignedHeader[] More { get; } = more;
}
