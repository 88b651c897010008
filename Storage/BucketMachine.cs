using System;
using System.Net.Http;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace S3Sync.Storage;

/// <summary>
/// The role of this machine: version 2 of the metadata service, which wants a token first.
/// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
/// </summary>
static class BucketMachine
{
    const string Token = "X-aws-ec2-metadata-token", Lasts = Token + "-ttl-seconds";
    const string Roles = "latest/meta-data/iam/security-credentials/";

    /// <summary>
    /// Null where the service does not answer, or knows no role. Throws <see
    /// cref="BucketCredentialsException"/> where it may not be asked.
    /// </summary>
    public static async Task<BucketSource?> FindAsync(bool allowHttp)
    {
        var service = Address(allowHttp);
        try
        {
            using var asking = new LocalKeys();
            var token = await TokenAsync(asking, service);
            return LocalKeys.Word(await asking.AskAsync(HttpMethod.Get, new(service, Roles), Token, token)) is { } role
                ? new($"role {role} of this machine", () => AskAsync(service, role))
                : null;
        }
        catch (Exception e) when (e is HttpRequestException or BadAnswerException or OperationCanceledException)
        {
            return null;
        }
    }

    static async Task<IssuedKeys> AskAsync(Uri service, string role)
    {
        using var asking = new LocalKeys();
        var token = await TokenAsync(asking, service);
        Uri address = new(service, Roles + Uri.EscapeDataString(role));
        var text = await asking.AskAsync(HttpMethod.Get, address, Token, token);
        return LocalKeys.Parse(text, "Token") ?? throw new HttpRequestException($"{service.Authority} gave no keys");
    }

    static async Task<string> TokenAsync(LocalKeys asking, Uri service) =>
        LocalKeys.Word(await asking.AskAsync(HttpMethod.Put, new(service, "latest/api/token"), Lasts, "60"))
        ?? throw new HttpRequestException($"{service.Authority} gave no token");

    /// <summary>
    /// As the environment or the profile says (AWS_EC2_METADATA_SERVICE_ENDPOINT, ..._MODE), else
    /// the one address that every machine of EC2 has.
    /// </summary>
    static Uri Address(bool allowHttp)
    {
        var named = FallbackInternalConfigurationFactory.EC2MetadataServiceEndpoint;
        var mode = FallbackInternalConfigurationFactory.EC2MetadataServiceEndpointMode;
        var usual = mode == EC2MetadataServiceEndpointMode.IPv6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
        var address = (string.IsNullOrEmpty(named) ? usual : named).TrimEnd('/') + "/";
        return PlainHttp.Parse(address, allowHttp, "the metadata service (AWS_EC2_METADATA_SERVICE_ENDPOINT)");
    }
}
