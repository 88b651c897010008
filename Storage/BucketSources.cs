using System;
using System.Collections;
using System.Collections.Generic;
using System.Threading.Tasks;
using Amazon.S3;
using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>
/// Where credentials are looked for, in the order of the AWS tools: a profile that is named by option, the environment, a web identity, the profile of the environment,
/// the container, the machine. What is there and broken ends the search: keys of somebody else would be worse than none.
/// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
/// </summary>
sealed class BucketSources(AwsProfile whose, AmazonS3Config s3)
{
    /// <summary>The profile of who names none.</summary>
    public const string Usual = "default";

    /// <summary>The first that is there. Throws <see cref="BucketCredentialsException"/> where none is, or the first is broken. Reads files, sends nothing but to look for a role of this machine.</summary>
    public async Task<BucketSource> FindAsync()
    {
        if (whose.Name is { } named)
        {
            return new BucketProfiles(whose, s3).Find(named);
        }
        if (FromEnvironment() is { } variables)
        {
            return variables;
        }
        if (Variable("AWS_WEB_IDENTITY_TOKEN_FILE") is { } token && Variable("AWS_ROLE_ARN") is { } role)
        {
            return BucketRoles.ByToken($"role {role}, assumed with a web identity token", new(role, Variable("AWS_ROLE_SESSION_NAME"), null), token, s3);
        }
        var profiles = new BucketProfiles(whose, s3);
        var chosen = Variable("AWS_PROFILE");
        if (profiles.TryFind(chosen ?? Usual, mustExist: chosen is not null) is { } profile)
        {
            return profile;
        }
        return BucketContainer.Find(AllowHttp(s3)) ?? await FromMachineAsync(s3)
            ?? throw new BucketCredentialsException(
            "the AWS chain has no credentials",
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile of ~/.aws with --profile, or run on a machine with a role");
    }

    /// <summary>Null where no key is in the environment.</summary>
    public static BucketSource? FromEnvironment()
    {
        var (access, secret) = (Variable("AWS_ACCESS_KEY_ID"), Variable("AWS_SECRET_ACCESS_KEY") ?? Variable("AWS_SECRET_KEY"));
        return (access, secret) switch
        {
            (null, null) => null,
            (null, _) => throw new BucketCredentialsException("AWS_SECRET_ACCESS_KEY is set in the environment, AWS_ACCESS_KEY_ID is not", "set both, or none"),
            (_, null) => throw new BucketCredentialsException("AWS_ACCESS_KEY_ID is set in the environment, AWS_SECRET_ACCESS_KEY is not", "set both, or none"),
            _ => BucketSource.Of("environment variables", access, secret, Variable("AWS_SESSION_TOKEN")),
        };
    }

    /// <summary>
    /// Null where the metadata service does not answer, is switched off, or knows no role.
    /// </summary>
    public static async Task<BucketSource?> FromMachineAsync(AmazonS3Config s3) =>
        string.Equals(Variable("AWS_EC2_METADATA_DISABLED"), "true", StringComparison.OrdinalIgnoreCase)
            ? null
            : await BucketMachine.FindAsync(AllowHttp(s3));

    /// <summary>True if keys may travel unencrypted.</summary>
    public static bool AllowHttp(AmazonS3Config s3) => ((BucketConnections)s3.HttpClientFactory).AllowHttp;

    /// <summary>
    /// Trims what the environment gives the AWS tools, for ourselves and for the SDK, which puts some of it into addresses and headers. A control
    /// character inside is a problem; the value is not shown, as it may be a secret.
    /// </summary>
    public static void Tidy(List<Problem> problems)
    {
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (variable is not { Key: string name, Value: string { Length: > 0 } value } || !name.StartsWith("AWS_", StringComparison.Ordinal))
            {
                continue;
            }
            var trimmed = value.Trim();
            foreach (var character in trimmed)
            {
                if (char.IsControl(character))
                {
                    problems.Add(new($"{name} in the environment has a control character in it (a line end, perhaps)", "set it again, without"));
                    break;
                }
            }
            if (trimmed.Length < value.Length)
            {
                Environment.SetEnvironmentVariable(name, trimmed);
            }
        }
    }

    /// <summary>Null where it is not set, or empty.</summary>
    public static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value && value.AsSpan().Trim().Length > 0 ? value : null;
}
