using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>
/// Which rule of a bucket removes the parts of uploads that nobody completed. A crash leaves such parts: they are in no listing, and billed.
/// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html
/// </summary>
static class BucketLifecycle
{
    // What AWS and Ceph answer where a bucket has no rules at all.
    const string NoRules = "NoSuchLifecycleConfiguration";

    /// <summary>The rule that is first to remove what uploads below a head of keys leave; null where none does. A reply that is not Ok has no rule.</summary>
    public static async Task<(Reply Reply, AbortRule? Rule)> AskAsync(AmazonS3Client client, string bucket, string head, CancellationToken cancel)
    {
        try
        {
            var answer = await client.GetLifecycleConfigurationAsync(new GetLifecycleConfigurationRequest { BucketName = bucket }, cancel);
            return (new(Fault.None), First(answer.Configuration?.Rules ?? [], head));
        }
        catch (AmazonServiceException e) when (e.ErrorCode == NoRules)
        {
            return (new(Fault.None), null);
        }
        catch (Exception e)
        {
            return (BucketFaults.Of(e, cancel.IsCancellationRequested), null);
        }
    }

    static AbortRule? First(List<LifecycleRule> rules, string head)
    {
        AbortRule? first = null;
        foreach (var rule in rules)
        {
            if (rule.Status == LifecycleRuleStatus.Enabled && rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation is { } days && Covers(rule, head) && !(first?.Days <= days))
            {
                first = new(rule.Id ?? "", days);
            }
        }
        return first;
    }

    /// <summary>True if it is for every key below the head. A rule with tags or sizes is not: uploads under way have neither.</summary>
    static bool Covers(LifecycleRule rule, string head) => rule.Filter?.LifecycleFilterPredicate switch
    {
        LifecyclePrefixPredicate below => head.StartsWith(below.Prefix ?? "", StringComparison.Ordinal),
#pragma warning disable CS0618 // The way rules were written before filters: servers still tell of it.
        null => head.StartsWith(rule.Prefix ?? "", StringComparison.Ordinal),
#pragma warning restore CS0618
        _ => false,
    };
}

/// <summary>A rule that removes abandoned uploads in parts.</summary>
/// <param name="Name">Empty where it has none.</param>
/// <param name="Days">After their beginning.</param>
readonly record struct AbortRule(string Name, int Days);
