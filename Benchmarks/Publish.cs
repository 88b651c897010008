using System;
using System.Diagnostics;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading.Tasks;

namespace S3Sync.Benchmarks;

/// <summary>Publishes the native executables that are compared.</summary>
static class Publish
{
    static string Rid => $"linux-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";

    public static Task<string> FloorAsync() => RunAsync("Benchmarks/Floor/Floor.csproj", "Floor", "floor");

    public static Task<string> S3SyncAsync() => RunAsync("s3sync.csproj", "s3sync", "s3sync");

    /// <summary>Where this source was when it was compiled.</summary>
    public static string Repository { get; } = Path.GetFullPath(Path.Join(Path.GetDirectoryName(Here()), ".."));

    static string Here([CallerFilePath] string path = "") => path;

    static async Task<string> RunAsync(string project, string folder, string name)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["publish", project, "-c", "Release", "-r", Rid, "--disable-build-servers", "-nodeReuse:false", "-v", "quiet", "-nologo"]) { WorkingDirectory = Repository })!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? Path.Join(Repository, "artifacts", "publish", folder, $"release_{Rid}", name) : throw new InvalidOperationException($"{project} was not published");
    }
}
