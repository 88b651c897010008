using System;
using System.IO;
using System.Net.Http;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Amazon;
using Amazon.Runtime.CredentialManagement;
using Amazon.S3;
using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>
/// Single sign-on (IAM Identity Center) of a profile as a source of credentials: the token that <c>aws sso login</c> left is exchanged for keys, and renewed before it ends
/// where it can be. Two small requests, written here: AWSSDK.SSO and AWSSDK.SSOOIDC have some hundred kilobytes for them.
/// https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html, https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html
/// </summary>
sealed class BucketSignOn(string profile, CredentialProfileOptions options, BucketSignOnCache cache, AmazonS3Config s3)
{
    // As the AWS tools have it.
    static readonly TimeSpan Ahead = TimeSpan.FromMinutes(5);

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    string Name => $"single sign-on of profile {profile}";

    string Hint => $"aws sso login --profile {profile}";

    public BucketSource AsSource()
    {
        if (options is not { SsoAccountId.Length: > 0, SsoRoleName.Length: > 0, SsoRegion.Length: > 0 })
        {
            throw new BucketCredentialsException($"profile '{profile}' signs on, but lacks sso_account_id, sso_role_name or sso_region", "aws configure sso --profile " + profile);
        }
        return new(Name, AskAsync);
    }

    async Task<IssuedKeys> AskAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        using var sender = new HttpMessageInvoker(((BucketConnections)s3.HttpClientFactory).Pool, disposeHandler: false);
        var token = await TokenAsync(sender, limit.Token);
        var query = $"role_name={Uri.EscapeDataString(options.SsoRoleName)}&account_id={Uri.EscapeDataString(options.SsoAccountId)}";
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Address("AWS_ENDPOINT_URL_SSO", "portal.sso")}/federation/credentials?{query}");
        request.Headers.TryAddWithoutValidation("x-amz-sso_bearer_token", token.Access);
        var (status, answer) = await SendAsync(sender, request, limit.Token);
        using var json = answer;
        return status switch
        {
            200 when json is not null => Issued(json.RootElement),
            401 => throw new BucketCredentialsException($"{Name}: the sign-on is no longer accepted", Hint),
            403 or 404 => throw new BucketCredentialsException($"{Name}: role {options.SsoRoleName} of account {options.SsoAccountId} is not given ({status})", "see sso_role_name and sso_account_id of the profile"),
            >= 300 and < 400 => throw new BucketCredentialsException(
                $"{Name}: the portal answered {status}, which is never followed", "see sso_region of the profile, and AWS_ENDPOINT_URL_SSO"),
            _ => throw new BucketCredentialsException($"{Name}: the portal answered {status}", "it is asked again by and by", isPassing: status is 429 or >= 500),
        };
    }

    /// <summary>The token of the cache, renewed where it ends soon.</summary>
    async Task<SignOnToken> TokenAsync(HttpMessageInvoker sender, CancellationToken limit)
    {
        var token = Read() ?? throw new BucketCredentialsException($"{Name}: nobody has signed on (there is no {cache.Path})", Hint);
        var now = DateTime.UtcNow;
        if (now < token.Until - Ahead)
        {
            return token;
        }
        SignOnToken? renewed = null;
        try
        {
            renewed = token.CanBeRenewed(now) ? await RenewAsync(token, sender, limit) : null;
        }
        catch (Exception e) when (now < token.Until
            && e is HttpRequestException or BadAnswerException or OperationCanceledException or BucketCredentialsException { IsPassing: true })
        {
            // The old one is good for minutes yet.
        }
        return renewed ?? (now < token.Until ? token : throw new BucketCredentialsException($"{Name}: the sign-on expired at {token.Until:yyyy-MM-dd HH:mm} UTC", Hint));
    }

    SignOnToken? Read()
    {
        try
        {
            return cache.Read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new BucketCredentialsException($"{Name}: {cache.Path} cannot be read: {e.Message}", Hint);
        }
    }

    /// <summary>Null where it is refused: then the old one is good until it ends.</summary>
    async Task<SignOnToken?> RenewAsync(SignOnToken token, HttpMessageInvoker sender, CancellationToken limit)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Address("AWS_ENDPOINT_URL_SSO_OIDC", "oidc") + "/token") { Content = Wish(token) };
        var asked = DateTime.UtcNow;
        var (status, answer) = await SendAsync(sender, request, limit);
        using var json = answer;
        if (status is 429 or >= 500)
        {
            throw new BucketCredentialsException($"{Name}: renewing the sign-on was answered with {status}", "it is asked again by and by", isPassing: true);
        }
        if (status != 200 || json is null || BucketSignOnCache.Text(json.RootElement, "accessToken") is not { } access)
        {
            return null;
        }
        var lasts = json.RootElement.TryGetProperty("expiresIn", out var seconds) && seconds.TryGetInt32(out var count) ? count : 0;
        var renewed = token with { Access = access, Until = asked.AddSeconds(lasts), Refresh = BucketSignOnCache.Text(json.RootElement, "refreshToken") ?? token.Refresh };
        try
        {
            cache.Write(renewed);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // It is good all the same; the next renewal starts from the old one, if that is still accepted.
        }
        return renewed;
    }

    static ByteArrayContent Wish(SignOnToken token)
    {
        using var body = new MemoryStream();
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            writer.WriteString("clientId", token.ClientId);
            writer.WriteString("clientSecret", token.ClientSecret);
            writer.WriteString("grantType", "refresh_token");
            writer.WriteString("refreshToken", token.Refresh);
            writer.WriteEndObject();
        }
        var content = new ByteArrayContent(body.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        return content;
    }

    /// <summary>The status, and the body where it is JSON. Throws as <see cref="HttpMessageInvoker"/> does.</summary>
    static async Task<(int Status, JsonDocument? Json)> SendAsync(HttpMessageInvoker sender, HttpRequestMessage request, CancellationToken limit)
    {
        using var response = await sender.SendAsync(request, limit);
        var bytes = await AnswerLimits.ReadAsync(response.Content, AnswerLimits.Short, limit);
        try
        {
            return ((int)response.StatusCode, JsonDocument.Parse(bytes));
        }
        catch (JsonException)
        {
            return ((int)response.StatusCode, null);
        }
    }

    IssuedKeys Issued(JsonElement answer) =>
        answer.TryGetProperty("roleCredentials", out var given)
        && (BucketSignOnCache.Text(given, "accessKeyId"), BucketSignOnCache.Text(given, "secretAccessKey"), BucketSignOnCache.Text(given, "sessionToken")) is ({ } access, { } secret, { } token)
        && given.TryGetProperty("expiration", out var end) && end.TryGetInt64(out var milliseconds)
            ? new(new(access, secret, token), DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime)
            : throw new BucketCredentialsException($"{Name}: the portal gave no credentials", "see the profile");

    string Address(string variable, string host) => BucketSources.Variable(variable) is { } named
        ? PlainHttp.Parse(named, BucketSources.AllowHttp(s3), variable).OriginalString.TrimEnd('/')
        : $"https://{host}.{options.SsoRegion}.{RegionEndpoint.GetBySystemName(options.SsoRegion).PartitionDnsSuffix}";
}
