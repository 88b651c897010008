using System;
using System.IO;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Tasks;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>The settings of the AWS client: where, whose, over which connections.</summary>
static class BucketCredentials
{
    /// <summary>The client's configuration; null with a reason where the SDK would go somewhere we were not told of.</summary>
    public static AmazonS3Config? Configure(in BucketOptions options, out Problem? problem)
    {
        problem = TryPlace(options.Whose, out var unplaced) ? BucketProfiles.Unreadable(options.Whose) : unplaced;
        if (problem is not null)
        {
            return null;
        }
        if (!TryLoad(options.CaFile, out var authorities, out problem))
        {
            return null;
        }
        // Another server has its own.
        var region = options.Endpoint is not null ? null : options.Region is { } named ? RegionEndpoint.GetBySystemName(named) : FallbackRegionFactory.GetRegionEndpoint();
        var config = new AmazonS3Config
        {
            // We decide about retries: an unseen one would meet its own object under the key (412).
            MaxErrorRetry = 0,
            // Servers other than AWS know neither the SDK's default checksums nor their trailers; ours are set on each request.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            HttpClientFactory = new BucketConnections(options, authorities) { RegionIsGuess = region is null && options.Endpoint is null },
            // Each request has a limit of its own, by its length.
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        };
        if (options.Endpoint is not null)
        {
            BucketEndpoint.Choose(config, options);
            return config;
        }
        // From AWS_ENDPOINT_URL or the profile, and silently: a server taken for AWS would be trusted to honour conditions and could overwrite.
        if (config.ServiceURL is { Length: > 0 } elsewhere)
        {
            problem = new($"the AWS environment or profile names the endpoint {elsewhere}, which s3sync does not take from there", $"--endpoint {elsewhere}, or take it out of the environment or profile");
            return null;
        }
        config.RegionEndpoint = region ?? BucketEndpoint.Guess;
        BucketEndpoint.ChooseOfAws(config, options.Variant);
        return config;
    }

    /// <summary>
    /// The credentials of the first source there is (<see cref="BucketSources"/>), asked for once; null with a problem where there are none. What may be over
    /// in a moment is no problem: a run that begins before the network does waits for it as it would later.
    /// </summary>
    public static async Task<(BucketChain? Chain, Problem? Problem)> FindAsync(
        AmazonS3Config? config, BucketOptions options)
    {
        var whose = options.Whose;
        if (config is null && (!TryPlace(whose, out _) || BucketProfiles.Unreadable(whose) is not null))
        {
            // That is what is wrong with the configuration.
            return (null, null);
        }
        // Without a configuration there are other problems: this one is said beside them.
        BucketOptions nowhere = new(null, false, null, ChecksumKind.None, 1) { AllowHttp = options.AllowHttp };
        using var connections = config is null ? new BucketConnections(nowhere, null) : null;
        var s3 = config ?? new() { ServiceURL = "http://localhost", HttpClientFactory = connections };
        var chain = new BucketChain(BucketProfiles.Files(whose), new BucketSources(whose, s3).FindAsync, TimeProvider.System);
        try
        {
            await chain.GetCredentialsAsync();
        }
        catch (BucketCredentialsException e) when (!e.IsPassing)
        {
            return (null, e.Problem);
        }
        catch (BucketCredentialsException)
        {
        }
        return (chain, null);
    }

    /// <summary>Tells the SDK, and processes that profiles name, where the profiles are. Before anything else of the SDK: it looks for the files once.</summary>
    static bool TryPlace(AwsProfile whose, out Problem? problem)
    {
        problem = null;
        foreach (var (file, variable, option) in ((string?, string, string)[])[(whose.ConfigFile, "AWS_CONFIG_FILE", "--aws-config-file"), (whose.CredentialsFile, "AWS_SHARED_CREDENTIALS_FILE", "--aws-credentials-file")])
        {
            if (file is null)
            {
                continue;
            }
            try
            {
                using var opened = File.OpenRead(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                problem = new($"{option}: {Problem.Quote(file)} cannot be read: {e.Message}", "give the path of a file of the AWS tools that this user may read");
                return false;
            }
            Environment.SetEnvironmentVariable(variable, file);
        }
        // Not by the environment: a process of this profile that asks the AWS CLI would ask for itself.
        AWSConfigs.AWSProfileName = whose.Name ?? AWSConfigs.AWSProfileName;
        return true;
    }

    /// <summary>Reads the authorities to trust; null without a file. False with a problem where there are none in it.</summary>
    static bool TryLoad(string? file, out X509Certificate2Collection? authorities, out Problem? problem)
    {
        (authorities, problem) = (null, null);
        if (file is null)
        {
            return true;
        }
        var why = "there is no certificate in it";
        try
        {
            authorities = [];
            authorities.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            why = e.Message;
        }
        if (authorities is { Count: > 0 })
        {
            return true;
        }
        problem = new($"--ca-file: {Problem.Quote(file)} cannot be used: {why}", "give a PEM file with the certificate of each authority (-----BEGIN CERTIFICATE-----)");
        return false;
    }
}
