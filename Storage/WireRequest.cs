using System;

namespace S3Sync.Storage;

/// <summary>One of the requests that every file costs: PutObject; with a query UploadPart; without a body HeadObject, or GetObject.</summary>
/// <param name="Query">As the URI has it; empty but for UploadPart.</param>
/// <param name="Body">It stays the caller's, and must not change until the answer is there.</param>
/// <param name="OnlyIfNew">If-None-Match: *.</param>
/// <param name="Headers">With PutObject: what the object gets; null for nothing but <see cref="ObjectWishes.AnyType"/>.</param>
/// <param name="IsRead">GetObject of the first byte.</param>
readonly record struct WireRequest(string Key, string Query = "", ReadOnlyMemory<byte>? Body = null, Digest Digest = default, bool OnlyIfNew = false, ObjectHeaders? Headers = null, bool IsRead = false);
