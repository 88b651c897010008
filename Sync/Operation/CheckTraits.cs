using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;
using S3Sync.Sync.Settings;

namespace S3Sync.Sync.Operation;

/// <summary>Compares what an object has besides its bytes with what the settings ask for: some servers take a header, and forget it.</summary>
static class CheckTraits
{
    const string Subject = "object", Encryption = "x-amz-server-side-encryption", Customer = Encryption + "-customer-algorithm";
    const string Tagging = "x-amz-tagging", Count = "x-amz-tagging-count", Metadata = "x-amz-meta-";

    /// <param name="how">How it was sent, to be put behind a place.</param>
    public static async Task RunAsync(BucketAccount account, Root root, string key, string how, CheckList list)
    {
        var asked = CheckBucket.HeadersOf(root);
        if (asked is null && !account.HasCustomerKey)
        {
            return;
        }
        var place = $"s3://{root.Bucket}/{Shown.Name(Keys.Head(root.Prefix))}{how}";
        var (reply, has) = await account.TraitsAsync(root.Bucket, key, CancellationToken.None);
        if (!reply.Ok)
        {
            // That it may not be looked at is said elsewhere.
            return;
        }
        List<(string Option, string What)> missing = [];
        if (account.HasCustomerKey && !has.ContainsKey(Customer))
        {
            missing.Add((OptionTable.SseCKeyFile.LongName, "nothing says that it is encrypted with it"));
        }
        if (asked is not null)
        {
            Compare(missing, has, "content-type", asked.ContentType);
            foreach (var header in asked.More)
            {
                if (header.Name == Tagging)
                {
                    if (await TagsAsync(account, root, key, header.Value, has) is { } what)
                    {
                        missing.Add((OptionTable.Tags.LongName, what));
                    }
                }
                else
                {
                    Compare(missing, has, header.Name, header.Value);
                }
            }
        }
        foreach (var (option, what) in missing)
        {
            list.Warning(Subject, $"{place}: the server does not give objects what {option} asks for: {what}", $"leave out {option}, or ask the server's maker; what is uploaded is proven nonetheless");
        }
        if (missing.Count == 0)
        {
            list.Ok(Subject, $"{place}: it has what the settings ask for");
        }
    }

    static void Compare(List<(string, string)> missing, Dictionary<string, string> has, string name, string value)
    {
        if (OptionOf(name) is not { } option)
        {
            return;
        }
        var found = has.GetValueOrDefault(name);
        // S3 says nothing of its standard class. A key's id, or its alias, comes back as an ARN, and text beyond ASCII in one of several forms.
        var isSame = found is null
            ? name == "x-amz-storage-class" && value == "STANDARD"
            : found.Equals(value, StringComparison.OrdinalIgnoreCase) || option == OptionTable.SseKmsKey || value.StartsWith("=?", StringComparison.Ordinal);
        if (!isSame)
        {
            missing.Add((option.LongName, found is null ? $"there is no {name}" : $"{name} is {Problem.Quote(found)}, not {Problem.Quote(value)}"));
        }
    }

    /// <summary>Null for what no answer states: an ACL, a context of KMS.</summary>
    static Option? OptionOf(string name) => name switch
    {
        "content-type" => OptionTable.ContentType,
        "cache-control" => OptionTable.CacheControl,
        "x-amz-storage-class" => OptionTable.StorageClass,
        Encryption => OptionTable.Sse,
        Encryption + "-aws-kms-key-id" => OptionTable.SseKmsKey,
        Encryption + "-bucket-key-enabled" => OptionTable.SseBucketKey,
        _ when !name.StartsWith(Metadata, StringComparison.Ordinal) => null,
        _ => Array.IndexOf(ObjectTraits.Facts, name[Metadata.Length..]) >= 0 ? OptionTable.FileFacts : OptionTable.Metadata,
    };

    /// <summary>What is wrong with its tags. HEAD states their number, to those who may read them and not on every server.</summary>
    static async Task<string?> TagsAsync(BucketAccount account, Root root, string key, string asked, Dictionary<string, string> has)
    {
        var most = asked.Split('&').Length;
        if (!int.TryParse(has.GetValueOrDefault(Count), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            var (reply, counted) = await account.TagsAsync(root.Bucket, key, CancellationToken.None);
            if (reply.Fault == Fault.Refused)
            {
                return null;
            }
            count = reply.Ok ? counted : 0;
        }
        return count == most ? null : $"it has {Units.Count(count, "tag")} of {most}";
    }
}
