using System;
using Amazon;
using Amazon.S3;

namespace S3Sync.Storage;

/// <summary>Tells the SDK where the buckets are: the rest follows from its own rules, for our requests as well, see <see cref="BucketPlace"/>.</summary>
static class BucketEndpoint
{
    // What the names of AWS's partitions begin with. https://docs.aws.amazon.com/general/latest/gr/aws-arns-and-namespaces.html
    const string Aws = "aws";

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

    /// <summary>
    /// The name of an object store: the same for every address of AWS in one partition, as a bucket's name means one bucket there;
    /// else scheme, host, port and path of the endpoint.
    /// </summary>
    public static string NameOf(in BucketOptions options, AmazonS3Config config) => options.Endpoint switch
    {
        null => config.RegionEndpoint?.PartitionName ?? Aws,
        { Host: var host } when options.IsAws && host.EndsWith(".amazonaws.com.cn", StringComparison.OrdinalIgnoreCase) => Aws + "-cn",
        { Host: var host } when options.IsAws && host.EndsWith(".amazonaws.com", StringComparison.OrdinalIgnoreCase) =>
            host.Contains(".us-gov-", StringComparison.OrdinalIgnoreCase) ? Aws + "-us-gov" : Aws,
        var url => (url.GetLeftPart(UriPartial.Authority) + url.AbsolutePath).TrimEnd('/'),
    };

    /// <summary>The options for another object store, as <see cref="NameOf"/> names it. What was chosen for today's server does not hold there.</summary>
    public static BucketOptions At(in BucketOptions options, string name) => !Uri.TryCreate(name, UriKind.Absolute, out var url)
        ? options with { Endpoint = null, IsAws = true, Compat = Compat.Auto, VirtualHost = false }
        : options with { Endpoint = url, IsAws = false, Compat = Compat.Auto, Variant = AwsEndpoint.Plain };

    /// <summary>For another server than AWS.</summary>
    public static void Choose(AmazonS3Config config, in BucketOptions options)
    {
        // The SDK puts a slash of its own behind it; two are another address.
        config.ServiceURL = options.Endpoint!.AbsoluteUri.TrimEnd('/');
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
