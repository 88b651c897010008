using System;
using System.Linq;

namespace S3Sync.Sync.Settings;

/// <summary>
/// What stands for a bucket: the ARN of one of its access points. An alias of one is a name like any bucket's.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-naming.html. Pure.
/// </summary>
static class AccessPoint
{
    const string Right = "arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME";

    public static bool IsArn(string bucket) => bucket.StartsWith("arn:", StringComparison.Ordinal);

    /// <summary>Why an ARN cannot be where files go, and what to do; null where it can.</summary>
    public static (string Why, string Hint)? WhyNot(string arn, bool aws)
    {
        if (!aws)
            return ("is of AWS, but another server is named", $"give the bucket's name, or leave {OptionTable.Endpoint.LongName} out");
        // arn:partition:service:region:account:accesspoint/name, or with a colon.
        if (arn.Split(':', 6) is not ["arn", var partition, var service, var region, var account, var resource])
            return ("is not whole", Right);
        var parts = resource.Split('/', ':');
        return (service, parts) switch
        {
            ("s3-object-lambda", _) => ("is an access point of Object Lambda, through which nothing can be written", "give the access point or the bucket behind it"),
            ("s3-outposts", _) => ("is on an Outpost, which s3sync does not know", "give a bucket in a region"),
            ("s3", ["accesspoint", _]) when region.Length == 0 => ("is a Multi-Region Access Point, which needs a signature (SigV4A) that s3sync does not have", "give the access point or the bucket of one region"),
            ("s3", ["accesspoint", { Length: >= 3 and <= 50 } name]) when partition.StartsWith("aws", StringComparison.Ordinal) && IsWord(partition) && IsWord(region) && account.Length == 12 && account.All(char.IsAsciiDigit) && IsWord(name) => null,
            _ => ("is not the ARN of an access point", Right),
        };
    }

    // Small letters, digits and hyphens: it becomes a part of a host name.
    static bool IsWord(string text) => text.Length > 0 && text[0] != '-' && text[^1] != '-' && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
