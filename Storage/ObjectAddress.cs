namespace S3Sync.Storage;

/// <summary>Where an object is. A proof holds for this address and no other.</summary>
/// <param name="Endpoint">The object store, as <see cref="Bucket.Endpoint"/> names it; empty in ledger rows from before it was recorded.</param>
/// <param name="Bucket">The bucket's name or access point.</param>
/// <param name="Key">The object's key.</param>
readonly record struct ObjectAddress(string Endpoint, string Bucket, string Key);
