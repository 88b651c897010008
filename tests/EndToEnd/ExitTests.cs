using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Threading.Tasks;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using S3Sync.Tests.Sync.Linux;
using Xunit;

namespace S3Sync.Tests.EndToEnd;

/// <summary>How the published program refuses and gives up: exit codes 1 and 2. The others are with what leads to them: 0 and 3 with the drains, 4 with the restarts.</summary>
public sealed class ExitTests : IAsyncLifetime
{
    Scene scene = null!;

    public async ValueTask InitializeAsync()
    {
        // No server: port 9 (discard) refuses every connection.
        scene = await Scene.Open((await Needs.PublishedExe()).Path, url: null);
        for (var i = 0; i < 20; i++)
            scene.Write($"{i}.dat", 1000);
    }

    public ValueTask DisposeAsync() => scene?.DisposeAsync() ?? default;

    [Fact]
    public async Task AnEndpointOutOfReachEndsADrainWith1AHintAndEverythingOnDisk()
    {
        var run = await scene.Drain(expected: 1, "--patience", "2");
        Assert.Contains("cannot go on: the endpoint has failed for", run.Output);
        Assert.Contains("the endpoint fails", run.Output);
        AssertUntouched();
    }

    [Fact]
    public async Task ABucketThatDoesNotExistEndsADrainWith2AndItsNameLongBeforePatienceEnds()
    {
        await using var server = await S3Server.Start();
        await using var wrong = await Scene.Open((await Needs.PublishedExe()).Path, server.Url);
        server.Faults.Add(Fault.Answer(404, "NoSuchBucket"));
        wrong.Write("file.dat", 1000);
        var run = await wrong.Drain(expected: 2, "--patience", "3600");
        Assert.Contains("cannot be used: S3 answered 404 NoSuchBucket", run.Output);
        Assert.Contains("look at the name of the bucket", run.Output);
        Assert.True(File.Exists(wrong.FullPath("file.dat")));
    }

    [LinuxFact, SupportedOSPlatform("linux")]
    public async Task ADirectoryThatMayNotBeReadEndsADrainWith3AndTheRestIsMoved()
    {
        await using var server = await S3Server.Start();
        var program = (await Needs.PublishedExe()).Path;
        // Root without its privileges: else it may read everything.
        var launch = Environment.IsPrivilegedProcess
            ? new Launch("setpriv", ["--bounding-set=-all", "--inh-caps=-all", program], new Dictionary<string, string?>(), path => path, path => path)
            : new Launch(program, [], new Dictionary<string, string?>(), path => path, path => path);
        await using var guarded = await Scene.Open(launch, server.Url);
        guarded.Write("open.dat", 1000);
        guarded.Write("closed/file.dat", 1000);
        File.SetUnixFileMode(guarded.FullPath("closed"), UnixFileMode.None);
        var run = await guarded.Drain(expected: 3);
        Assert.Equal(1, run.Count("cannot list"));
        Assert.Contains("1 directories that could not be read", run.Output);
        File.SetUnixFileMode(guarded.FullPath("closed"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await guarded.Drain();
        await guarded.AssertAllMoved();
    }

    [Fact]
    public async Task AllThatIsWrongWithAConfigurationIsSaidAtOnceAndNothingIsTouched()
    {
        var run = scene.StartWith(["-w", scene.Root, "-w", scene.FullPath("missing"), "-b", "UPPER case", "-i", "soon", "--uploader-threads", "0", "--endpiont", "http://x", "--ledger", scene.FullPath("ledger.db")]);
        await Scene.AssertExit(run, 2);
        foreach (var problem in (string[])["missing", "UPPER case", "soon", "uploader-threads", "--endpiont", "contains the ledger"])
            Assert.True(run.Output.Split('\n').Any(line => line.StartsWith("s3sync: error: ") && line.Contains(problem)), $"nothing is said of {problem}:\n{run.Output}");
        Assert.Equal(run.Count("s3sync: error: "), run.Count("s3sync: hint: "));
        Assert.Contains("--endpoint", run.Output);
        AssertUntouched();
    }

    [Fact]
    public async Task WithoutCredentialsItEndsWith2BeforeAnythingIsTouched()
    {
        var run = scene.StartWith([.. scene.Arguments, "--once"], new Dictionary<string, string?> { ["AWS_ACCESS_KEY_ID"] = null, ["AWS_SECRET_ACCESS_KEY"] = null });
        await Scene.AssertExit(run, 2);
        Assert.Contains("s3sync: error: ", run.Output);
        Assert.Contains("credentials", run.Output);
        Assert.Contains("s3sync: hint: ", run.Output);
        AssertUntouched(withLedger: true);
    }

    [Theory]
    [InlineData("--help", "--watch-dir")]
    [InlineData("--version", "s3sync 0.")]
    public async Task HelpAndVersionEndWith0(string option, string expected)
    {
        var run = scene.StartWith([option]);
        await Scene.AssertExit(run, 0);
        Assert.Contains(expected, run.Output);
        AssertUntouched(withLedger: true);
    }

    [Fact]
    public async Task SecretsNeverAppearInTheLog()
    {
        var run = await scene.Drain(expected: 1, "--patience", "0.5", "--log-level", "trace");
        Assert.DoesNotContain(TestCredentials.SecretKey, run.Output);
    }

    void AssertUntouched(bool withLedger = false)
    {
        Assert.Equal(20, scene.Files().Length);
        Assert.All(scene.Expected, file => Assert.True(Pattern.MatchesFile(scene.FullPath(file.Key), file.Value.Seed, file.Value.Size)));
        if (withLedger)
            Assert.False(System.IO.Directory.Exists(System.IO.Path.GetDirectoryName(scene.Ledger)));
    }
}
