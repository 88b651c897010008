using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.Credentials;

/// <summary>
/// Whoever gives out keys is asked where the settings say and nowhere else, in clear only where
/// they allow it, and what it answers has a limit.
/// </summary>
public sealed class TrustTests : CredentialsTest
{
    // Nothing there can be reached, nor resolved.
    const string Far = "http://sts.test.invalid";

    public static TheoryData<string> Sources => ["role", "web", "sign-on", "renewal", "machine", "container"];

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task InClearToAnotherMachineNothingIsSentUnlessThatIsAllowed(string source)
    {
        var variable = await Set(source, Far);
        await AssertRefused($"the address {Far} is plain http: others on the way can read keys and tokens", "--allow-http");
        Assert.Contains(Outputs, output => output.Contains(variable, StringComparison.Ordinal));
        // Allowed, it is tried: then there is only nobody there.
        var run = Start([.. Scene.Arguments, "--once", "--patience", "0", "--allow-http"]);
        Assert.NotEqual(0, await run.Exit(Scene.Limit));
        Assert.DoesNotContain("plain http", run.Output, StringComparison.Ordinal);
    }

    /// <summary>
    /// The general ones, of the environment and of the profile, mean STS as well.
    /// </summary>
    [Theory]
    [InlineData("AWS_ENDPOINT_URL", null)]
    [InlineData(null, "endpoint_url = " + Far)]
    [InlineData(null, "services = mine\n[services mine]\nsts =\n  endpoint_url = " + Far)]
    public async Task SoIsAnAddressThatAllServicesShare(string? variable, string? line)
    {
        await Set("role", StandIn.Url);
        Environment["AWS_ENDPOINT_URL_STS"] = null;
        if (variable is not null)
            Environment[variable] = Far;
        await File.AppendAllTextAsync(Config, line is null ? "" : line + "\n", Cancel);
        await AssertRefused($"the address {Far} is plain http", "--allow-http");
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task NobodyIsFollowedToAnotherHost(string source)
    {
        await using var other = new HostileServer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
        await Set(source, StandIn.Url);
        StandIn.Elsewhere = other.Url;
        Scene.Write("kept.dat", 100);
        var run = Start([.. Scene.Arguments, "--once", "--patience", "0"]);
        Assert.NotEqual(0, await run.Exit(Scene.Limit));
        Assert.NotEmpty(StandIn.Requests);
        Assert.Equal(0, other.Requests);
        Assert.Equal(["kept.dat"], Scene.Files());
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task AnAnswerThatDoesNotEndIsNone(string source)
    {
        await Set(source, StandIn.Url);
        StandIn.IsEndless = true;
        Scene.Write("kept.dat", 100);
        var run = Start([.. Scene.Arguments, "--once", "--patience", "0"]);
        Assert.NotEqual(0, await run.Exit(Scene.Limit));
        Assert.All(run.Output.Split('\n'), line => Assert.InRange(line.Length, 0, 1000));
        Assert.Equal(["kept.dat"], Scene.Files());
    }

    [LinuxFact]
    public async Task AProcessMayNotPrintWithoutEndNorSpeakToTheTerminal()
    {
        foreach (var (command, said) in ((string, string)[])
        [
            ("yes", "it printed more than 65,536 bytes"),
            ("head -c 3000000 /dev/zero >&2; exit 7", "it ended with 7: "),
            (@"printf ""\033[31m\033]0;owned\007"" >&2; exit 1", @"\u001B[31m"),
        ])
        {
            await File.WriteAllTextAsync(Config, $"[default]\ncredential_process = sh -c '{command}'\n", Cancel);
            await AssertRefused(said, "Version 1");
            Assert.All(Outputs, output => Assert.InRange(output.Length, 0, 1000));
        }
    }

    /// <summary>
    /// Makes this the source of the default profile, or of the environment, at that address; the
    /// variable that names it.
    /// </summary>
    async Task<string> Set(string source, string url)
    {
        var roleLines = $"role_arn = {StandIn.Role}\nexternal_id = {StandIn.ExternalId}\n";
        switch (source)
        {
            case "role":
                await File.WriteAllTextAsync(Credentials, UserKeys("user"), Cancel);
                await File.WriteAllTextAsync(Config, $"[default]\n{roleLines}source_profile = user\n", Cancel);
                return Name("AWS_ENDPOINT_URL_STS", url);
            case "web":
                var token = Path.Combine(Scene.Place, "token");
                await File.WriteAllTextAsync(token, StandIn.IdentityToken, Cancel);
                (Environment["AWS_WEB_IDENTITY_TOKEN_FILE"], Environment["AWS_ROLE_ARN"]) = (token, StandIn.Role);
                return Name("AWS_ENDPOINT_URL_STS", url);
            case "sign-on" or "renewal":
                await SignOn(source == "renewal" ? -1 : 8);
                return Name(source == "renewal" ? "AWS_ENDPOINT_URL_SSO_OIDC" : "AWS_ENDPOINT_URL_SSO", url);
            case "machine":
                Environment["AWS_EC2_METADATA_DISABLED"] = null;
                return Name("AWS_EC2_METADATA_SERVICE_ENDPOINT", url);
            default:
                Environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = StandIn.ContainerToken;
                Name("AWS_CONTAINER_CREDENTIALS_FULL_URI", url + "/container");
                return "AWS_CONTAINER_CREDENTIALS_FULL_URI";
        }
    }

    string Name(string variable, string url)
    {
        Environment[variable] = url;
        return variable;
    }

    async Task SignOn(int hours)
    {
        await File.WriteAllTextAsync(Config, $"[default]\nsso_session = office\nsso_account_id = {StandIn.Account}\nsso_role_name = {StandIn.SignOnRole}\n[sso-session office]\nsso_region = eu-central-1\nsso_start_url = https://example.awsapps.com/start\n", Cancel);
        var file = Path.Combine(Scene.Place, ".aws", "sso", "cache", Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes("office"))) + ".json");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, $$"""
            {"accessToken":"{{StandIn.Access}}","expiresAt":"{{DateTime.UtcNow.AddHours(hours):yyyy-MM-dd'T'HH:mm:ss'Z'}}","clientId":"{{StandIn.ClientId}}","clientSecret":"{{StandIn.ClientSecret}}",
             "registrationExpiresAt":"{{DateTime.UtcNow.AddDays(9):yyyy-MM-dd'T'HH:mm:ss'Z'}}","refreshToken":"{{StandIn.Refresh}}"}
            """, Cancel);
    }
}
