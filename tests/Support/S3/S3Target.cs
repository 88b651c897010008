using System;
using System.Collections.Generic;
using System.Text;

namespace S3Sync.Tests.Support.S3;

/// <summary>
/// Bucket, key and query of a request, read from the raw target: Kestrel's own path has "." and ".." segments resolved and %2F kept,
/// both of which would give one object the name of another.
/// </summary>
sealed class S3Target
{
    const int LongestKey = 1024;

    /// <summary>Empty for requests to the service itself.</summary>
    public required string Bucket { get; init; }

    /// <summary>Empty for requests to a bucket.</summary>
    public required string Key { get; init; }

    /// <summary>The whole path, decoded; with <see cref="Query"/> what the client signed.</summary>
    public required string Path { get; init; }

    /// <summary>The query, decoded, in the client's order. A name without = has the empty value.</summary>
    public required List<KeyValuePair<string, string>> Query { get; init; }

    /// <summary>Reads a target in origin form ("/bucket/key?query"), or "/key" where the host names the bucket ("bucket.localhost").</summary>
    public static S3Target Parse(string raw, string host)
    {
        var mark = raw.IndexOf('?');
        var path = UriEncoding.Decode(mark < 0 ? raw : raw.AsSpan(0, mark), plusIsSpace: false);
        var query = new List<KeyValuePair<string, string>>();
        if (mark >= 0)
            foreach (var piece in raw.AsSpan(mark + 1).Split('&'))
                if (raw.AsSpan(mark + 1)[piece] is { Length: > 0 } pair)
                    query.Add(ReadPair(pair));

        var bucket = BucketOf(host);
        var rest = path.Length > 0 ? path[1..] : "";
        if (bucket is null)
        {
            var slash = rest.IndexOf('/');
            bucket = slash < 0 ? rest : rest[..slash];
            rest = slash < 0 ? "" : rest[(slash + 1)..];
        }
        return new() { Bucket = bucket, Key = rest, Path = path, Query = query };
    }

    /// <summary>The value of a query parameter, null where it is not there.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var (other, value) in Query)
                if (other == name)
                    return value;
            return null;
        }
    }

    public bool Has(string name) => this[name] is not null;

    /// <summary>Throws KeyTooLongError above 1,024 bytes of UTF-8 (S3 User Guide, "Naming Amazon S3 objects").</summary>
    public void CheckKey()
    {
        if (Encoding.UTF8.GetByteCount(Key) > LongestKey)
            throw new S3Error(400, "KeyTooLongError", "Your key is too long.");
    }

    static KeyValuePair<string, string> ReadPair(ReadOnlySpan<char> pair)
    {
        var equals = pair.IndexOf('=');
        return equals < 0
            ? new(UriEncoding.Decode(pair, plusIsSpace: true), "")
            : new(UriEncoding.Decode(pair[..equals], plusIsSpace: true), UriEncoding.Decode(pair[(equals + 1)..], plusIsSpace: true));
    }

    static string? BucketOf(string host)
    {
        var colon = host.LastIndexOf(':');
        var name = colon < 0 ? host : host[..colon];
        if (name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase))
            return name[..^".localhost".Length];
        // "bucket.s3.region.amazonaws.com", "bucket.s3-accelerate...", "point-account.s3-accesspoint...": what stands in front of the service's own name.
        var service = name.EndsWith(".amazonaws.com", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".test.invalid", StringComparison.OrdinalIgnoreCase) ? name.IndexOf(".s3", StringComparison.Ordinal) : -1;
        return service > 0 ? name[..service] : null;
    }
}
