using System;

namespace S3Sync.Storage;

/// <summary>Where the bucket is and how to speak to it.</summary>
/// <param name="Endpoint">A server other than AWS, spoken to in path style; null for AWS.</param>
/// <param name="IsAws">
/// True for AWS itself, also where an endpoint names one of its addresses: it proves by CRC and honours
/// every condition. Only the address tells; what <see cref="Compat"/> says makes no AWS of a server.
/// </param>
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

    /// <summary>Which of AWS's endpoints.</summary>
    public AwsEndpoint Variant { get; init; }

    /// <summary>True if another server's buckets stand in the host name, and not in the path.</summary>
    public bool VirtualHost { get; init; }

    /// <summary>Whose server it is said to be.</summary>
    public Compat Compat { get; init; }

    /// <summary>What that means.</summary>
    public CompatRules Rules => CompatRules.Of(Compat, IsAws);

    /// <summary>
    /// True if conditional writes need not be tried first: for AWS at its own address, unless more care is
    /// asked for. Of PutObject and CompleteMultipartUpload:
    /// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
    /// </summary>
    public bool TrustsConditions => IsAws && Compat is (Compat.Auto or Compat.Aws);

    /// <summary>Null: the system's.</summary>
    public ProxyChoice? Proxy { get; init; }

    /// <summary>True if keys and files may travel unencrypted to another machine.</summary>
    public bool AllowHttp { get; init; }

    /// <summary>True if TLS 1.2 is not good enough.</summary>
    public bool OnlyTls13 { get; init; }

    /// <summary>How long a connection may take to come about, TLS included.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a request may take that has no body; a long body has more, see <see cref="TimeLimits"/>.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(90);
}

/// <summary>Which of AWS's endpoints: by IPv6 too, with validated cryptography, through the nearest edge of CloudFront.</summary>
[Flags]
enum AwsEndpoint : byte { Plain, DualStack = 1, Fips = 2, Accelerated = 4 }
