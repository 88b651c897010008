using System;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.SecurityToken;
using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>Whose credentials these are, as AWS's Security Token Service tells to whoever asks. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html</summary>
/// <param name="Account">Twelve digits; null where it did not tell.</param>
/// <param name="Arn">The user or role.</param>
/// <param name="Why">Why it did not tell.</param>
readonly record struct BucketIdentity(string? Account, string Arn, string Why)
{
    // It answers in milliseconds; a machine from which it is out of reach shall not keep a person waiting.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Asks it; null where there is none to ask: the endpoint is not AWS, and none is named (AWS_ENDPOINT_URL_STS, or the profile).</summary>
    /// <param name="s3">The configuration of the client for S3, whose region and connections are used.</param>
    public static async Task<BucketIdentity?> AskAsync(AWSCredentials credentials, AmazonS3Config s3, bool isAws, CancellationToken cancel)
    {
        var host = "STS";
        try
        {
            var config = new AmazonSecurityTokenServiceConfig { MaxErrorRetry = 0, Timeout = Patience, HttpClientFactory = s3.HttpClientFactory };
            if (config.ServiceURL is { Length: > 0 } named)
            {
                // Once more, as a region in the environment would otherwise win.
                config.ServiceURL = PlainHttp.Parse(named, BucketSources.AllowHttp(s3), "STS").OriginalString;
                host = new Uri(config.ServiceURL).Authority;
                config.AuthenticationRegion = s3.AuthenticationRegion ?? s3.RegionEndpoint?.SystemName;
            }
            else if (isAws)
            {
                config.RegionEndpoint = s3.RegionEndpoint;
            }
            else
            {
                return null;
            }
            using var client = new AmazonSecurityTokenServiceClient(credentials, config);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(Patience);
            var who = await client.GetCallerIdentityAsync(new(), limit.Token);
            return new(Shown.Text(who.Account ?? ""), Shown.Text(who.Arn ?? ""), "");
        }
        catch (BucketCredentialsException e)
        {
            return new(null, "", e.Problem.What);
        }
        catch (AmazonServiceException e) when (e.StatusCode != 0)
        {
            return new(null, "", Shown.Text($"STS answered {(int)e.StatusCode} {e.ErrorCode}"));
        }
        catch (Exception e)
        {
            return new(null, "", BucketFaults.Of(e, cancel.IsCancellationRequested, host).Detail ?? "");
        }
    }
}
