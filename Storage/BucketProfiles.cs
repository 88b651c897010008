using System;
using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.S3;
using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>
/// The profiles of the shared files as sources of credentials, one profile's keys asking for another's role included. The SDK reads the files, anew each time; what follows from
/// them is decided here, as its own factory drops the external id of a credential_source, and keeps a role's keys for a profile that has changed since.
/// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
/// </summary>
sealed class BucketProfiles(AwsProfile whose, AmazonS3Config s3)
{
    // Each names the next; no account has a chain of that length for a reason.
    const int LongestChain = 8;

    /// <summary>The profile of that name. Throws <see cref="BucketCredentialsException"/> where there is none, or it has no credentials.</summary>
    public BucketSource Find(string name) => TryFind(name, mustExist: true) ?? throw Empty(name);

    /// <summary>Null where it has no credentials, or is not there and need not be.</summary>
    public BucketSource? TryFind(string name, bool mustExist) => TryFind(name, mustExist, []) is { } found ? found with { IsProfile = true } : null;

    BucketSource? TryFind(string name, bool mustExist, List<string> before)
    {
        if (Read(whose, name) is not { } profile)
        {
            return mustExist ? throw new BucketCredentialsException($"there is no profile '{name}' in {Names(whose)}", "name one that is there with --profile or AWS_PROFILE, or make it: aws configure --profile " + name + "; if it is there, one of its values is not valid") : null;
        }
        if (before.Contains(name) || before.Count >= LongestChain)
        {
            throw new BucketCredentialsException($"profile '{before[0]}' leads through source_profile to '{name}' and round again", "end the chain with a profile that has keys of its own");
        }
        before.Add(name);
        return Of(name, profile.Options, before);
    }

    BucketSource? Of(string name, CredentialProfileOptions options, List<string> before) => options switch
    {
        { RoleArn: { Length: > 0 } role, WebIdentityTokenFile: { Length: > 0 } token } =>
            BucketRoles.ByToken($"role {role}, assumed by profile {name} with a web identity token", new(role, options.RoleSessionName, null), token, s3),
        { RoleArn.Length: > 0, MfaSerial.Length: > 0 } =>
            throw new BucketCredentialsException($"profile '{name}' asks for a code of an MFA device, which nobody can type here", "use a role that does not ask for one, or single sign-on"),
        { RoleArn: { Length: > 0 } role } =>
            BucketRoles.ByKeys($"role {role}, assumed by profile {name}", new(role, options.RoleSessionName, options.ExternalID), SourceOf(name, options, before), s3),
        { SsoSession.Length: > 0 } or { SsoStartUrl.Length: > 0 } =>
            new BucketSignOn(name, options, BucketSignOnCache.Of(options.SsoSession ?? options.SsoStartUrl, whose.ConfigFile), s3).AsSource(),
        { AccessKey: { Length: > 0 } access, SecretKey: { Length: > 0 } secret } => BucketSource.Of($"profile {name}", access, secret, options.Token),
        { AccessKey.Length: > 0 } or { SecretKey.Length: > 0 } =>
            throw new BucketCredentialsException($"profile '{name}' has only one of aws_access_key_id and aws_secret_access_key", "give both"),
        { CredentialProcess: { Length: > 0 } command } =>
            BucketProcess.AsSource($"a process that profile {name} names", command),
        _ => null,
    };

    /// <summary>Whose keys ask for the role.</summary>
    Func<Task<BucketSource>> SourceOf(string name, CredentialProfileOptions options, List<string> before)
    {
        switch (options)
        {
            case { SourceProfile: { Length: > 0 } own, AccessKey: { Length: > 0 } access, SecretKey: { Length: > 0 } secret } when own == name:
                return () => Task.FromResult(BucketSource.Of($"profile {name}", access, secret, options.Token));
            case { SourceProfile: { Length: > 0 } source }:
                var found = TryFind(source, mustExist: true, before) ?? throw Empty(source);
                return () => Task.FromResult(found);
            case { CredentialSource: { Length: > 0 } kind }:
                return () => OfKind(name, kind);
            default:
                throw new BucketCredentialsException($"profile '{name}' has a role_arn, but nothing to ask for it with", "give it a source_profile, a credential_source, or a web_identity_token_file");
        }
    }

    async Task<BucketSource> OfKind(string name, string kind) =>
        (kind.ToLowerInvariant() switch
        {
            "environment" => BucketSources.FromEnvironment(),
            "ecscontainer" => BucketContainer.Find(BucketSources.AllowHttp(s3)),
            "ec2instancemetadata" => await BucketSources.FromMachineAsync(s3),
            _ => throw new BucketCredentialsException($"profile '{name}': there is no credential_source '{kind}'", "Environment, Ec2InstanceMetadata or EcsContainer"),
        }) ?? throw new BucketCredentialsException($"profile '{name}' wants credentials of {kind}, which has none", "see credential_source of the profile, and where s3sync runs");

    /// <summary>
    /// Why the profile that the SDK asks for its own settings cannot be read; null where it can, or is not there. To be asked first, whatever the credentials
    /// are from: the SDK throws such things from the initializer of a type, and is of no use then.
    /// </summary>
    public static Problem? Unreadable(AwsProfile whose)
    {
        try
        {
            Read(whose, whose.Name ?? BucketSources.Variable("AWS_PROFILE") ?? BucketSources.Usual);
            return null;
        }
        catch (BucketCredentialsException e)
        {
            return e.Problem;
        }
    }

    static CredentialProfile? Read(AwsProfile whose, string name)
    {
        try
        {
            // Without a path it looks into the SDK's own store of Windows as well.
            return new CredentialProfileStoreChain(whose.CredentialsFile).TryGetProfile(name, out var profile) ? profile : null;
        }
        // Its message has the line, which may be a key.
        catch (InvalidDataException)
        {
            throw new BucketCredentialsException($"profile '{name}' cannot be read: a line is neither [section] nor name = value", "see " + Names(whose));
        }
        // An sso_session that is not there, a region that is none, an unreadable file.
        catch (Exception e) when (e is AmazonClientException or IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            throw new BucketCredentialsException($"profile '{name}' cannot be read: {e.Message}", "see " + Names(whose));
        }
    }

    BucketCredentialsException Empty(string name) => new($"profile '{name}' has no credentials", $"see {Names(whose)}: keys, a role_arn, sso_session, or a credential_process");

    /// <summary>Where the SDK reads from: https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html</summary>
    public static IReadOnlyList<string> Files(AwsProfile whose)
    {
        var credentials = whose.CredentialsFile ?? SharedCredentialsFile.DefaultFilePath;
        // Without a name of its own it is read beside the other.
        var config = BucketSources.Variable(SharedCredentialsFile.SharedConfigFileEnvVar) is null ? Path.Join(Path.GetDirectoryName(credentials), "config") : SharedCredentialsFile.DefaultConfigFilePath;
        return [config, credentials];
    }

    static string Names(AwsProfile whose) => string.Join(" and ", Files(whose));
}
