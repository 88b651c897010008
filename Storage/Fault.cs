using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>What an answer of the bucket, or the lack of one, means for what to do next.</summary>
enum Fault : byte
{
    /// <summary>It did what was asked.</summary>
    None,
    /// <summary>The key exists (412 on If-None-Match).</summary>
    Exists,
    /// <summary>Another write to the key is under way (409): try again.</summary>
    Race,
    /// <summary>The server does not know conditional writes (501).</summary>
    NoConditions,
    /// <summary>No such key, or no such multipart upload.</summary>
    NotThere,
    /// <summary>This account may not do this to this key (403).</summary>
    Refused,
    /// <summary>The server rejects this object: its name, its size, its form (4xx).</summary>
    Rejected,
    /// <summary>The bytes did not arrive as they were sent (BadDigest and the like): try again.</summary>
    Corrupted,
    /// <summary>The object is longer than the server, or a proxy before it, takes (413).</summary>
    TooLarge,
    /// <summary>The server does not take what an option asks for: a storage class, tags, encryption.</summary>
    Unsupported,

    /// <summary>From here on it concerns the endpoint, not the file. No answer: network, DNS, TLS, time limit.</summary>
    Unreachable,
    /// <summary>It answered that it cannot now (5xx, 429, SlowDown).</summary>
    Overloaded,
    /// <summary>Credentials missing, expired or unknown.</summary>
    Credentials,
    /// <summary>The clocks are more than 15 minutes apart.</summary>
    Clock,
    /// <summary>No such bucket, not ours, or in another region.</summary>
    NoBucket,
    /// <summary>The bucket, or all of the server, has no more room (507, a quota).</summary>
    Full,
    /// <summary>What answers is no S3 server: a proxy, an ingress, a captive portal.</summary>
    NotS3,
    /// <summary>It sends us to another address (3xx), which is never followed.</summary>
    Redirected,
    /// <summary>This process is out of open files or memory: nobody's fault but the limits', and every file's.</summary>
    Exhausted,

    /// <summary>We gave it up ourselves: the program stops.</summary>
    Abandoned,
}

/// <summary>Who is to blame for a fault, and so who waits: see <see cref="Reply.BlameOf"/>.</summary>
enum Blame : byte
{
    /// <summary>There is no fault, or we gave up ourselves.</summary>
    None,
    /// <summary>This file's content or this key: no other file would meet it.</summary>
    File,
    /// <summary>The bucket: all files of this bucket would meet it, no others.</summary>
    Bucket,
    /// <summary>The account and its credentials, or the clock they are checked by: all files would meet it.</summary>
    Account,
    /// <summary>The object store or the way to it: all files would meet it.</summary>
    Endpoint,
    /// <summary>What answered does not speak S3: a proxy, an ingress, a captive portal. All files would meet it.</summary>
    NotS3,
    /// <summary>This process: it is out of open files or memory.</summary>
    Here,
}

/// <summary>What the bucket answered.</summary>
readonly record struct Reply(Fault Fault, string? Detail = null)
{
    /// <summary>
    /// What went wrong, as it may be shown and kept, whatever a server put into it; null for a
    /// success.
    /// </summary>
    public string? Detail { get; init; } = Detail is null ? null : Shown.Text(Detail);

    /// <summary>
    /// As <see cref="EntityTag.Plain"/> has it, with UploadPart as it came; empty where there was none.
    /// </summary>
    public string ETag { get; init; } = "";

    /// <summary>
    /// The checksum of the kind that was asked for, as the server states it; null where it states none, or
    /// nothing that could be one.
    /// </summary>
    public string? Checksum { get; init; }

    public string? VersionId { get; init; }

    /// <summary>True if it said that this is too much at once: fewer at the same time, and later.</summary>
    public bool IsThrottled { get; init; }

    /// <summary>
    /// With HEAD: the object's length in bytes. Null where the server does not state it: some fronts compress
    /// what they hand on, and leave it out.
    /// </summary>
    public long? Size { get; init; }

    /// <summary>The server's own number of the request; null where it gave none, and of what it did: nobody asks for that.</summary>
    public string? Request { get; init; }

    /// <summary>With the start of a multipart upload: its name.</summary>
    public string UploadId { get; init; } = "";

    /// <summary>With a list: after which number the rest begins; 0 where there is no more.</summary>
    public int Next { get; init; }

    /// <summary>True if only another request can tell what it means: see <see cref="Verdicts.IsUnsure"/>.</summary>
    public bool IsUnsure { get; init; }

    /// <summary>With PutObject and UploadPart: when the body was sent and answered; none where no answer came.</summary>
    public Exchange Exchange { get; init; }

    public bool Ok => Fault == Fault.None;

    /// <summary>Who is to blame.</summary>
    public Blame Blame => BlameOf(Fault);

    /// <summary>True if other files would meet the fault too: all of them, or all of the bucket.</summary>
    public bool IsEndpoint => Blame >= Blame.Bucket;

    /// <summary>Who is to blame for a fault.</summary>
    public static Blame BlameOf(Fault fault) => fault switch
    {
        Fault.None or Fault.Abandoned => Blame.None,
        Fault.NoBucket or Fault.Full => Blame.Bucket,
        Fault.Credentials or Fault.Clock => Blame.Account,
        Fault.Unreachable or Fault.Overloaded or Fault.Redirected => Blame.Endpoint,
        Fault.NotS3 => Blame.NotS3,
        Fault.Exhausted => Blame.Here,
        _ => Blame.File,
    };
}
