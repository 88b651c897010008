using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Credentials;

/// <summary>Roles: assumed by a profile, by a web identity, given to a machine or a container; and keys that a process prints.</summary>
public sealed class RoleTests : CredentialsTest
{
    static readonly string RoleLines = $"role_arn = {StandIn.Role}\nexternal_id = {StandIn.ExternalId}\nrole_session_name = from-the-test\n";

    [Fact]
    public async Task AProfileAssumesItsRoleWithTheKeysOfItsSource()
    {
        await File.WriteAllTextAsync(Credentials, UserKeys("user"), Cancel);
        await File.WriteAllTextAsync(Config, $"[profile p]\n{RoleLines}source_profile = user\n", Cancel);
        await Move(null, "--profile", "p");
        var asked = Assert.Single(StandIn.Requests);
        Assert.Equal(("AssumeRole", User, StandIn.Role, StandIn.ExternalId, "from-the-test", 200), (asked.What, asked.Signer, asked["RoleArn"], asked["ExternalId"], asked["RoleSessionName"], asked.Status));
        var said = await Check("--profile", "p");
        Assert.Contains($"ok       credentials  from role {StandIn.Role}, assumed by profile p, access key ASIA", said);
        var until = DateTime.Parse(said.Split(", until ")[1].Split(" UTC")[0], CultureInfo.InvariantCulture);
        Assert.InRange(until, DateTime.UtcNow.AddMinutes(55), DateTime.UtcNow.AddMinutes(61));
    }

    [Fact]
    public async Task OneRoleLeadsToAnother()
    {
        await File.WriteAllTextAsync(Credentials, UserKeys("user"), Cancel);
        await File.WriteAllTextAsync(Config, $"[default]\n{RoleLines}source_profile = between\n[profile between]\nrole_arn = {StandIn.Middle}\nsource_profile = user\n", Cancel);
        await Move();
        Assert.Equal([(User, StandIn.Middle), ("ASIA0001", StandIn.Role)], StandIn.Requests.Select(asked => (asked.Signer, asked["RoleArn"])));
        Assert.StartsWith("s3sync-", StandIn.Requests[0]["RoleSessionName"], StringComparison.Ordinal);
        Assert.Equal("ASIA0002", Uploaders.Last());
    }

    [Fact]
    public async Task ARoleMayBeAskedForWithTheProfilesOwnKeys()
    {
        await File.WriteAllTextAsync(Credentials, UserKeys("self") + RoleLines + "source_profile = self\n", Cancel);
        await Move(null, "--profile", "self");
        Assert.Equal(User, Assert.Single(StandIn.Requests).Signer);
    }

    [Fact]
    public async Task ARoleMayBeAskedForWithTheKeysOfTheEnvironment()
    {
        PutUserIntoEnvironment();
        await File.WriteAllTextAsync(Config, $"[profile p]\n{RoleLines}credential_source = Environment\n", Cancel);
        await Move(null, "--profile", "p");
        Assert.Equal((User, StandIn.ExternalId), (Assert.Single(StandIn.Requests).Signer, StandIn.Requests[0]["ExternalId"]));
    }

    [Fact]
    public async Task ARoleMayBeAskedForWithThoseOfTheMachineOrTheContainer()
    {
        await File.WriteAllTextAsync(Config, $"[profile machine]\n{RoleLines}credential_source = Ec2InstanceMetadata\n[profile container]\n{RoleLines}credential_source = EcsContainer\n", Cancel);
        PutMachineIntoEnvironment();
        await Move(null, "--profile", "machine");
        Assert.Equal(("AssumeRole", "ASIA0001"), (StandIn.Requests.Last().What, StandIn.Requests.Last().Signer));
        PutContainerIntoEnvironment();
        await Move(null, "--profile", "container");
        Assert.Equal(("AssumeRole", "ASIA0003"), (StandIn.Requests.Last().What, StandIn.Requests.Last().Signer));
    }

    [Fact]
    public async Task AWebIdentityIsExchangedUnsignedByEnvironmentOrProfile()
    {
        var token = Path.Combine(Scene.Place, "token");
        await File.WriteAllTextAsync(token, StandIn.IdentityToken + "\n", Cancel);
        (Environment["AWS_WEB_IDENTITY_TOKEN_FILE"], Environment["AWS_ROLE_ARN"], Environment["AWS_ROLE_SESSION_NAME"]) = (token, StandIn.Role, "pod-1");
        await Move();
        Assert.Equal(("AssumeRoleWithWebIdentity", "", "pod-1"), (Assert.Single(StandIn.Requests).What, StandIn.Requests[0].Signer, StandIn.Requests[0]["RoleSessionName"]));
        Assert.Contains($"from role {StandIn.Role}, assumed with a web identity token, access key ASIA", await Check());
        (Environment["AWS_WEB_IDENTITY_TOKEN_FILE"], Environment["AWS_ROLE_ARN"], Environment["AWS_ROLE_SESSION_NAME"]) = (null, null, null);
        await File.WriteAllTextAsync(Config, $"[profile p]\nrole_arn = {StandIn.Role}\nweb_identity_token_file = {token}\n", Cancel);
        await Move(null, "--profile", "p");
    }

    [Fact]
    public async Task TheRoleOfTheMachineIsTakenByVersion2OfTheMetadataServiceOnly()
    {
        PutMachineIntoEnvironment();
        await Move();
        // Nothing was ever asked without a token.
        Assert.DoesNotContain(StandIn.Requests, asked => asked.Status == 401);
        Assert.Contains(StandIn.Requests, asked => asked.What == "PUT /latest/api/token");
        Assert.Contains($"from role {StandIn.MachineRole} of this machine, access key ASIA", await Check());
    }

    [Fact]
    public async Task AMachineThatGivesNoTokenIsNotAskedTheOldWay()
    {
        PutMachineIntoEnvironment();
        StandIn.HasMetadataTokens = false;
        await AssertRefused("the AWS chain has no credentials", "--profile");
        Assert.All(StandIn.Requests, asked => Assert.Equal("PUT /latest/api/token", asked.What));
        Assert.NotEmpty(StandIn.Requests);
    }

    [Fact]
    public async Task TheRoleOfTheContainerIsTakenWithItsToken()
    {
        PutContainerIntoEnvironment();
        await Move();
        Assert.Contains("from the role of this container, access key ASIA", await Check());
        // Pods of EKS have it in a file.
        var token = Path.Combine(Scene.Place, "token");
        await File.WriteAllTextAsync(token, StandIn.ContainerToken, Cancel);
        (Environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"], Environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]) = (null, token);
        await Move();
        Assert.All(StandIn.Requests, asked => Assert.Equal(200, asked.Status));
    }

    [LinuxFact]
    public async Task AProcessPrintsTheKeys()
    {
        var key = StandIn.Issue();
        var script = Path.Combine(Scene.Place, "keys of mine.sh");
        await File.WriteAllTextAsync(script, $$"""
            #!/bin/sh
            echo '{"Version":1,"AccessKeyId":"'"$1"'","SecretAccessKey":"{{key.Secret}}","SessionToken":"{{key.Token}}","Expiration":"{{key.End}}"}'
            """, Cancel);
        await File.WriteAllTextAsync(Config, $"[profile p]\ncredential_process = sh \"{script}\" {key.Access}\n", Cancel);
        await Move(key.Access, "--profile", "p");
        Assert.Contains($"from a process that profile p names, access key {key.Access}, until ", await Check("--profile", "p"));
    }

    [Fact]
    public async Task WhatCannotBeHadIsOneLineWithAHint()
    {
        await File.WriteAllTextAsync(Credentials, UserKeys("user"), Cancel);
        await File.WriteAllTextAsync(Config, $"""
            [profile refused]
            role_arn = {StandIn.Role}
            source_profile = user
            [profile code]
            role_arn = {StandIn.Role}
            mfa_serial = arn:aws:iam::111122223333:mfa/me
            source_profile = user
            [profile round]
            role_arn = {StandIn.Role}
            source_profile = again
            [profile again]
            role_arn = {StandIn.Role}
            source_profile = round
            [profile without]
            role_arn = {StandIn.Role}
            [profile lost]
            role_arn = {StandIn.Role}
            source_profile = nowhere
            [profile token]
            role_arn = {StandIn.Role}
            web_identity_token_file = /no/such/token
            [profile failing]
            credential_process = sh -c 'echo no luck today >&2; exit 3'
            [profile talking]
            credential_process = echo hello
            """, Cancel);
        await AssertRefused($"role {StandIn.Role}, assumed by profile refused: STS answered 403 AccessDenied", "trust policy", "--profile", "refused");
        await AssertRefused("profile 'code' asks for a code of an MFA device", "single sign-on", "--profile", "code");
        await AssertRefused("profile 'round' leads through source_profile to 'round' and round again", "keys of its own", "--profile", "round");
        await AssertRefused("profile 'without' has a role_arn, but nothing to ask for it with", "source_profile", "--profile", "without");
        await AssertRefused("there is no profile 'nowhere'", "aws configure", "--profile", "lost");
        await AssertRefused("the web identity token file '/no/such/token' cannot be read", "web_identity_token_file", "--profile", "token");
        await AssertRefused("a process that profile failing names failed: it ended with 3: no luck today", "by hand", "--profile", "failing");
        await AssertRefused("a process that profile talking names failed: it printed something else", "Version 1", "--profile", "talking");
    }

    void PutMachineIntoEnvironment()
    {
        Environment["AWS_EC2_METADATA_DISABLED"] = null;
        Environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = StandIn.Url;
    }

    void PutContainerIntoEnvironment()
    {
        Environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = StandIn.Url + "/container";
        Environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = StandIn.ContainerToken;
    }
}
