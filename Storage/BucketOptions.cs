using System;

namespace S3Sync.Storage;

/// <summary>Where the bucket is and how to speak to it.</summary>
/// <param name="Endpoint">A server other than AWS, spoken to in path style; null for AWS.</param>
/// <param name="IsAws">True for AWS itself, also where an endpoint names one of its addresses: it proves by CRC and honours every condition.</param>
/// <param name="Region">Null: what the environment or the profile says; us-east-1 for another server.</param>
/// <param name="Checksum">The kind that proves an upload.</param>
/// <param name="Connections">How many connections at most.</param>
readonly record struct BucketOptions(Uri? Endpoint, bool IsAws, string? Region, ChecksumKind Checksum, int Connections)
{
    /// <summary>A PEM file with the only certificate authorities to trust; null for those of the system.</summary>
    public string? CaFile { get; init; }

    /// <summary>A file with the key that S3 shall encrypt with and not keep; null where it is for the server to choose.</summary>
    public string? CustomerKeyFile { get; init; }

    /// <summary>Whose credentials to take.</summary>
    public AwsProfile Whose { get; init; }

    /// <summary>The account that must own every bucket, said on each request; null where any will do.</summary>
    public string? Owner { get; init; }
}
