using System;

namespace S3Sync.Tests.Support.S3;

/// <summary>What a server makes of If-None-Match on a write.</summary>
enum Conditions { Honoured, Ignored, Refused }

/// <summary>Which server this one behaves like. Compose others with <c>with</c>.</summary>
sealed record Profile
{
    /// <summary>As the S3 documentation says.</summary>
    public static readonly Profile Aws = new();

    /// <summary>As radosgw 16.2.15: checksum headers ignored, trailers refused, no condition and no ETag on CompleteMultipartUpload.</summary>
    public static readonly Profile Generic = new() { Checksums = false, Trailers = false, OnComplete = Conditions.Ignored, CompleteSaysETag = false };

    /// <summary>Overwrites whatever If-None-Match says.</summary>
    public static readonly Profile IgnoresConditions = new() { OnPut = Conditions.Ignored, OnComplete = Conditions.Ignored };

    /// <summary>Answers 501 NotImplemented to If-None-Match.</summary>
    public static readonly Profile RefusesConditions = new() { OnPut = Conditions.Refused, OnComplete = Conditions.Refused };

    /// <summary>Takes everything and acknowledges nothing that could be compared.</summary>
    public static readonly Profile ProvesNothing = new() { Checksums = false, HonestETags = false };

    /// <summary>Additional checksums are verified, stored and echoed; otherwise they are not even looked at.</summary>
    public bool Checksums { get; init; } = true;

    /// <summary>Trailing checksums are accepted; otherwise 400.</summary>
    public bool Trailers { get; init; } = true;

    /// <summary>ETags are MD5s; otherwise random numbers as long as one.</summary>
    public bool HonestETags { get; init; } = true;

    /// <summary>CompleteMultipartUpload answers with the object's ETag; otherwise with an empty one.</summary>
    public bool CompleteSaysETag { get; init; } = true;

    /// <summary>How an ETag, 32 digits or more, is written wherever it is sent.</summary>
    public Func<string, string> Spelling { get; init; } = static tag => $"\"{tag}\"";

    /// <summary>CompleteMultipartUpload knows parts by their tags as they were sent, and by no other spelling.</summary>
    public bool ExactTags { get; init; }

    /// <summary>HeadObject says how long the object is; some fronts that compress do not.</summary>
    public bool HeadSaysLength { get; init; } = true;

    /// <summary>What is sent in the place of a checksum; itself by default.</summary>
    public Func<string, string> Sum { get; init; } = static sum => sum;

    /// <summary>Listings encode keys where they are asked to, and say so; otherwise neither.</summary>
    public bool EncodesKeys { get; init; } = true;

    /// <summary>Keeps what an object gets besides its bytes; otherwise takes it, and forgets it.</summary>
    public bool KeepsHeaders { get; init; } = true;

    public Conditions OnPut { get; init; }

    public Conditions OnComplete { get; init; }
}
