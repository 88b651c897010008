namespace S3Sync.Storage;

/// <summary>
/// Why s3sync keeps a file that it has uploaded, or why the latest attempt on a file failed. Stored in the ledger beside the text, which
/// may be worded otherwise one day: values never change, and all decisions are made by them.
/// </summary>
enum FailureCode : byte
{
    None = 0,

    /// <summary>These five: why an uploaded file is kept. The bucket no longer has the object.</summary>
    ObjectMissing = 1,
    /// <summary>The bucket has another object under the key, or no longer proves that it is the same.</summary>
    ObjectDiffers = 2,
    /// <summary>The bucket does not say whether it has the object: no permission, for instance.</summary>
    Unverifiable = 3,
    /// <summary>The file was uploaded to another address than the settings name now.</summary>
    OtherAddress = 4,
    /// <summary>As before, and the operator released it: s3sync deletes it once the other address confirms the object.</summary>
    Released = 5,

    /// <summary>From here on: why the latest attempt failed. The key exists with other content, or with content that proves nothing.</summary>
    Conflict = 10,
    /// <summary>A file of another watched directory has the same key.</summary>
    SameKey = 11,
    /// <summary>Its key would be longer than S3 allows.</summary>
    KeyTooLong = 12,
    /// <summary>Uploaded, but nothing the server states proves it.</summary>
    Unproven = 13,
    /// <summary>The bucket holds other bytes than were sent, or none.</summary>
    Contradicted = 14,
    /// <summary>The account may not look whether the key exists, and the server does not protect what may be there.</summary>
    Unseen = 15,
    /// <summary>The account may not do it to this key.</summary>
    Refused = 16,
    /// <summary>The server does not take this name or this content.</summary>
    Rejected = 17,
    /// <summary>It is longer than the server, a proxy before it, or S3 takes.</summary>
    TooLarge = 18,
    /// <summary>The server does not take what an option asks for.</summary>
    Unsupported = 19,
    /// <summary>The bytes did not arrive as they were sent.</summary>
    Corrupted = 20,
    /// <summary>No such bucket, not ours, or in another region.</summary>
    NoBucket = 21,
    /// <summary>The bucket has no more room.</summary>
    Full = 22,
    /// <summary>Credentials missing, expired or unknown.</summary>
    Credentials = 23,
    /// <summary>The clocks are too far apart.</summary>
    Clock = 24,
    /// <summary>No answer of the endpoint.</summary>
    Unreachable = 25,
    /// <summary>The endpoint said that it cannot now.</summary>
    Overloaded = 26,
    /// <summary>The endpoint sends us to another address.</summary>
    Redirected = 27,
    /// <summary>What answered is no S3 server.</summary>
    NotS3 = 28,
    /// <summary>This process is out of open files or memory.</summary>
    Exhausted = 29,
    /// <summary>It is being written, or changed while it was read; or its directory is away or held back.</summary>
    NotSettled = 30,
    /// <summary>Whether it is still being written cannot be told.</summary>
    WriterUnknown = 31,
    /// <summary>It cannot be read here.</summary>
    NotReadable = 32,
    /// <summary>Its content is not on this machine.</summary>
    Offline = 33,
    /// <summary>It is in the bucket and cannot be deleted here.</summary>
    NotDeletable = 34,
}

/// <summary>What follows from a <see cref="FailureCode"/>. Pure.</summary>
static class FailureCodes
{
    /// <summary>True if an uploaded file is kept for it.</summary>
    public static bool IsKept(this FailureCode code) => code is >= FailureCode.ObjectMissing and <= FailureCode.Released;

    /// <summary>What a fault is to a file.</summary>
    public static FailureCode Of(Fault fault) => fault switch
    {
        Fault.None or Fault.Abandoned => FailureCode.None,
        Fault.Exists => FailureCode.Conflict,
        Fault.Race => FailureCode.NotSettled,
        Fault.NotThere => FailureCode.Contradicted,
        Fault.Refused => FailureCode.Refused,
        Fault.NoConditions or Fault.Unsupported => FailureCode.Unsupported,
        Fault.Rejected => FailureCode.Rejected,
        Fault.Corrupted => FailureCode.Corrupted,
        Fault.TooLarge => FailureCode.TooLarge,
        Fault.NoBucket => FailureCode.NoBucket,
        Fault.Full => FailureCode.Full,
        Fault.Credentials => FailureCode.Credentials,
        Fault.Clock => FailureCode.Clock,
        Fault.Unreachable => FailureCode.Unreachable,
        Fault.Overloaded => FailureCode.Overloaded,
        Fault.Redirected => FailureCode.Redirected,
        Fault.NotS3 => FailureCode.NotS3,
        Fault.Exhausted => FailureCode.Exhausted,
        _ => FailureCode.Rejected,
    };
}
