using System;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using S3Sync.Tests.Support;

namespace S3Sync.Tests.Crashes;

/// <summary>
/// The program with its fail points compiled in (Storage/FailPoint.cs): the same code, as native as what users get, so that it starts in a moment and
/// can die hundreds of times. Published once for all tests of a run; one that is newer than every source is taken as it is.
/// </summary>
static partial class FailPointExe
{
    static readonly Lazy<Task<string>> Made = new(static () => Task.Run(Make));

    /// <summary>The executable. Skips the test where the released one cannot be had either.</summary>
    public static async Task<string> Need()
    {
        // One after the other: each takes all processors for a minute.
        await Needs.PublishedExe();
        return await Made.Value;
    }

    /// <summary>Every point the program's sources declare, once.</summary>
    public static string[] Declared() =>
        [.. Repository.Sources().Where(file => file.StartsWith("Sync/", StringComparison.Ordinal) || file.StartsWith("Storage/", StringComparison.Ordinal))
            .SelectMany(file => Reach().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value)).Distinct().Order()];

    static async Task<string> Make()
    {
        var made = Path.Combine(Repository.Directory, "artifacts", "failpoints", "publish", "s3sync", $"release_{PublishedExe.Rid}", OperatingSystem.IsWindows() ? "s3sync.exe" : "s3sync");
        if (File.Exists(made) && File.GetLastWriteTimeUtc(made) > PublishedExe.Newest())
            return made;
        await PublishedExe.Run("dotnet", "publish", "s3sync.csproj", "-c", "Release", "-r", PublishedExe.Rid, "-p:FailPoints=true", "--disable-build-servers", "-nodeReuse:false");
        // Copied with the time it was built at, which may be before that of sources that changed nothing.
        File.SetLastWriteTimeUtc(made, DateTime.UtcNow);
        return made;
    }

    [GeneratedRegex(@"FailPoint\.Reach\(""([\w.]+)""\)")]
    private static partial Regex Reach();
}
