using System;
using System.Collections.Concurrent;

namespace S3Sync.Tests.Support.S3;

/// <summary>The identities a server knows; others give them out and take them back while it serves. Any thread.</summary>
sealed class KeyRing
{
    readonly ConcurrentDictionary<string, Key> keys = new(StringComparer.Ordinal);

    /// <summary>An identity.</summary>
    /// <param name="Secret">The secret key.</param>
    /// <param name="Token">The session token that requests must carry; null for none.</param>
    /// <param name="Until">From when on it is refused as expired.</param>
    public sealed record Key(string Secret, string? Token, DateTimeOffset Until);

    public void Add(string access, string secret, string? token = null, DateTimeOffset? until = null) => keys[access] = new(secret, token, until ?? DateTimeOffset.MaxValue);

    /// <summary>From now on nobody knows it: InvalidAccessKeyId.</summary>
    public void Remove(string access) => keys.TryRemove(access, out _);

    /// <summary>From now on every key with a session token is refused: ExpiredToken.</summary>
    public void ExpireSessions()
    {
        foreach (var (access, key) in keys)
            if (key.Token is not null)
                keys[access] = key with { Until = default };
    }

    /// <summary>The identity, if the request may use it. Throws <see cref="S3Error"/>.</summary>
    public Key Find(string access, string token, DateTimeOffset now)
    {
        if (!keys.TryGetValue(access, out var key))
            throw new S3Error(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.");
        if (token != (key.Token ?? ""))
            throw new S3Error(400, "InvalidToken", "The provided token is malformed or otherwise invalid.");
        return now < key.Until ? key : throw new S3Error(400, "ExpiredToken", "The provided token has expired.");
    }
}
