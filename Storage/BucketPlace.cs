using System;
using System.Collections.Generic;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.S3;
using Amazon.S3.Model;

namespace S3Sync.Storage;

/// <summary>Where the requests to one bucket go, and for which region they are signed.</summary>
/// <param name="Origin">Scheme, host and port.</param>
/// <param name="Host">The Host header.</param>
/// <param name="Path">What stands before each key: "/", or "/bucket/" in path style; encoded.</param>
/// <param name="IsHttps">TLS protects the body: it need not be hashed once more for the signature.</param>
sealed record BucketPlace(string Origin, string Host, string Path, string Region, bool IsHttps)
{
    /// <summary>
    /// As the SDK would choose: virtual host or path style, region, FIPS, dual stack, accelerated. Null where a request needs more than
    /// Signature Version 4 for S3 (sessions of directory buckets, access points of several regions, Outposts): these the SDK sends.
    /// </summary>
    public static BucketPlace? Of(IAmazonS3 client, string bucket)
    {
        var endpoint = client.DetermineServiceOperationEndpoint(new PutObjectRequest { BucketName = bucket, Key = "k" });
        if (!TryScheme(endpoint, out var region) || (client.Config.AuthenticationRegion ?? region ?? client.Config.RegionEndpoint?.SystemName) is not { Length: > 0 } signed)
        {
            return null;
        }
        var uri = new Uri(endpoint.URL);
        return new(uri.GetLeftPart(UriPartial.Authority), uri.Authority, uri.AbsolutePath.TrimEnd('/') + "/", signed, uri.Scheme == Uri.UriSchemeHttps);
    }

    static bool TryScheme(Endpoint endpoint, out string? region)
    {
        region = null;
        if (endpoint.Headers is { Count: > 0 })
        {
            return false;
        }
        if (endpoint.Attributes?["authSchemes"] is not IEnumerable<object> schemes)
        {
            return true;
        }
        foreach (var scheme in schemes)
        {
            // The first is the one to prefer.
            if (scheme is not IPropertyBag bag)
            {
                return false;
            }
            region = bag["signingRegion"] as string;
            return bag["name"] is "sigv4" && bag["signingName"] is null or "s3";
        }
        return true;
    }
}
