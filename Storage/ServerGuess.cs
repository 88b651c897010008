using System;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace S3Sync.Storage;

/// <summary>Which server it seems to be that answers, by its address and by what its answers say of it.</summary>
/// <param name="Compat">Auto where nothing tells.</param>
/// <param name="Why">What tells.</param>
readonly partial record struct ServerGuess(Compat Compat, string Why)
{
    public static ServerGuess Of(Uri address, HttpResponseHeaders headers)
    {
        var (server, request) = (Header(headers, "Server"), Header(headers, "x-amz-request-id"));
        return address.Host.EndsWith(".r2.cloudflarestorage.com", StringComparison.OrdinalIgnoreCase) ? new(Compat.R2, "its address is Cloudflare R2's")
            : address.Host.EndsWith(".backblazeb2.com", StringComparison.OrdinalIgnoreCase) ? new(Compat.B2, "its address is Backblaze B2's")
            : server.StartsWith("MinIO", StringComparison.OrdinalIgnoreCase) ? new(Compat.Minio, "it calls itself MinIO")
            : server.StartsWith("Ceph Object Gateway", StringComparison.OrdinalIgnoreCase) ? new(Compat.Ceph, "it calls itself Ceph Object Gateway")
            : CephRequest().IsMatch(request) ? new(Compat.Ceph, "its request numbers are like those of Ceph's gateway")
            : server == "AmazonS3" && AwsRequest().IsMatch(request) ? new(Compat.Aws, "it calls itself AmazonS3, and its request numbers are like those of AWS")
            : new(Compat.Auto, server.Length > 0 ? $"it calls itself {server}" : "it does not say what it is");
    }

    static string Header(HttpResponseHeaders headers, string name) => headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : "";

    // tx, a running number, the time, the instance, the zone: req_state::trans_id in src/rgw/rgw_common.cc of https://github.com/ceph/ceph. Swift's end before the instance.
    [GeneratedRegex("^tx[0-9a-f]{21}-[0-9a-f]{10}-[0-9a-f]+-.+$")]
    private static partial Regex CephRequest();

    [GeneratedRegex("^[0-9A-Z]{16}$")]
    private static partial Regex AwsRequest();
}
