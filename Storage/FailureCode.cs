namespace S3Sync.Storage;

/// <summary>Why s3sync keeps a file that it has uploaded. Stored in the ledger: values never change.</summary>
enum FailureCode : byte
{
    None = 0,
    /// <summary>The bucket no longer has the object.</summary>
    ObjectMissing = 1,
    /// <summary>The bucket has another object under the key, or no longer proves that it is the same.</summary>
    ObjectDiffers = 2,
    /// <summary>The bucket does not say whether it has the object: no permission, for instance.</summary>
    Unverifiable = 3,
    /// <summary>The file was uploaded to another address than the settings name now.</summary>
    OtherAddress = 4,
    /// <summary>As before, and the operator released it: s3sync deletes it once the other address confirms the object.</summary>
    Released = 5,
}
