using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Credentials;

/// <summary>
/// The published program with no credentials but those a test gives it: a scene, its S3 server, which knows what the stand-in gives out, and the stand-in.
/// What is secret may never be said.
/// </summary>
public abstract class CredentialsTest : IAsyncLifetime
{
    const string UserSecret = "user-secret-000000000000000000000000000";

    private protected const string User = "AKIAUSER";

    readonly ConcurrentQueue<string> uploaders = new();
    readonly List<ProgramRun> runs = [];

    private protected KeyRing Keys { get; } = new();

    private protected Scene Scene { get; private set; } = null!;

    private protected S3Server Server { get; private set; } = null!;

    private protected StandIn StandIn { get; private set; } = null!;

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // Publishing takes minutes: TESTS_EXE names the program of another build, to try a change at once.
        var exe = System.Environment.GetEnvironmentVariable("TESTS_EXE") ?? (await Needs.PublishedExe()).Path;
        Keys.Add(User, UserSecret);
        Server = await S3Server.Start(new() { Keys = Keys });
        Server.Arrived += request =>
        {
            if (request.Operation == S3Operation.PutObject && request.Header("authorization") is { } header)
                uploaders.Enqueue(Authorization.Parse(header, "s3").AccessKey);
        };
        StandIn = await StandIn.Start(Keys);
        Scene = await Scene.Open(exe, Server.Url);
        foreach (var variable in (string[])["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
            Environment[variable] = null;
        Environment["AWS_ENDPOINT_URL_STS"] = StandIn.Url;
        Environment["AWS_ENDPOINT_URL_SSO"] = StandIn.Url;
        Environment["AWS_ENDPOINT_URL_SSO_OIDC"] = StandIn.Url;
        Environment["AWS_CONFIG_FILE"] = Config;
        Environment["AWS_SHARED_CREDENTIALS_FILE"] = Credentials;
    }

    public async ValueTask DisposeAsync()
    {
        if (Scene is not null)
        {
            await Scene.DisposeAsync();
            await StandIn.DisposeAsync();
            await Server.DisposeAsync();
            foreach (var run in runs)
                Assert.All([UserSecret, StandIn.IdentityToken, StandIn.ContainerToken, StandIn.ClientSecret, .. StandIn.Secrets], secret => Assert.DoesNotContain(secret, run.Output, StringComparison.Ordinal));
        }
        GC.SuppressFinalize(this);
    }

    /// <summary>What the program finds in its environment beside the tests' own; null takes a variable away.</summary>
    private protected Dictionary<string, string?> Environment { get; } = [];

    private protected string Config => Path.Combine(Scene.Place, "aws-config");

    private protected string Credentials => Path.Combine(Scene.Place, "aws-credentials");

    /// <summary>A section of the shared credentials file with the user's own keys.</summary>
    private protected static string UserKeys(string profile) => KeysOf(profile, User, UserSecret);

    private protected static string KeysOf(string profile, string access, string secret, string? token = null) =>
        $"[{profile}]\naws_access_key_id = {access}\naws_secret_access_key = {secret}\n" + (token is null ? "" : $"aws_session_token = {token}\n");

    private protected void PutUserIntoEnvironment()
    {
        Environment["AWS_ACCESS_KEY_ID"] = User;
        Environment["AWS_SECRET_ACCESS_KEY"] = UserSecret;
    }

    /// <summary>Starts a run over the scene, or a command.</summary>
    private protected ProgramRun Start(params IEnumerable<string> arguments)
    {
        var run = Scene.StartWith(arguments, Environment);
        runs.Add(run);
        return run;
    }

    /// <summary>Moves one file and asserts whose keys signed the upload: those given, or the last that the stand-in gave out.</summary>
    private protected async Task<ProgramRun> Move(string? access = null, params IEnumerable<string> more)
    {
        Scene.Write($"{Guid.NewGuid():n}.dat", 1000);
        var run = Start([.. Scene.Arguments, "--once", "--patience", "30", .. more]);
        await Scene.AssertExit(run, 0);
        await Scene.AssertAllMoved();
        Assert.Equal(access ?? "ASIA", access is null ? uploaders.Last()[..4] : uploaders.Last());
        return run;
    }

    /// <summary>What <c>s3sync check</c> says of the credentials.</summary>
    private protected async Task<string> Check(params IEnumerable<string> more)
    {
        var run = Start(["check", "--no-write", .. Scene.Arguments, .. more]);
        await run.Exit(Scene.Limit);
        return string.Join('\n', run.Output.Split('\n').SkipWhile(line => !line.Contains(" credentials ", StringComparison.Ordinal)).Take(2));
    }

    /// <summary>Asserts that a run is refused with 2, one error and one hint, and touches nothing.</summary>
    private protected async Task AssertRefused(string what, string hint, params IEnumerable<string> more)
    {
        if (!File.Exists(Scene.FullPath("kept.dat")))
            Scene.Write("kept.dat", 100);
        var run = Start([.. Scene.Arguments, "--once", .. more]);
        await Scene.AssertExit(run, 2);
        var said = run.Output.Split('\n');
        Assert.True(said is [var error, var advice] && error.StartsWith("s3sync: error: ", StringComparison.Ordinal) && error.Contains(what, StringComparison.Ordinal)
            && advice.StartsWith("s3sync: hint: ", StringComparison.Ordinal) && advice.Contains(hint, StringComparison.Ordinal), run.Output);
        Assert.True(File.Exists(Scene.FullPath("kept.dat")));
        Assert.False(Directory.Exists(Path.GetDirectoryName(Scene.Ledger)));
    }

    /// <summary>What every run so far has said.</summary>
    private protected IEnumerable<string> Outputs => runs.Select(run => run.Output);

    /// <summary>Whose keys signed the uploads so far.</summary>
    private protected string[] Uploaders => [.. uploaders];
}
