using System;
using System.IO;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using Xunit;

namespace S3Sync.Tests.Credentials;

/// <summary>Keys in the environment and in the shared files, by profile.</summary>
public sealed class EnvironmentTests : CredentialsTest
{
    [Fact]
    public async Task KeysOfTheEnvironmentAreTaken()
    {
        PutUserIntoEnvironment();
        await Move(User);
        Assert.Contains($"from environment variables, access key {User}, without an end", await Check());
    }

    [Fact]
    public async Task ASessionTokenOfTheEnvironmentIsSent()
    {
        var key = StandIn.Issue();
        (Environment["AWS_ACCESS_KEY_ID"], Environment["AWS_SECRET_ACCESS_KEY"], Environment["AWS_SESSION_TOKEN"]) = (key.Access, key.Secret, key.Token);
        await Move(key.Access);
    }

    [Fact]
    public async Task HalfAKeyInTheEnvironmentIsNoKey()
    {
        PutUserIntoEnvironment();
        Environment["AWS_SECRET_ACCESS_KEY"] = null;
        await AssertRefused("AWS_ACCESS_KEY_ID is set in the environment, AWS_SECRET_ACCESS_KEY is not", "set both, or none");
    }

    [Fact]
    public async Task TheDefaultProfileIsTakenAndOthersByNameFromEitherFile()
    {
        var session = StandIn.Issue();
        await File.WriteAllTextAsync(Credentials, UserKeys("default") + KeysOf("short", session.Access, session.Secret, session.Token), Cancel);
        await Move(User);
        Assert.Contains($"from profile default, access key {User}", await Check());
        Environment["AWS_PROFILE"] = "short";
        await Move(session.Access);
        // In the config file a section is called "profile NAME".
        await File.WriteAllTextAsync(Credentials, "", Cancel);
        await File.WriteAllTextAsync(Config, UserKeys("profile elsewhere"), Cancel);
        Environment["AWS_PROFILE"] = "elsewhere";
        await Move(User);
    }

    [Fact]
    public async Task AProfileNamedByOptionComesBeforeTheEnvironment()
    {
        var session = StandIn.Issue();
        await File.WriteAllTextAsync(Credentials, UserKeys("mine") + KeysOf("other", session.Access, session.Secret, session.Token), Cancel);
        (Environment["AWS_ACCESS_KEY_ID"], Environment["AWS_SECRET_ACCESS_KEY"], Environment["AWS_SESSION_TOKEN"]) = (session.Access, session.Secret, session.Token);
        Environment["AWS_PROFILE"] = "other";
        await Move(User, "--profile", "mine");
        Assert.Contains($"from profile mine, access key {User}", await Check("--profile", "mine"));
    }

    [Fact]
    public async Task TheFilesMayBeNamedByOptionAsAServiceHasAnotherHome()
    {
        (Environment["AWS_CONFIG_FILE"], Environment["AWS_SHARED_CREDENTIALS_FILE"]) = (null, null);
        await File.WriteAllTextAsync(Config, $"[profile p]\nregion = us-east-1\nrole_arn = {StandIn.Role}\nexternal_id = {StandIn.ExternalId}\nsource_profile = user\n", Cancel);
        await File.WriteAllTextAsync(Credentials, UserKeys("user"), Cancel);
        await Move(null, "--profile", "p", "--aws-config-file", Config, "--aws-credentials-file", Credentials);
        await Move(User, "--profile", "user", "--aws-credentials-file", Credentials);
        Environment["S3SYNC_PROFILE"] = "p";
        Environment["S3SYNC_AWS_CONFIG_FILE"] = Config;
        Environment["S3SYNC_AWS_CREDENTIALS_FILE"] = Credentials;
        await Move();
    }

    [Fact]
    public async Task TheProfileOfTheOptionGivesTheRegionTooAndItsEndpointIsRefused()
    {
        await File.WriteAllTextAsync(Config, "[profile p]\nregion = us-east-1\nendpoint_url = http://127.0.0.1:9\n", Cancel);
        await File.WriteAllTextAsync(Credentials, UserKeys("p"), Cancel);
        Environment["AWS_REGION"] = null;
        await Move(User, "--profile", "p");
        string[] onAws = ["-w", Scene.Root, "-b", Scene.Bucket, "--ledger", Scene.Ledger, "--dry-run", "--profile"];
        var run = Start([.. onAws, "p"]);
        await Scene.AssertExit(run, 2);
        Assert.Contains("names the endpoint http://127.0.0.1:9", run.Output);
        await File.WriteAllTextAsync(Config, "[profile p]\nregion = eu-west-1\n", Cancel);
        await Scene.AssertExit(Start([.. onAws, "p"]), 0);
    }

    [Theory]
    [InlineData("accessKey"), InlineData("aws_access_key_id"), InlineData("secretKey"), InlineData("awsSecretAccessKey"), InlineData("sessionToken"), InlineData("credentials")]
    public async Task KeysInOurOwnFileAreRefusedAndNotSaid(string key)
    {
        var config = Path.Combine(Scene.Place, "s3sync.json");
        await File.WriteAllTextAsync(config, $$"""{ "{{key}}": "not-to-be-said" }""", Cancel);
        PutUserIntoEnvironment();
        await AssertRefused($"'{key}' in {config}: s3sync takes no keys of its own", "--profile", "--config", config);
        Assert.All(Outputs, output => Assert.DoesNotContain("not-to-be-said", output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhatCannotBeUsedIsOneLineWithAHint()
    {
        await AssertRefused("the AWS chain has no credentials", "--profile");
        Environment["AWS_PROFILE"] = "nobody";
        await AssertRefused("there is no profile 'nobody'", "aws configure --profile nobody");
        await AssertRefused("there is no profile 'neither'", "aws configure --profile neither", "--profile", "neither");
        await AssertRefused("--aws-config-file: '/no/such/file' cannot be read", "give the path", "--aws-config-file", "/no/such/file");
        await AssertRefused("--aws-credentials-file: '/no/such/file' cannot be read", "give the path", "--aws-credentials-file", "/no/such/file");
        var within = Path.Combine(Scene.Root, "credentials");
        await File.WriteAllTextAsync(within, UserKeys("default"), Cancel);
        await AssertRefused("the file of --aws-credentials-file ", "move it out", "--aws-credentials-file", within);
        await File.WriteAllTextAsync(Config, "[profile empty]\nregion = us-east-1\n[profile half]\naws_access_key_id = AKIA1\n", Cancel);
        await AssertRefused("profile 'empty' has no credentials", "role_arn", "--profile", "empty");
        await AssertRefused("profile 'half' has only one of", "give both", "--profile", "half");
    }

    /// <summary>The SDK reads the profile for settings of its own as well, and ends the process where it cannot.</summary>
    [Theory]
    [InlineData("[default]\naws_secret_access_key not-to-be-said\n", "a line is neither [section] nor name = value")]
    [InlineData("[default]\nsso_session = nowhere\n", "sso_session")]
    [InlineData("[default]\nregion = not/a region\n", "region")]
    [InlineData("[default]\nec2_metadata_service_endpoint = none\n", "ec2_metadata_service_endpoint")]
    public async Task AProfileThatCannotBeReadIsOneLineWithOrWithoutAnEndpoint(string text, string why)
    {
        await File.WriteAllTextAsync(Config, text, Cancel);
        await AssertRefused("profile 'default' cannot be read: ", "see ");
        var run = Start("-w", Scene.Root, "-b", Scene.Bucket, "--ledger", Scene.Ledger, "--once");
        await Scene.AssertExit(run, 2);
        Assert.Equal((1, 1), (run.Count("error: "), run.Count(why)));
        // With keys of the environment nothing of it is needed where the endpoint is named.
        PutUserIntoEnvironment();
        Scene.Expected.Clear();
        File.Delete(Scene.FullPath("kept.dat"));
        await Move(User);
        Assert.All(Outputs, output => Assert.DoesNotContain("not-to-be-said", output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task TheProfileIsKnownThoughOtherSettingsAreWrong()
    {
        await File.WriteAllTextAsync(Credentials, UserKeys("mine"), Cancel);
        var run = Start("-w", Scene.Root, "-b", "NOT A BUCKET", "--endpoint", Server.Url, "--once", "--profile", "mine");
        await Scene.AssertExit(run, 2);
        Assert.Equal(1, run.Count("error: "));
    }
}
