using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Tasks;

namespace S3Sync.Tests.Support;

/// <summary>
/// The program as Windows users get it, but for the linker (tests/Windows/cross), and these tests as a Windows program, with a Wine to run them in.
/// All made once for all tests of a run; what is newer than every source is taken as it is.
/// </summary>
/// <param name="Path">The program, as this system knows it.</param>
sealed record WineExe(string Path)
{
    static readonly Lazy<Task<WineExe>> Made = new(static () => Task.Run(Make));

    static readonly Lazy<Task<string>> TestsMade = new(static () => Task.Run(MakeTests));

    static Process? awake;

    /// <summary>The one of this run. To be asked for through <see cref="Needs.Wine"/>.</summary>
    public static Task<WineExe> Shared => Made.Value;

    /// <summary>These tests for Windows: the executable's path. After <see cref="Shared"/>.</summary>
    public static Task<string> Tests => TestsMade.Value;

    /// <summary>Why there can be none on this machine, null where there can.</summary>
    public static string? Missing =>
        !OperatingSystem.IsLinux() ? "Wine is for Linux; on Windows every test runs on Windows itself"
        : PublishedExe.CanInstall || new[] { "wine", "clang", "lld-link-19" }.All(PublishedExe.IsOnPath) ? null
        : "building for Windows here needs Wine, clang, lld 19 and mingw-w64, which tests/Windows/cross/install can install only as root on Debian";

    /// <summary>What every program in it wants to be told. The folders of this system's user are not linked into it.</summary>
    public static IReadOnlyDictionary<string, string?> Environment { get; } = new Dictionary<string, string?>
    {
        ["WINEPREFIX"] = Prefix,
        ["WINEDEBUG"] = "-all",
        ["LANG"] = "C.UTF-8",
    };

    /// <summary>What these tests in it want to be told beside: their runtime compiles while it runs, which Wine 8 bears badly.</summary>
    public static IReadOnlyDictionary<string, string?> TestsEnvironment { get; } = new Dictionary<string, string?>(Environment)
    {
        // The second mapping of code pages ends in "Internal CLR error", in the finalizer of dynamic methods.
        ["DOTNET_EnableWriteXorExecute"] = "0",
        // Whenever all threads are to be suspended, for better code or to collect garbage, "SuspendThread failed with error 5" may end it: so seldom.
        ["DOTNET_TieredCompilation"] = "0",
        ["DOTNET_gcConcurrent"] = "0",
        ["DOTNET_GCgen0size"] = "10000000",
    };

    /// <summary>Holds the executable and nothing else.</summary>
    public static string Folder => Artifacts("win");

    /// <summary>
    /// Not below the repository: its drive Z: is a link to "/", and what walks the repository would walk the machine, as BenchmarkDotNet does and fails.
    /// One for each working copy, as two at once would end each other's.
    /// </summary>
    static string Prefix => System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"s3sync-wine-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Repository.Directory)))[..12]}");

    /// <summary>A path of this system as Windows programs in Wine know it.</summary>
    public static string WindowsPath(string path) => "Z:" + path.Replace('/', '\\');

    static string Artifacts(string name) => System.IO.Path.Combine(Repository.Directory, "artifacts", name);

    static async Task<WineExe> Make()
    {
        if (PublishedExe.CanInstall)
            await PublishedExe.Run("bash", "tests/Windows/cross/install");
        var made = System.IO.Path.Combine(Folder, "s3sync.exe");
        if (!IsNewer(made, PublishedExe.Newest()))
            await Publish("s3sync.csproj", Folder);
        if (!File.Exists(System.IO.Path.Combine(Prefix, "ready")))
            await MakePrefix();
        await KeepAwake();
        return new(made);
    }

    static async Task<string> MakeTests()
    {
        var made = System.IO.Path.Combine(Artifacts("win-tests"), "S3Sync.Tests.exe");
        var newest = Directory.EnumerateFiles(System.IO.Path.Combine(Repository.Directory, "tests"), "*.cs*", SearchOption.AllDirectories).Max(File.GetLastWriteTimeUtc);
        if (!IsNewer(made, newest > PublishedExe.Newest() ? newest : PublishedExe.Newest()))
            await Publish("tests", Artifacts("win-tests"), "--self-contained", "-p:PublishSingleFile=false");
        return made;
    }

    static bool IsNewer(string made, DateTime than) => File.Exists(made) && File.GetLastWriteTimeUtc(made) > than;

    static async Task Publish(string project, string folder, params string[] more)
    {
        // An older build's files would hide that this one leaves something out, or put something beside it.
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        await PublishedExe.Run("dotnet", ["publish", project, "-c", "Release", "-r", "win-x64", "-o", folder, .. more, "--disable-build-servers", "-nodeReuse:false"]);
        foreach (var executable in Directory.EnumerateFiles(folder, "*.exe"))
            // Copied with the time it was built at, which may be before that of sources that changed nothing.
            File.SetLastWriteTimeUtc(executable, DateTime.UtcNow);
    }

    /// <summary>
    /// A Windows that is up already: else each program starts one, whose services hold the program's output open until they end, seconds later.
    /// It ends with the end of its input, which is the end of this process.
    /// </summary>
    static async Task KeepAwake()
    {
        var start = new ProcessStartInfo("wine", ["cmd"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        awake = Process.Start(start)!;
        // It greets once Windows is up. A program that is started before that starts the services after all.
        await awake.StandardOutput.BaseStream.ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromMinutes(2));
        _ = awake.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        _ = awake.StandardError.BaseStream.CopyToAsync(Stream.Null);
    }

    /// <summary>A new one says it is Windows 7.</summary>
    static async Task MakePrefix()
    {
        Directory.CreateDirectory(Prefix);
        foreach (var arguments in (string[][])[["wineboot", "-i"], ["winecfg", "-v", "win10"]])
        {
            // Not wineboot's own script: it looks for a display.
            await using var run = ProgramRun.Start("wine", Prefix, Environment, arguments);
            var code = await run.Exit(TimeSpan.FromMinutes(2));
            if (code != 0)
                throw new InvalidOperationException($"wine {string.Join(' ', arguments)} ended with {code}:\n{run.Output}");
        }
        await File.WriteAllTextAsync(System.IO.Path.Combine(Prefix, "ready"), "");
    }
}
