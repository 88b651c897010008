using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;

namespace S3Sync.Storage;

/// <summary>A role to assume.</summary>
/// <param name="Session">Its name in the account's log; null for one of our own.</param>
/// <param name="ExternalId">What the role's trust policy may ask for; null for none.</param>
readonly record struct RoleWish(string Arn, string? Session, string? ExternalId);

/// <summary>Roles as sources of credentials: AWS's Security Token Service gives keys for an hour. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html</summary>
static class BucketRoles
{
    // It answers in tenths of a second.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>AssumeRole, asked for with the keys of another source.</summary>
    public static BucketSource ByKeys(string name, RoleWish role, Func<Task<BucketSource>> source, AmazonS3Config s3) => new(name, async () =>
    {
        var asking = await source();
        var keys = await AskAsync(asking);
        using var client = new AmazonSecurityTokenServiceClient(Signing(keys), Configure(s3));
        using var limit = new CancellationTokenSource(Patience);
        var answer = await client.AssumeRoleAsync(new() { RoleArn = role.Arn, RoleSessionName = role.Session ?? SessionName(), ExternalId = role.ExternalId }, limit.Token);
        return Issued(answer.Credentials);
    });

    /// <summary>AssumeRoleWithWebIdentity, asked for with the token in a file, which others renew; unsigned.</summary>
    public static BucketSource ByToken(string name, RoleWish role, string tokenFile, AmazonS3Config s3) => new(name, async () =>
    {
        var token = await ReadAsync(tokenFile);
        using var client = new AmazonSecurityTokenServiceClient(new AnonymousAWSCredentials(), Configure(s3));
        using var limit = new CancellationTokenSource(Patience);
        var answer = await client.AssumeRoleWithWebIdentityAsync(new() { RoleArn = role.Arn, RoleSessionName = role.Session ?? SessionName(), WebIdentityToken = token }, limit.Token);
        return Issued(answer.Credentials);
    });

    /// <summary>Asks the source that asks for the role; its failure is told as its own.</summary>
    static async Task<ImmutableCredentials> AskAsync(BucketSource asking)
    {
        try
        {
            return (await asking.Ask()).Keys;
        }
        catch (Exception e)
        {
            throw BucketCredentialsException.Of(e, asking.Name);
        }
    }

    static async Task<string> ReadAsync(string file)
    {
        try
        {
            return (await File.ReadAllTextAsync(file)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new BucketCredentialsException($"the web identity token file '{file}' cannot be read: {e.Message}", "see AWS_WEB_IDENTITY_TOKEN_FILE, or web_identity_token_file of the profile");
        }
    }

    /// <summary>STS of the region, or what AWS_ENDPOINT_URL_STS or the profile names instead; over the connections to S3, so that a proxy is one for both.</summary>
    static AmazonSecurityTokenServiceConfig Configure(AmazonS3Config s3)
    {
        var config = new AmazonSecurityTokenServiceConfig { MaxErrorRetry = 0, Timeout = Patience, HttpClientFactory = s3.HttpClientFactory };
        var region = s3.RegionEndpoint?.SystemName ?? BucketSources.Variable("AWS_REGION") ?? s3.AuthenticationRegion ?? "us-east-1";
        if (config.ServiceURL is { Length: > 0 } named)
        {
            // Once more, as a region in the environment would otherwise win.
            const string from = "the endpoint of STS (AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, or the profile)";
            config.ServiceURL = PlainHttp.Parse(named, BucketSources.AllowHttp(s3), from).OriginalString;
            config.AuthenticationRegion = region;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }
        return config;
    }

    static AWSCredentials Signing(ImmutableCredentials keys) => keys.UseToken ? new SessionAWSCredentials(keys.AccessKey, keys.SecretKey, keys.Token) : new BasicAWSCredentials(keys.AccessKey, keys.SecretKey);

    // 2 to 64 letters, digits and _+=,.@-
    static string SessionName() => $"s3sync-{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}";

    static IssuedKeys Issued(Credentials given) => new(new(given.AccessKeyId, given.SecretAccessKey, given.SessionToken), given.Expiration?.ToUniversalTime());
}
