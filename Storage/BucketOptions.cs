using System;

namespace S3Sync.Storage;

/// <summary>Where the bucket is and how to speak to it.</summary>
/// <param name="Endpoint">A server other than AWS, spoken to in path style; null for AWS.</param>
/// <param name="Region">Null: what the environment or the profile says; us-east-1 for another server.</param>
/// <param name="Checksum">The kind that proves an upload.</param>
/// <param name="Connections">How many connections at most.</param>
readonly record struct BucketOptions(Uri? Endpoint, string? Region, ChecksumKind Checksum, int Connections)
{
    public bool IsAws => Endpoint is null;
}
