using Amazon;
using Amazon.S3;

namespace S3Sync.Storage;

/// <summary>Tells the SDK where the buckets are: the rest follows from its own rules, for our requests as well, see <see cref="BucketPlace"/>.</summary>
static class BucketEndpoint
{
    /// <summary>From there every bucket can be asked for its region. https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html</summary>
    public static RegionEndpoint Guess => RegionEndpoint.USEast1;

    /// <summary>The same for another region: of one bucket, or of several.</summary>
    public static AmazonS3Config InRegion(AmazonS3Config config, RegionEndpoint region) => new()
    {
        MaxErrorRetry = config.MaxErrorRetry,
        RequestChecksumCalculation = config.RequestChecksumCalculation,
        ResponseChecksumValidation = config.ResponseChecksumValidation,
        HttpClientFactory = config.HttpClientFactory,
        Timeout = config.Timeout,
        RegionEndpoint = region,
        UseDualstackEndpoint = config.UseDualstackEndpoint,
        UseFIPSEndpoint = config.UseFIPSEndpoint,
        UseAccelerateEndpoint = config.UseAccelerateEndpoint,
        UseArnRegion = config.UseArnRegion,
    };

    /// <summary>For another server than AWS.</summary>
    public static void Choose(AmazonS3Config config, in BucketOptions options)
    {
        config.ServiceURL = options.Endpoint!.AbsoluteUri;
        config.ForcePathStyle = !options.VirtualHost;
        config.AuthenticationRegion = options.Region ?? "us-east-1";
        // The environment may ask for them (AWS_USE_DUALSTACK_ENDPOINT, AWS_USE_FIPS_ENDPOINT), for AWS.
        (config.UseDualstackEndpoint, config.UseFIPSEndpoint) = (false, false);
    }

    /// <summary>For AWS at its own addresses; its region is chosen elsewhere.</summary>
    public static void ChooseOfAws(AmazonS3Config config, AwsEndpoint variant)
    {
        // What the environment or the profile asks for holds too.
        config.UseDualstackEndpoint |= variant.HasFlag(AwsEndpoint.DualStack);
        config.UseFIPSEndpoint |= variant.HasFlag(AwsEndpoint.Fips);
        config.UseAccelerateEndpoint |= variant.HasFlag(AwsEndpoint.Accelerated);
        // The ARN of an access point says where it is: what else should it be signed for?
        config.UseArnRegion = true;
    }
}
