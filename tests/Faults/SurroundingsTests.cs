using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.Faults;

/// <summary>The published program where something that it expects of the system is missing, or little of it is there.</summary>
public sealed class SurroundingsTests : IAsyncLifetime
{
    readonly List<Scene> scenes = [];
    string exe = "";
    S3Server server = null!;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Needs.Check(OperatingSystem.IsLinux() ? null : "a shell that can close descriptors and set limits");
        exe = Environment.GetEnvironmentVariable("TESTS_EXE") ?? (await Needs.PublishedExe()).Path;
        server = await S3Server.Start();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var scene in scenes)
            await scene.DisposeAsync();
        if (server is not null)
            await server.DisposeAsync();
    }

    [Theory]
    [InlineData("<&-")]
    [InlineData(">&-")]
    [InlineData("2>&-")]
    [InlineData(">&- 2>&-")]
    [InlineData("<&- >&- 2>&-")]
    public async Task AClosedStandardStreamIsAsIfItWereNull(string closed)
    {
        var scene = await Open($"exec \"$0\" \"$@\" {closed}");
        for (var i = 0; i < 20; i++)
            scene.Write($"{i}.dat", 1000);
        await scene.Drain();
        await scene.AssertAllMoved();
        await Scene.AssertExit(scene.StartWith(["status", "--ledger", scene.Ledger]), 0);
        await Scene.AssertExit(scene.StartWith(["no-such-command"]), 2);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("check")]
    [InlineData("verify")]
    [InlineData("rebuild")]
    public async Task WithoutOpenSslThatIsSaidAtTheStart(string command)
    {
        Needs.Check(Environment.IsPrivilegedProcess ? null : "only root can hide a library");
        var scene = await Open("""exec unshare -m sh -c 'for l in $(ldconfig -p | sed -n "s/.*=> \(.*libssl\.so.*\)/\1/p"); do mount --bind /dev/null "$l"; done; exec "$0" "$@"' "$0" "$@" """);
        if (command == "verify")
        {
            var before = await Scene.Open(exe, server.Url);
            scenes.Add(before);
            await before.Drain();
            File.Copy(before.Ledger, Path.Combine(scene.Place, "ledger.db"));
        }
        string[] ledger = command == "verify" ? ["--ledger", Path.Combine(scene.Place, "ledger.db")] : ["--ledger", scene.Ledger];
        var run = scene.StartWith([command, "-w", scene.Root, "-b", scene.Bucket, "--endpoint", scene.Url, .. ledger]);
        await Scene.AssertExit(run, 2);
        Assert.Equal(1, run.Count("libssl.so.3 is not on this machine"));
        Assert.Equal(1, run.Count("libssl3"));
        Assert.Equal(0, run.Count("watching"));
        // What needs none of it works.
        await Scene.AssertExit(scene.StartWith(["service", "systemd", .. scene.Arguments]), 0);
    }

    [Theory]
    [InlineData("\r")]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData(" \t")]
    public async Task BlanksAndLineEndsAroundKeysAreTakenOff(string around)
    {
        var scene = await Open("");
        scene.Write("a.dat", 100);
        var run = scene.StartWith([.. scene.Arguments, "--once"], new Dictionary<string, string?>
        {
            ["AWS_ACCESS_KEY_ID"] = around + TestCredentials.AccessKey + around,
            ["AWS_SECRET_ACCESS_KEY"] = TestCredentials.SecretKey + around,
            ["AWS_REGION"] = TestCredentials.Region + around,
            ["S3SYNC_REGION"] = TestCredentials.Region + around,
            ["S3SYNC_CACHE_CONTROL"] = "no-store" + around,
            ["S3SYNC_STORAGE_CLASS"] = "STANDARD" + around,
        });
        await Scene.AssertExit(run, 0);
        await scene.AssertAllMoved();
    }

    [Theory]
    [InlineData("AWS_ACCESS_KEY_ID", "AKIA\nx-injected: secret")]
    [InlineData("AWS_ACCESS_KEY_ID", "AKIA secret")]
    [InlineData("AWS_SECRET_ACCESS_KEY", "half\rsecret")]
    [InlineData("AWS_SESSION_TOKEN", "half\nsecret")]
    [InlineData("AWS_REGION", "eu\nsecret")]
    [InlineData("AWS_PROFILE", "na\nsecret")]
    [InlineData("AWS_EXECUTION_ENV", "na\nsecret")]
    [InlineData("S3SYNC_REGION", "eu\nsecret")]
    [InlineData("S3SYNC_EXPECTED_BUCKET_OWNER", "1\n2secret")]
    [InlineData("S3SYNC_CACHE_CONTROL", "no\r\nsecret: 1")]
    [InlineData("S3SYNC_CONTENT_TYPE", "text/csv\nsecret: 1")]
    [InlineData("S3SYNC_STORAGE_CLASS", "STAND\nsecret")]
    [InlineData("S3SYNC_TAGS", "a=b\nsecret")]
    [InlineData("S3SYNC_METADATA", "a=b\nsecret")]
    [InlineData("S3SYNC_SSE_KMS_KEY", "a\nsecret")]
    [InlineData("S3SYNC_SSE_KMS_CONTEXT", "a=b\nsecret")]
    [InlineData("S3SYNC_ACL", "private\nsecret")]
    [InlineData("S3SYNC_PROXY", "http://u:p\nsecret@h:1")]
    [InlineData("S3SYNC_PROFILE", "a\nsecret")]
    [InlineData("S3SYNC_BUCKET", "a\nsecret")]
    [InlineData("S3SYNC_ENDPOINT", "http://127.0.0.1/a\nsecret")]
    public async Task AControlCharacterInsideWhatGoesIntoAHeaderIsRefusedAndNotShown(string variable, string value)
    {
        var scene = await Open("");
        string[] options = variable switch
        {
            "S3SYNC_BUCKET" => ["-w", scene.Root, "--endpoint", scene.Url],
            "S3SYNC_ENDPOINT" => ["-w", scene.Root, "-b", scene.Bucket],
            _ => ["-w", scene.Root, "-b", scene.Bucket, "--endpoint", scene.Url],
        };
        var run = scene.StartWith([.. options, "--ledger", scene.Ledger, "--once"], new Dictionary<string, string?> { [variable] = value });
        await Scene.AssertExit(run, 2);
        Assert.True(run.Count("hint:") > 0, run.Output);
        Assert.Equal(0, run.Count("secret: 1"));
        if (variable.StartsWith("AWS_", StringComparison.Ordinal))
            Assert.Equal(0, run.Count("secret"));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(25)]
    [InlineData(30)]
    [InlineData(48)]
    public async Task WithALimitOfFewOpenFilesItSaysSoAndDoesNotBlameTheEndpoint(int files)
    {
        var scene = await Open($"ulimit -n {files}; exec \"$0\" \"$@\"");
        for (var i = 0; i < 100; i++)
            scene.Write($"{i}.dat", 1000);
        var run = scene.Start("--once", "--patience", "5");
        await run.Exit(Scene.Limit);
        Assert.True(run.Count("LimitNOFILE") > 0, run.Output);
        Assert.Equal(0, run.Count("the endpoint fails") + run.Count("still fails"));
        Assert.Equal(0, run.Count("   at "));
    }

    [Fact]
    public async Task TheLimitOfOpenFilesIsRaisedAsFarAsItMayBe()
    {
        var scene = await Open("ulimit -S -n 30; exec \"$0\" \"$@\"");
        for (var i = 0; i < 100; i++)
            scene.Write($"{i}.dat", 1000);
        var run = await scene.Drain();
        Assert.Equal(0, run.Count("LimitNOFILE"));
        await scene.AssertAllMoved();
    }

    /// <summary>The collector's limit, in hex as .NET reads it; a container's counts in the same way.</summary>
    [Theory]
    [InlineData("3000000")]
    [InlineData("4000000")]
    public async Task WithLittleMemoryTheBuffersAreSmaller(string heap)
    {
        var scene = await Open($"export DOTNET_GCHeapHardLimit={heap}; exec \"$0\" \"$@\"");
        for (var i = 0; i < 12; i++)
            scene.Write($"{i}.dat", 9_000_000);
        var run = await scene.Drain();
        Assert.Equal(1, run.Count("the upload buffers take"));
        await scene.AssertAllMoved();
    }

    [Fact]
    public async Task WithTooLittleMemoryItIsSaidWhichSettingHelps()
    {
        var scene = await Open("export DOTNET_GCHeapHardLimit=2000000; exec \"$0\" \"$@\"");
        for (var i = 0; i < 12; i++)
            scene.Write($"{i}.dat", 9_000_000);
        var run = scene.Start("--once", "--buffer-memory", "64");
        await run.Exit(Scene.Limit);
        Assert.True(run.Count("--buffer-memory") > 0, run.Output);
        Assert.Equal(0, run.Count("cannot go on: Insufficient memory to continue the execution of the program.; "));
    }

    [Fact]
    public async Task AStateDirectoryThatIsRemovedEndsTheRun()
    {
        var scene = await Open("");
        var first = scene.Start();
        await first.WaitForLine("watching", Scene.Limit);
        Directory.Delete(Path.GetDirectoryName(scene.Ledger)!, recursive: true);
        var second = scene.Start();
        await Scene.AssertExit(first, 1);
        Assert.Equal(1, first.Count("was removed or replaced during the run"));
        scene.Write("a.dat", 100);
        await Eventually.True(() => !File.Exists(scene.FullPath("a.dat")), () => second.Output, Cancel);
        await second.Kill();
        await scene.AssertAllMoved();
    }

    [Fact]
    public async Task APipeAmongTheRequestsDelaysNoEnd()
    {
        var scene = await Open("");
        var folder = Directory.CreateDirectory(scene.Ledger + ".requests").FullName;
        await PublishedExe.Run("mkfifo", Path.Combine(folder, "a.request"));
        File.CreateSymbolicLink(Path.Combine(folder, "b.request"), "/dev/zero");
        var run = scene.Start();
        await run.WaitForLine("watching", Scene.Limit);
        await run.WaitForLine("a.request is not taken as a request", Scene.Limit);
        run.Signal(ProgramRun.Terminate);
        await Scene.AssertExit(run, 0);
    }

    /// <param name="script">How the shell starts the program, which is $0 there; empty for without a shell.</param>
    async Task<Scene> Open(string script)
    {
        var scene = script.Length == 0
            ? await Scene.Open(exe, server.Url)
            : await Scene.Open(new Launch("/bin/sh", ["-c", script, exe], new Dictionary<string, string?>(), path => path, path => path), server.Url);
        scenes.Add(scene);
        return scene;
    }
}
