using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.EndToEnd;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Crashes;

/// <summary>
/// One file's way through the program, cut off at every step of it: a run that ends well says which fail points it reaches and how often, then
/// each of these reaches in turn is where a run of its own dies, dies twice in a row, or fails. Whatever happens, no file is ever lost, and a
/// plain run afterwards finishes the work.
/// </summary>
public abstract class FailPointTests
{
    /// <summary>The smallest part S3 takes, and a byte: two parts.</summary>
    const long Large = (5 << 20) + 1;
    const string Path = "a/file.dat";

    /// <summary>What a process that SIGKILL ended is reported with: 128 and the signal's number, or what TerminateProcess was told.</summary>
    static readonly int Killed = OperatingSystem.IsWindows() ? -1 : 128 + ProgramRun.Kill9;

    string executable = "", url = "";

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Starts the server, or finds it.</summary>
    private protected abstract Task<string> Open();

    [Theory]
    [InlineData(0)]
    [InlineData(5000)]
    [InlineData(Large)]
    public async Task DyingAtAnyReachOfAnyPointLosesNothingAndTheNextRunFinishes(long size) =>
        await Each(size, await Reached(size), (scene, reach) => Die(scene, reach, times: 1));

    [Theory]
    [InlineData(0)]
    [InlineData(5000)]
    [InlineData(Large)]
    public async Task DyingTwiceInARowAtAnyPointLosesNothingAndTheNextRunFinishes(long size) =>
        await Each(size, (await Reached(size)).Where(reach => reach.Number == 1), (scene, reach) => Die(scene, reach, times: 2));

    /// <summary>What must wait for a commit, and does not, has time to show it: a file that is gone before its receipt is durable (invariant 1).</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(5000)]
    [InlineData(Large)]
    public async Task DyingAMomentAfterTheLedgersThreadCameToAnyPointLosesNothing(long size) =>
        await Each(size, (await Reached(size)).Where(reach => reach.Point.StartsWith("ledger.", StringComparison.Ordinal)), (scene, reach) => Die(scene, $"late {reach.Point} {reach.Number}"));

    [Theory]
    [InlineData(0)]
    [InlineData(5000)]
    [InlineData(Large)]
    public async Task FailingAtAnyReachOfAnyPointLosesNothingAndIsMadeUpFor(long size) =>
        await Each(size, await Reached(size), Fail);

    [Fact]
    public async Task DyingOnTheWayToAbortAnUploadLosesNothing()
    {
        await Prepare();
        await using var scene = await Scene.Open(executable, url);
        Produce(scene, Large);
        await Die(scene, "fail part.read 1;exit multipart.aborting 1");
        await scene.Drain(more: ["-s", "5"]);
        await scene.AssertAllMoved();
    }

    [Fact]
    public async Task DyingWhileAnUploadIsGoneOnWithLosesNothing()
    {
        await Prepare();
        await using var scene = await Scene.Open(executable, url);
        Produce(scene, Large);
        await Die(scene, "exit part.stored 2");
        await Die(scene, "exit multipart.resumed 1");
        await Die(scene, "exit multipart.completed 1");
        await scene.Drain(more: ["-s", "5"]);
        await scene.AssertAllMoved();
    }

    [Fact]
    public async Task EveryPointThatIsDeclaredIsReached()
    {
        Assert.SkipUnless(Repository.IsHere, "the sources are not on this machine");
        HashSet<string> reached = [];
        foreach (var size in (long[])[0, 5000, Large])
            reached.UnionWith((await Reached(size)).Select(reach => reach.Point));
        // Nothing is there yet: the upload is aborted. Something is: the next attempt goes on with it.
        foreach (var fault in (string[])["fail part.read 1;", "fail part.read 2;"])
            reached.UnionWith((await Reached(Large, fault)).Select(reach => reach.Point));
        Assert.Equal(FailPointExe.Declared(), reached.Order());
        Assert.InRange(reached.Count, 20, 100);
    }

    async Task Prepare()
    {
        executable = await FailPointExe.Need();
        url = await Open();
    }

    /// <summary>Every reach of every point on the way of one file of that size.</summary>
    async Task<Reach[]> Reached(long size, string besides = "")
    {
        await Prepare();
        await using var scene = await Scene.Open(executable, url);
        Produce(scene, size);
        var run = Start(scene, besides + "list");
        await Scene.AssertExit(run, 0);
        await scene.AssertAllMoved();
        var points = run.Output.Split('\n').Where(line => line.StartsWith("failpoint ", StringComparison.Ordinal)).Select(line => line["failpoint ".Length..]);
        return [.. points.GroupBy(point => point).SelectMany(group => Enumerable.Range(1, group.Count()).Select(number => new Reach(group.Key, number)))];
    }

    /// <summary>Tries each reach on a scene of its own; several side by side, as much of it is waiting. Every failure says where.</summary>
    async Task Each(long size, IEnumerable<Reach> reaches, Func<Scene, Reach, Task<bool>> attempt)
    {
        var all = reaches.ToList();
        var (missed, failures) = (0, new ConcurrentQueue<string>());
        await Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancel }, async (reach, _) =>
        {
            try
            {
                await using var scene = await Scene.Open(executable, url);
                Produce(scene, size);
                if (!await attempt(scene, reach))
                    Interlocked.Increment(ref missed);
                await scene.Drain(more: ["-s", "5"]);
                await scene.AssertAllMoved();
                await scene.View.Drop(Cancel);
            }
            catch (Exception e) when (!Cancel.IsCancellationRequested)
            {
                failures.Enqueue($"{reach.Point}, reach {reach.Number}: {e.Message}");
            }
        });
        Assert.True(failures.IsEmpty, string.Join('\n', failures));
        // How often a run commits varies a little with the clock; a point that is never met would be a test of nothing.
        Assert.True(missed <= all.Count / 5, $"{missed} of {all.Count} reaches were not met");
    }

    /// <summary>True if it died there, every time.</summary>
    static async Task<bool> Die(Scene scene, Reach reach, int times)
    {
        var died = true;
        for (var i = 0; i < times; i++)
            // The second time what is done already may not be done again.
            died &= await Die(scene, $"exit {reach.Point} {reach.Number}") || i > 0;
        return died;
    }

    static async Task<bool> Die(Scene scene, string order)
    {
        await using var run = Start(scene, order);
        var code = await run.Exit(Scene.Limit);
        Assert.True(code == 0 || code == Killed, $"exit code {code}:\n{run.Output}");
        (await scene.Judge()).AssertSound();
        return code == Killed;
    }

    /// <summary>A run that meets one failure either makes up for it or ends with 1 and a reason.</summary>
    static async Task<bool> Fail(Scene scene, Reach reach)
    {
        await using var run = Start(scene, $"fail {reach.Point} {reach.Number}");
        var code = await run.Exit(Scene.Limit);
        Assert.True(code is 0 or 1, $"exit code {code}:\n{run.Output}");
        Assert.True(code == 0 || run.Count("fail point") > 0, $"no reason is said:\n{run.Output}");
        var judgement = await scene.Judge();
        judgement.AssertSound();
        Assert.True(code == 1 || judgement.Left == 0, $"it ended with 0, but left the file:\n{run.Output}");
        return true;
    }

    static ProgramRun Start(Scene scene, string order) =>
        scene.StartWith([.. scene.Arguments, "-s", "5", "--once"], new Dictionary<string, string?> { ["FAILPOINT"] = order });

    /// <summary>As if it had been there for a minute: no run has to wait until it is quiet.</summary>
    static void Produce(Scene scene, long size)
    {
        scene.Write(Path, size);
        File.SetLastWriteTimeUtc(scene.FullPath(Path), DateTime.UtcNow.AddMinutes(-1));
    }

    /// <summary>A point, reached for the so manieth time.</summary>
    readonly record struct Reach(string Point, int Number);
}
