using System;
using System.Collections.Generic;
using System.Net;
using S3Sync.Storage;

namespace S3Sync.Sync.Settings;

/// <summary>What the way to an endpoint must look like. Pure; each rule gives the problem with a value, or null.</summary>
static class EndpointRules
{
    /// <summary>A proxy: none, system, or its URL, which may hold a user and a password. These are not shown.</summary>
    public static Problem? Proxy(string text, string place, out ProxyChoice choice)
    {
        choice = text.ToLowerInvariant() switch
        {
            "none" => new(null, false, []),
            _ => ProxyChoice.System,
        };
        if (text.ToLowerInvariant() is "none" or "system")
            return null;
        var shown = Problem.Quote(WithoutLogin(text));
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0)
            return new($"{place}: {shown} is not the URL of a proxy", "http://host:port, http://user:password@host:port with what is special in them as %XX, or none");
        if (url.Scheme != Uri.UriSchemeHttp)
            return new($"{place}: {shown} is not an http URL", "the way to the proxy is http://host:port; https to S3 goes through it unread, by CONNECT");
        if (url.AbsolutePath != "/" || url.Query.Length > 0 || url.Fragment.Length > 0)
            return new($"{place}: {shown} has more than a host and a port", "leave out what follows them");
        choice = new(new($"{url.Scheme}://{url.Authority}"), false, []) { Login = LoginOf(url.UserInfo) };
        return null;
    }

    /// <summary>A host that is reached without a proxy.</summary>
    public static Problem? DirectHost(string host, string place) =>
        DirectHosts.IsEntry(host) ? null : new($"{place}: {Problem.Quote(host)} is not a host", "names, which stand for all below them too, addresses, networks, or *: example.com,10.0.0.0/8");

    /// <summary>
    /// What is wrong with the path or the host of an endpoint. A bucket in either makes other keys than every
    /// message says: "bucket/key".
    /// </summary>
    /// <param name="buckets">Those of the settings.</param>
    public static Problem? Address(Uri endpoint, string place, IEnumerable<string> buckets)
    {
        var path = endpoint.AbsolutePath;
        if (!UriText.IsPlainPath(path))
            return new($"{place}: the path {Problem.Quote(path)} has escaped or special characters, which servers sign in more than one way",
                "give an address whose path has only letters, digits, '-', '.', '_' and '~' between its slashes");
        if (path.Contains("//", StringComparison.Ordinal) && path.Trim('/').Contains("//", StringComparison.Ordinal))
            return new($"{place}: the path {Problem.Quote(path)} has two slashes in a row", "leave one of them out");
        var last = path.TrimEnd('/');
        last = last[(last.LastIndexOf('/') + 1)..];
        foreach (var bucket in buckets)
        {
            if (last == bucket)
                return new($"{place}: the path ends with the bucket {Problem.Quote(bucket)}, which is put behind it once more: each key would begin with it",
                    "leave it out of the address; --bucket says it");
            if (BehindBucket(endpoint, bucket) is { } server && IsOfS3(server))
                return new($"{place}: the host begins with the bucket {Problem.Quote(bucket)}, which is put behind it once more: each key would begin with it",
                    $"give {server} without it; --bucket says it");
        }
        return null;
    }

    /// <summary>What may be wrong with it, and may be right; null where there is no doubt. Only for one without a problem.</summary>
    public static Problem? Doubt(Uri? endpoint, IEnumerable<string> buckets)
    {
        if (endpoint is null)
            return null;
        foreach (var bucket in buckets)
        {
            if (BehindBucket(endpoint, bucket) is not null)
                return new($"the endpoint's host begins with {Problem.Quote(bucket)}, as the bucket does",
                    "if it is the bucket's own address, leave the bucket out of it: each key would begin with it");
        }
        return endpoint.AbsolutePath.Trim('/') is { Length: > 0 } path
            ? new($"the endpoint has a path, {Problem.Quote(path)}, which stands before the bucket in every request",
                "this is right for some gateways; a bucket or the beginning of keys is said by --bucket and --prefix")
            : null;
    }

    /// <summary>
    /// The host behind a bucket's name; null where it does not begin with that. Endpoints of a VPC begin with
    /// "bucket", the word: https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html
    /// </summary>
    static string? BehindBucket(Uri endpoint, string bucket) =>
        endpoint.Host.StartsWith(bucket + ".", StringComparison.OrdinalIgnoreCase)
        && endpoint.Host[(bucket.Length + 1)..] is var rest && !rest.StartsWith("vpce-", StringComparison.OrdinalIgnoreCase)
            ? rest : null;

    // A server may bear the name of a bucket; but not before a name that says what it is.
    static bool IsOfS3(string host) =>
        host.StartsWith("s3", StringComparison.OrdinalIgnoreCase) || host.StartsWith("oss-", StringComparison.OrdinalIgnoreCase)
        || host.StartsWith("cos.", StringComparison.OrdinalIgnoreCase) || host.StartsWith("obs.", StringComparison.OrdinalIgnoreCase)
        || host.StartsWith("storage.", StringComparison.OrdinalIgnoreCase) || host.StartsWith("minio", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".cloudflarestorage.com", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".digitaloceanspaces.com", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith("localhost", StringComparison.OrdinalIgnoreCase);

    /// <summary>A URL as it may be shown.</summary>
    public static string WithoutLogin(string url)
    {
        var (start, at) = (url.IndexOf("://", StringComparison.Ordinal), url.LastIndexOf('@'));
        return at < 0 ? url : $"{(start < 0 || start > at ? "" : url[..(start + 3)])}***@{url[(at + 1)..]}";
    }

    static NetworkCredential? LoginOf(string userInfo)
    {
        if (userInfo.Length == 0)
            return null;
        var colon = userInfo.IndexOf(':');
        return colon < 0 ? new(Uri.UnescapeDataString(userInfo), "") : new(Uri.UnescapeDataString(userInfo[..colon]), Uri.UnescapeDataString(userInfo[(colon + 1)..]));
    }
}
