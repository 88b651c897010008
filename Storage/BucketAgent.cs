using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>How we name ourselves to the server, for its log.</summary>
static class BucketAgent
{
    public static string Name { get; } = $"s3sync/{Product.Version}";
}
