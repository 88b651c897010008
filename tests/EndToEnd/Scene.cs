using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.EndToEnd;

/// <summary>What a test produced under one name: the first <see cref="Size"/> bytes of the pattern of that seed.</summary>
readonly record struct Produced(long Size, int Seed);

/// <summary>How the program is started, where that is not by its own name alone.</summary>
/// <param name="Executable">What to start.</param>
/// <param name="First">Its first arguments.</param>
/// <param name="Environment">Its further variables.</param>
/// <param name="Path">An absolute path as the program knows it.</param>
/// <param name="LedgerPath">A path below the root, with '/' as separator, as the program knows it.</param>
sealed record Launch(string Executable, string[] First, IReadOnlyDictionary<string, string?> Environment, Func<string, string> Path, Func<string, string> LedgerPath);

/// <summary>
/// One watched directory, its bucket and its ledger, with the memory of everything produced there: what the oracle judges by.
/// Producing is safe from any thread.
/// </summary>
sealed class Scene : IAsyncDisposable
{
    /// <summary>What a run may take on a machine that is busy with other tests, before it counts as stuck.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    /// <summary>The seed of content that no file of any scene has: theirs count up from 1.</summary>
    public const int Foreign = -1;

    static int seeds;

    readonly Launch launch;
    readonly List<ProgramRun> runs = [];

    Scene(Launch launch, string url, string place)
    {
        (this.launch, Url, Place) = (launch, url, place);
        View = new(url, Bucket);
    }

    public string Url { get; }

    public string Bucket { get; } = "e-" + Guid.NewGuid().ToString("n");

    public BucketView View { get; }

    /// <summary>A directory of this test's own: holds the root, the ledger, and room beside them.</summary>
    public string Place { get; }

    /// <summary>The watched directory; "in" is what every key begins with.</summary>
    public string Root => Path.Combine(Place, "in");

    public string Ledger => Path.Combine(Place, "state", "ledger.db");

    /// <summary>What is to be found, by path below the root.</summary>
    public ConcurrentDictionary<string, Produced> Expected { get; } = new(StringComparer.Ordinal);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="executable">The program.</param>
    /// <param name="url">The S3 server; null for a scene that needs no bucket.</param>
    public static Task<Scene> Open(string executable, string? url) =>
        Open(new Launch(executable, [], new Dictionary<string, string?>(), path => path, path => path), url);

    /// <param name="launch">How the program is started.</param>
    /// <param name="url">The S3 server; null for a scene that needs no bucket.</param>
    public static async Task<Scene> Open(Launch launch, string? url)
    {
        var place = Directory.CreateTempSubdirectory("s3sync-e2e-").FullName;
        var scene = new Scene(launch, url ?? "http://127.0.0.1:9", place);
        Directory.CreateDirectory(scene.Root);
        if (url is not null)
            await scene.View.Create(Cancel);
        return scene;
    }

    public string FullPath(string path) => Path.Combine(Root, path);

    /// <summary>A path below the root as the program writes it into its ledger.</summary>
    public string LedgerPath(string path) => launch.LedgerPath(path);

    public static string Key(string path) => "in/" + path;

    /// <summary>Takes a path into what is expected; the caller writes it.</summary>
    public Produced Promise(string path, long size) => Expected[path] = new(size, Interlocked.Increment(ref seeds));

    /// <summary>Writes a new file in one go, its directories with it.</summary>
    public void Write(string path, long size)
    {
        var file = Promise(path, size);
        var full = FullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        Pattern.WriteFile(full, file.Seed, file.Size);
    }

    /// <summary>The arguments of a run over this scene, without a command.</summary>
    public string[] Arguments => ["-w", launch.Path(Root), "-b", Bucket, "--endpoint", Url, "--ledger", launch.Path(Ledger), "-i", "0.2"];

    /// <summary>Starts a run over this scene.</summary>
    public ProgramRun Start(params IEnumerable<string> more) => StartWith(Arguments.Concat(more));

    /// <summary>Starts the program with exactly these arguments.</summary>
    public ProgramRun StartWith(IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        // By the environment, so that a test may say otherwise on the command line.
        var variables = new Dictionary<string, string?> { ["S3SYNC_LOG_LEVEL"] = "debug" };
        foreach (var (name, value) in launch.Environment.Concat(environment ?? new Dictionary<string, string?>()))
            variables[name] = value;
        var run = ProgramRun.Start(launch.Executable, Place, variables, launch.First.Concat(arguments));
        runs.Add(run);
        return run;
    }

    /// <summary>Runs to the end and asserts the exit code; what the program said comes with the failure.</summary>
    public async Task<ProgramRun> Drain(int expected = 0, params IEnumerable<string> more)
    {
        var run = Start([.. more, "--once"]);
        await AssertExit(run, expected);
        return run;
    }

    public static async Task AssertExit(ProgramRun run, int expected)
    {
        var code = await run.Exit(Limit);
        Assert.True(code == expected, $"exit code {code}, not {expected}:\n{string.Join('\n', run.Output.Split('\n').TakeLast(40))}");
    }

    /// <summary>The oracle's judgement of now. No run may be under way unless it is one that does not end by itself.</summary>
    public Task<Judgement> Judge() => Judgement.Of(this, Cancel, Ledger);

    /// <summary>Asserts that every file is in the bucket with a receipt, and none is left.</summary>
    public async Task AssertAllMoved()
    {
        var judgement = await Judge();
        judgement.AssertSound();
        Assert.Equal((0, Expected.Count, Expected.Count), (judgement.Left, judgement.InBucket, judgement.Receipts));
    }

    /// <summary>Every file below the root, by path.</summary>
    public string[] Files() => [.. Directory.EnumerateFiles(Root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false }).Select(file => Path.GetRelativePath(Root, file))];

    public async ValueTask DisposeAsync()
    {
        foreach (var run in runs)
            await run.DisposeAsync();
        // Not by .NET, which cannot name what is not UTF-8.
        if (OperatingSystem.IsWindows())
            Directory.Delete(Place, recursive: true);
        else
            using (var remove = System.Diagnostics.Process.Start("rm", ["-rf", Place]))
                await remove.WaitForExitAsync(CancellationToken.None);
    }
}
