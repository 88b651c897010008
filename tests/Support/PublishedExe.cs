using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Tests.Support;

/// <summary>
/// The program as users get it: the native executable, published once for all tests of a run. One that is newer than every source is taken as it is.
/// </summary>
/// <param name="Path">The executable.</param>
/// <param name="Log">What the publish that made it said.</param>
sealed record PublishedExe(string Path, string Log)
{
    /// <summary>It takes two minutes of CPU, and tests run beside it.</summary>
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    static readonly Lazy<Task<PublishedExe>> Made = new(static () => Task.Run(Make));

    /// <summary>The one of this run. To be asked for through <see cref="Needs.PublishedExe"/>.</summary>
    public static Task<PublishedExe> Shared => Made.Value;

    /// <summary>Where the publish puts it, and nothing else.</summary>
    public static string Folder => System.IO.Path.Combine(Repository.Directory, "artifacts", "publish", "s3sync", $"release_{Rid}");

    /// <summary>Why there can be none on this machine, null where there can.</summary>
    public static string? Missing =>
        IsUpToDate || OperatingSystem.IsWindows() || IsOnPath("gcc") || IsOnPath("clang") || CanInstall ? null
        : "publishing needs a C compiler (gcc or clang), which tests/Support/install-aot can install only as root on Debian";

    /// <summary>True if there is one that is newer than everything it is made of.</summary>
    public static bool IsUpToDate => File.Exists(Executable) && File.Exists(LogFile) && Newest() < File.GetLastWriteTimeUtc(Executable);

    /// <summary>Where the executable is, once published.</summary>
    public static string Executable => System.IO.Path.Combine(Folder, OperatingSystem.IsWindows() ? "s3sync.exe" : "s3sync");

    static string LogFile => System.IO.Path.Combine(Repository.Directory, "artifacts", $"publish-{Rid}.log");

    /// <summary>This machine, as the SDK calls it.</summary>
    public static string Rid => $"{(OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>True for root on Debian.</summary>
    public static bool CanInstall => Environment.IsPrivilegedProcess && File.Exists("/etc/debian_version") && IsOnPath("apt-get");

    static async Task<PublishedExe> Make()
    {
        if (!IsUpToDate)
            await Publish();
        return new(Executable, await File.ReadAllTextAsync(LogFile));
    }

    static async Task Publish()
    {
        if (CanInstall)
            await Run("bash", System.IO.Path.Combine(Repository.Directory, "tests", "Support", "install-aot"));
        // An older build's files would hide that this one leaves something out, or put something beside it.
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
        File.Delete(LogFile);
        // Build servers would outlive the tests.
        var log = await Run("dotnet", "publish", "s3sync.csproj", "-c", "Release", "-r", Rid, "--disable-build-servers", "-nodeReuse:false");
        await File.WriteAllTextAsync(LogFile, log);
    }

    /// <summary>Runs a program in the repository to its end; returns what it said. Throws where it fails.</summary>
    public static async Task<string> Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Repository.Directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var limit = new CancellationTokenSource(Limit);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end within {Limit}");
        }
        var said = await output + await errors;
        return process.ExitCode == 0 ? said : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{said}");
    }

    /// <summary>When the program's sources changed last.</summary>
    public static DateTime Newest() =>
        new[] { "Sync", "Storage" }
            .SelectMany(folder => Directory.EnumerateFiles(System.IO.Path.Combine(Repository.Directory, folder), "*", SearchOption.AllDirectories))
            .Concat(new[] { "Program.cs", "s3sync.csproj", "Directory.Build.props" }.Select(name => System.IO.Path.Combine(Repository.Directory, name)))
            .Max(File.GetLastWriteTimeUtc);

    /// <summary>True if a program is to be had by its name.</summary>
    public static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator).Any(directory => File.Exists(System.IO.Path.Combine(directory, program)));
}
