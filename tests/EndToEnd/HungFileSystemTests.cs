using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using S3Sync.Tests.Operator;
using S3Sync.Tests.Support;
using S3Sync.Tests.Support.S3;
using Xunit;

namespace S3Sync.Tests.EndToEnd;

/// <summary>
/// One of two watched directories is on a file system that stops to answer: the published program goes on with the other one, ends when it is told to, says
/// what is wrong, and has lost nothing and sent nothing twice when it answers again.
/// </summary>
public sealed class HungFileSystemTests : OperatorTest
{
    const int Grace = 3;

    /// <summary>What is said once a directory has not answered for ten seconds.</summary>
    const string Silent = "has not answered for";

    static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    readonly Dictionary<string, byte[]> written = [];

    string Back => Path.Combine(Scene.Place, "back");

    string Other => Path.Combine(Scene.Place, "other");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TheOtherDirectoryGoesOnAndNothingIsLost(bool isBusy)
    {
        await using var mount = await MountAsync();
        var run = Start();
        WriteMany("a", 60);
        await DrainedAsync(run, Back);
        await DrainedAsync(run, Other);
        if (isBusy)
        {
            Server.Faults.Add(Fault.Stall(TimeSpan.FromMilliseconds(200)).Where(request => request.Target.Key?.StartsWith("in/", StringComparison.Ordinal) == true));
            Write("in", "large", 30_000_000);
            for (var i = 0; i < 100; i++)
                Write("in", $"b{i}", 2000);
            await Eventually.True(() => Directory.GetFiles(Back).Length is > 0 and < 95, run.ToString!, Cancel);
        }
        await mount.Stop();
        // There from behind, where it always answers: found when the front does.
        for (var i = 0; i < 100; i++)
            Write("in", $"c{i}", 2000);
        var begun = Stopwatch.GetTimestamp();
        for (var i = 0; i < 1000; i++)
            Write("other", $"new/{i % 10}/d{i}", 1000);
        await DrainedAsync(run, Other);
        Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 0, 60);
        Assert.True(await run.Says(Silent, Limit), run.Output);
        await AssertCommandsAnswer();
        await mount.Continue();
        await DrainedAsync(run, Back);
        Assert.True(await run.Says("answers again", Limit), run.Output);
        Assert.Equal((1, 1), (run.Count(Silent), run.Count("answers again")));
        run.Signal(ProgramRun.Terminate);
        Assert.Equal(0, await run.Exit(Limit));
        await AssertAllMovedOnceAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AStopEndsWithinTheGracePeriodAndTheNextRunGoesOn(bool isBusy)
    {
        await using (var mount = await MountAsync())
        {
            var run = Start();
            WriteMany("a", 20);
            await DrainedAsync(run, Back);
            await DrainedAsync(run, Other);
            for (var i = 0; isBusy && i < 200; i++)
                Write("in", $"b{i}", 20_000);
            await mount.Stop();
            // A scan comes every second: then not even what is idle is.
            await Task.Delay(isBusy ? 300 : 1500, Cancel);
            var begun = Stopwatch.GetTimestamp();
            run.Signal(ProgramRun.Terminate);
            Assert.Equal(0, await run.Exit(Limit));
            Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 0, Grace + 1);
            await mount.Continue();
            var next = Start("--once");
            await Scene.AssertExit(next, 0);
        }
        await AssertAllMovedOnceAsync();
    }

    [Fact]
    public async Task ARunBeginsWithoutADirectoryThatDoesNotAnswer()
    {
        await using var mount = await MountAsync();
        WriteMany("a", 100);
        await mount.Stop();
        var run = Start();
        await DrainedAsync(run, Other);
        Assert.Contains("does not answer: it is watched once it does", run.Output, StringComparison.Ordinal);
        Assert.Equal(100, Directory.GetFiles(Back).Length);
        Assert.True(await run.Says(Silent, Limit), run.Output);
        await mount.Continue();
        await DrainedAsync(run, Back);
        run.Signal(ProgramRun.Terminate);
        Assert.Equal(0, await run.Exit(Limit));
        await AssertAllMovedOnceAsync();
    }

    async Task AssertCommandsAnswer()
    {
        var text = await Within(10, 0, ["status", .. AtLedger]);
        Assert.Contains($"{Scene.Root} {Silent}", text, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(await Within(10, 0, ["status", "--json", .. AtLedger]));
        var directories = json.RootElement.GetProperty("directories").EnumerateArray().ToDictionary(one => one.GetProperty("path").GetString()!);
        Assert.True(directories[Scene.Root].TryGetProperty("silentSince", out _));
        Assert.False(directories[Other].TryGetProperty("silentSince", out _));
        Assert.Contains("its directory does not answer", await Within(15, 0, ["explain", Path.Combine(Scene.Root, "c1"), .. AtLedger]), StringComparison.Ordinal);
        Assert.Contains($"{Scene.Root} does not answer", await Within(30, 1, ["check", "--no-write", .. Arguments]), StringComparison.Ordinal);
        await Within(10, 0, ["list", .. AtLedger]);
        var dry = await Within(40, 0, ["--dry-run", .. Arguments]);
        Assert.Contains($"would wait for {Scene.Root}, which does not answer", dry, StringComparison.Ordinal);
        Assert.Contains("nothing was touched", dry, StringComparison.Ordinal);
        Assert.Contains($"s3sync_silent_timestamp_seconds{{directory=\"{Scene.Root}\"}} 1", File.ReadAllText(Metrics), StringComparison.Ordinal);
    }

    string Metrics => Path.Combine(Scene.Place, "s3sync.prom");

    string[] Arguments => [.. Scene.Arguments, "-w", Other];

    ProgramRun Start(params string[] more) => Scene.StartWith([.. Arguments, "--rescan-interval", "1", "--grace", $"{Grace}", "--metrics-file", Metrics, .. more]);

    async Task<StoppedFileSystem> MountAsync()
    {
        Directory.CreateDirectory(Back);
        Directory.CreateDirectory(Other);
        return await StoppedFileSystem.Mount(Back, Scene.Root, Cancel);
    }

    async Task<string> Within(int seconds, int expected, string[] arguments)
    {
        var begun = Stopwatch.GetTimestamp();
        var said = await Ask(expected, arguments);
        Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 0, seconds);
        return said;
    }

    void WriteMany(string name, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Write("in", $"{name}{i}", 1000);
            Write("other", $"{name}{i}", 1000);
        }
    }

    /// <summary>Writes a file, those of the hung directory from behind; it comes into being under its name with all its bytes.</summary>
    void Write(string directory, string path, int size)
    {
        var bytes = PipelineStand.Bytes(size, written.Count);
        written.Add($"{directory}/{path}", bytes);
        var full = Path.Combine(directory == "in" ? Back : Other, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var temporary = Path.Combine(Scene.Place, "temporary");
        File.WriteAllBytes(temporary, bytes);
        File.Move(temporary, full);
    }

    static Task DrainedAsync(ProgramRun run, string directory) =>
        Eventually.True(() => Directory.GetFiles(directory, "*", SearchOption.AllDirectories).Length == 0, () => $"{string.Join(", ", Directory.GetFiles(directory).Take(5))}\n{run.Output}", Cancel, Limit);

    async Task AssertAllMovedOnceAsync()
    {
        var objects = await Scene.View.List(Cancel);
        Assert.Equal(written.Keys.Order(StringComparer.Ordinal), objects.Keys.Order(StringComparer.Ordinal));
        foreach (var (key, bytes) in written)
            Assert.Equal(bytes, await Scene.View.Get(key, Cancel));
        Assert.Empty(Directory.GetFiles(Back));
        using var json = JsonDocument.Parse(await Ask(0, ["status", "--json", .. AtLedger]));
        var all = json.RootElement.GetProperty("all").GetProperty("inAll");
        Assert.Equal((written.Count, written.Count), (all.GetProperty("uploaded").GetInt32(), all.GetProperty("deleted").GetInt32()));
    }
}
