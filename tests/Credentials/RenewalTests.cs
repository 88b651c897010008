using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Credentials;

/// <summary>Credentials change while the published program runs: it goes on with the new ones, and no file is lost, left or parked for it.</summary>
public sealed class RenewalTests : CredentialsTest
{
    static readonly string RoleProfile = $"[default]\nrole_arn = {StandIn.Role}\nexternal_id = {StandIn.ExternalId}\nsource_profile = user\n";

    int files;

    /// <summary>Writes files one after the other, each when the one before has left, until the condition holds.</summary>
    async Task MoveUntil(ProgramRun run, Func<bool> done)
    {
        do
        {
            Scene.Write($"{++files}.dat", 1000);
            await Gone(run);
        }
        while (!done());
    }

    Task Gone(ProgramRun run) => Eventually.True(() => Scene.Files().Length == 0, () => run.Output, Cancel);

    async Task<ProgramRun> StartRun()
    {
        var run = Start(Scene.Arguments);
        await run.WaitForLine("watching ", Scene.Limit);
        return run;
    }

    async Task End(ProgramRun run)
    {
        run.Signal(ProgramRun.Interrupt);
        await Scene.AssertExit(run, 0);
        await Scene.AssertAllMoved();
        Assert.Equal(0, run.Count("parked"));
        Assert.Equal(0, run.Count("WRN failed "));
    }

    /// <summary>In place, as an editor or a tool of rotation does it.</summary>
    void Put(string file, string text)
    {
        File.WriteAllText(file + ".new", text);
        File.Move(file + ".new", file, overwrite: true);
    }

    [Fact]
    public async Task KeysThatEndSoonAreRenewedBeforeTheyDo()
    {
        Put(Credentials, UserKeys("user") + RoleProfile);
        StandIn.Lifetime = TimeSpan.FromSeconds(6);
        var run = await StartRun();
        await MoveUntil(run, () => Uploaders.Distinct().Count() > 3);
        // Not one request was made with keys that had ended.
        Assert.Equal(0, run.Count("the endpoint fails"));
        // And the service was not asked all the time.
        Assert.InRange(StandIn.Requests.Length, 4, 9);
        await End(run);
    }

    [Fact]
    public async Task KeysOfAMachineAreRenewedToo()
    {
        (Environment["AWS_EC2_METADATA_DISABLED"], Environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"]) = (null, StandIn.Url);
        StandIn.Lifetime = TimeSpan.FromSeconds(6);
        var run = await StartRun();
        await MoveUntil(run, () => Uploaders.Distinct().Count() > 2);
        Assert.Equal(0, run.Count("the endpoint fails"));
        await End(run);
    }

    /// <summary>These requests are the SDK's own: new keys are had in the middle of one.</summary>
    [Fact]
    public async Task KeysThatEndedWhileThereWasNothingToDoAreRenewedForALargeFileToo()
    {
        Put(Credentials, UserKeys("user") + RoleProfile);
        StandIn.Lifetime = TimeSpan.FromSeconds(4);
        var run = await StartRun();
        await MoveUntil(run, () => true);
        var end = DateTime.UtcNow + StandIn.Lifetime;
        await Eventually.True(() => DateTime.UtcNow > end, () => run.Output, Cancel);
        Scene.Write("large.dat", 20 << 20);
        await Gone(run);
        Assert.Equal(0, run.Count("the endpoint fails"));
        await End(run);
    }

    [Fact]
    public async Task KeysThatChangeInTheFileAreTakenUpBeforeTheOldOnesEnd()
    {
        Keys.Add("AKIAOLD", "user-old-secret");
        Put(Credentials, KeysOf("default", "AKIAOLD", "user-old-secret"));
        var run = await StartRun();
        await MoveUntil(run, () => true);
        Put(Credentials, UserKeys("default"));
        await MoveUntil(run, () => Uploaders.Last() == User);
        Keys.Remove("AKIAOLD");
        await MoveUntil(run, () => true);
        Assert.Equal(0, run.Count("the endpoint fails"));
        await End(run);
    }

    [Fact]
    public async Task KeysThatAreRefusedPauseTheUploadsUntilTheFileHasOthers()
    {
        Keys.Add("AKIAOLD", "user-old-secret");
        Put(Credentials, KeysOf("default", "AKIAOLD", "user-old-secret"));
        var run = await StartRun();
        await MoveUntil(run, () => true);
        Keys.Remove("AKIAOLD");
        for (var i = 0; i < 20; i++)
            Scene.Write($"{++files}.dat", 1000);
        await run.WaitForLine("the endpoint fails: S3 answered 403 InvalidAccessKeyId", Scene.Limit);
        // What cannot be read leaves it as it is.
        Put(Credentials, "[default\n");
        await run.WaitForLine("the endpoint still fails", Scene.Limit);
        Put(Credentials, UserKeys("default"));
        await Gone(run);
        Assert.Equal(User, Uploaders.Last());
        Assert.Equal(1, run.Count("the endpoint answers again"));
        await End(run);
    }

    [Fact]
    public async Task ARoleThatIsTakenAwayPausesTheUploadsUntilItIsGivenAgain()
    {
        Put(Credentials, UserKeys("user") + RoleProfile);
        var run = await StartRun();
        await MoveUntil(run, () => true);
        StandIn.Refusal = (403, "AccessDenied");
        Keys.ExpireSessions();
        for (var i = 0; i < 20; i++)
            Scene.Write($"{++files}.dat", 1000);
        await run.WaitForLine("the endpoint fails: S3 answered 400 ExpiredToken", Scene.Limit);
        await run.WaitForLine($"no credentials: role {StandIn.Role}, assumed by profile default: STS answered 403 AccessDenied (hint: the role's trust policy", Scene.Limit);
        Assert.Equal(20, Scene.Files().Length);
        StandIn.Refusal = null;
        await Gone(run);
        await End(run);
    }

    [Fact]
    public async Task ARunBeginsBeforeTheServiceThatGivesKeysCanBeReached()
    {
        Put(Credentials, UserKeys("user") + RoleProfile);
        StandIn.Refusal = (503, "ServiceUnavailable");
        Scene.Write("1.dat", 1000);
        var run = await StartRun();
        await run.WaitForLine($"no credentials: role {StandIn.Role}, assumed by profile default: STS answered 503 ServiceUnavailable", Scene.Limit);
        Assert.Contains("failed   credentials  role ", await Check());
        StandIn.Refusal = null;
        await Gone(run);
        await End(run);
    }
}
