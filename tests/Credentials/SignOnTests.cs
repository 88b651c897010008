using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Credentials;

/// <summary>Single sign-on: the token that <c>aws sso login</c> left, in both formats, renewed where it can be.</summary>
public sealed class SignOnTests : CredentialsTest
{
    const string StartUrl = "https://example.awsapps.com/start";

    static readonly string RoleLines = $"sso_account_id = {StandIn.Account}\nsso_role_name = {StandIn.SignOnRole}\n";

    string Session => $"[profile p]\nsso_session = office\n{RoleLines}[sso-session office]\nsso_region = eu-central-1\nsso_start_url = {StartUrl}\nsso_registration_scopes = sso:account:access\n";

    string Legacy => $"[profile p]\nsso_start_url = {StartUrl}\nsso_region = eu-central-1\n{RoleLines}";

    string CacheFile(string named) => Path.Combine(Scene.Place, ".aws", "sso", "cache", Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(named))) + ".json");

    /// <summary>Signs on: writes the file as the AWS CLI does.</summary>
    string SignOn(string named, TimeSpan left, bool canBeRenewed = true, string format = "yyyy-MM-dd'T'HH:mm:ss'Z'")
    {
        static string Time(TimeSpan from, string format) => (DateTime.UtcNow + from).ToString(format, CultureInfo.InvariantCulture);
        var token = new JsonObject { ["startUrl"] = StartUrl, ["region"] = "eu-central-1", ["accessToken"] = StandIn.Access, ["expiresAt"] = Time(left, format) };
        if (canBeRenewed)
            foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[("clientId", StandIn.ClientId), ("clientSecret", StandIn.ClientSecret), ("registrationExpiresAt", Time(TimeSpan.FromDays(80), format)), ("refreshToken", StandIn.Refresh!)])
                token[name] = value;
        var file = CacheFile(named);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, token.ToJsonString());
        return file;
    }

    [Fact]
    public async Task ATokenOfASessionIsExchangedForKeys()
    {
        await File.WriteAllTextAsync(Config, Session, Cancel);
        SignOn("office", TimeSpan.FromHours(2));
        await Move(null, "--profile", "p");
        Assert.Equal(("GET /federation/credentials", 200), (Assert.Single(StandIn.Requests).What, StandIn.Requests[0].Status));
        Assert.Contains("ok       credentials  from single sign-on of profile p, access key ASIA", await Check("--profile", "p"));
    }

    [Theory]
    [InlineData("yyyy-MM-dd'T'HH:mm:ss'Z'"), InlineData("yyyy-MM-dd'T'HH:mm:ss'UTC'")]
    public async Task SoIsOneInTheLegacyFormat(string format)
    {
        await File.WriteAllTextAsync(Config, Legacy, Cancel);
        SignOn(StartUrl, TimeSpan.FromHours(2), canBeRenewed: false, format);
        Environment["AWS_PROFILE"] = "p";
        await Move();
    }

    [Fact]
    public async Task ATokenThatEndsIsRenewedAndWrittenBackForTheOtherTools()
    {
        await File.WriteAllTextAsync(Config, Session, Cancel);
        var file = SignOn("office", TimeSpan.FromMinutes(-10));
        await Move(null, "--profile", "p");
        Assert.Equal(["POST /token", "GET /federation/credentials"], StandIn.Requests.Select(asked => asked.What));
        var written = JsonNode.Parse(await File.ReadAllTextAsync(file, Cancel))!;
        Assert.Equal((StandIn.Access, StandIn.Refresh, StandIn.ClientId, StartUrl), ((string?)written["accessToken"], (string?)written["refreshToken"], (string?)written["clientId"], (string?)written["startUrl"]));
        Assert.InRange(DateTime.Parse((string)written["expiresAt"]!, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal), DateTime.UtcNow.AddMinutes(50), DateTime.UtcNow.AddMinutes(61));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(file)!));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        // The next run finds it good.
        await Move(null, "--profile", "p");
        Assert.Equal(1, StandIn.Requests.Count(asked => asked.What == "POST /token"));
    }

    [Fact]
    public async Task ATokenThatCannotBeRenewedIsGoodUntilItEnds()
    {
        await File.WriteAllTextAsync(Config, Session, Cancel);
        SignOn("office", TimeSpan.FromMinutes(3));
        StandIn.Refresh = null;
        await Move(null, "--profile", "p");
        Assert.Equal([400, 200], StandIn.Requests.Select(asked => asked.Status));
    }

    [Fact]
    public async Task WithAConfigFileOfTheOptionTheCacheBesideItIsMeant()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Scene.Place, "of-somebody", ".aws")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "config"), Session, Cancel);
        var file = SignOn("office", TimeSpan.FromHours(2));
        Directory.CreateDirectory(Path.Combine(folder, "sso", "cache"));
        File.Move(file, Path.Combine(folder, "sso", "cache", Path.GetFileName(file)));
        await Move(null, "--profile", "p", "--aws-config-file", Path.Combine(folder, "config"));
    }

    [Fact]
    public async Task ASignOnThatEndsWhileRunningPausesTheUploadsUntilSomebodySignsOnAgain()
    {
        await File.WriteAllTextAsync(Config, Session, Cancel);
        SignOn("office", TimeSpan.FromMinutes(-10));
        StandIn.Lifetime = TimeSpan.FromSeconds(6);
        var run = Start([.. Scene.Arguments, "--profile", "p"]);
        Scene.Write("1.dat", 1000);
        await Eventually.True(() => Scene.Files().Length == 0, () => run.Output, Cancel);
        // Signed out, elsewhere.
        (StandIn.Access, StandIn.Refresh) = ("access-token-2", "refresh-token-2");
        var end = DateTime.UtcNow + StandIn.Lifetime;
        await Eventually.True(() => DateTime.UtcNow > end, () => run.Output, Cancel);
        Scene.Write("2.dat", 1000);
        await run.WaitForLine("the endpoint fails: no credentials: single sign-on of profile p: the sign-on is no longer accepted (hint: aws sso login --profile p)", Scene.Limit);
        SignOn("office", TimeSpan.FromHours(8));
        await Eventually.True(() => Scene.Files().Length == 0, () => run.Output, Cancel);
        run.Signal(ProgramRun.Interrupt);
        await Scene.AssertExit(run, 0);
        await Scene.AssertAllMoved();
        Assert.Equal(0, run.Count("parked"));
    }

    [Fact]
    public async Task WhoHasNotSignedOnIsToldTo()
    {
        await File.WriteAllTextAsync(Config, Session + Legacy.Replace("profile p", "profile old") + $"[profile lost]\nsso_session = nowhere\n{RoleLines}[profile half]\nsso_session = office\n", Cancel);
        await AssertRefused("single sign-on of profile p: nobody has signed on", "aws sso login --profile p", "--profile", "p");
        SignOn(StartUrl, TimeSpan.FromMinutes(-1), canBeRenewed: false);
        await AssertRefused("single sign-on of profile old: the sign-on expired at", "aws sso login --profile old", "--profile", "old");
        await AssertRefused("profile 'lost' cannot be read: ", "see ", "--profile", "lost");
        await AssertRefused("profile 'half' signs on, but lacks", "aws configure sso --profile half", "--profile", "half");
        SignOn("office", TimeSpan.FromHours(1));
        StandIn.Access = "another";
        await AssertRefused("single sign-on of profile p: the sign-on is no longer accepted", "aws sso login --profile p", "--profile", "p");
        await File.WriteAllTextAsync(CacheFile("office"), "{ not json", Cancel);
        await AssertRefused("cannot be read: ", "aws sso login --profile p", "--profile", "p");
        SignOn("office", TimeSpan.FromHours(1));
        await File.WriteAllTextAsync(Config, Session.Replace(StandIn.SignOnRole, "Others"), Cancel);
        await AssertRefused("role Others of account 111122223333 is not given (403)", "sso_role_name", "--profile", "p");
    }
}
