namespace S3Sync.Tests.Conformance;

/// <summary>
/// What a server that speaks S3 does, held against the tests' own server and against a real object store.
/// Where the two are known to differ the expectation is a member that one of the subclasses overrides, so that every difference stands written there.
/// </summary>
public abstract partial class S3Conformance : S3Test;
