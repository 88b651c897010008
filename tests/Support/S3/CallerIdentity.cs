using System.Threading.Tasks;

namespace S3Sync.Tests.Support.S3;

/// <summary>As much of the Security Token Service as says who asks: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html</summary>
static class CallerIdentity
{
    /// <summary>Who has the one identity this server knows.</summary>
    public const string User = "s3sync";

    public static async Task<S3Reply> Answer(S3Request request, S3ServerOptions options, Profile profile)
    {
        var asked = "";
        var body = await ReceivedBody.Receive(request, options with { DiscardBodies = false, Directory = null }, profile);
        await body.Content.Read(0, body.Content.Length, bytes =>
        {
            asked += System.Text.Encoding.UTF8.GetString(bytes.Span);
            return default;
        });
        if (!asked.Contains("Action=GetCallerIdentity", System.StringComparison.Ordinal))
            throw new S3Error(400, "InvalidAction", "Could not find operation for version 2011-06-15");
        return new()
        {
            Xml = new S3Xml("GetCallerIdentityResponse", withNamespace: false)
                .Element("GetCallerIdentityResult", result => result.Element("Arn", $"arn:aws:iam::{options.Owner}:user/{User}").Element("UserId", options.AccessKey).Element("Account", options.Owner))
                .Element("ResponseMetadata", data => data.Element("RequestId", "1")).ToString(),
        };
    }
}
