using System;

namespace S3Sync.Tests.Support.S3;

/// <summary>How a server is set up. Everything has a default fit for a test.</summary>
sealed record S3ServerOptions
{
    /// <summary>TCP port on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Where bodies above <see cref="LargestInMemory"/> go, as files the server deletes with their objects; null keeps everything in memory.</summary>
    public string? Directory { get; init; }

    /// <summary>Bodies up to this many bytes stay in memory even with a <see cref="Directory"/>.</summary>
    public long LargestInMemory { get; init; } = 1 << 20;

    /// <summary>For measuring clients: bodies are read, digested for the ETag, and forgotten. Reading such an object gives zeros.</summary>
    public bool DiscardBodies { get; init; }

    public Profile Profile { get; init; } = Profile.Aws;

    public string AccessKey { get; init; } = TestCredentials.AccessKey;

    public string SecretKey { get; init; } = TestCredentials.SecretKey;

    /// <summary>Where set, every request must carry exactly this x-amz-security-token.</summary>
    public string? SessionToken { get; init; }

    /// <summary>What it calls itself (Server); null where it does not say.</summary>
    public string? Name { get; init; }

    /// <summary>Further identities, which may come and go; null for none.</summary>
    public KeyRing? Keys { get; init; }

    /// <summary>The region requests must be signed for; null takes any.</summary>
    public string? Region { get; init; } = TestCredentials.Region;

    /// <summary>
    /// As S3 does it: what is sent to the host of another region of AWS is answered 301, with the right region, which HeadBucket says even to whom it does not let in.
    /// https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html
    /// </summary>
    public bool IsRegional { get; init; }

    /// <summary>The account that owns every bucket, for x-amz-expected-bucket-owner.</summary>
    public string Owner { get; init; } = "111122223333";

    /// <summary>Parts but the last must be this long. S3's own limit, 5 MiB; tests make it small to have many parts.</summary>
    public long SmallestPart { get; init; } = 5 << 20;

    /// <summary>
    /// How long a client may send nothing of its body: S3 gives up after some 20 s with RequestTimeout. What a killed client began must end some time,
    /// as nobody else may write the key meanwhile, and not every system closes its connections (Wine's server keeps some open).
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The server's clock, to skew it.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
