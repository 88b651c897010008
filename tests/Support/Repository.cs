using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;

namespace S3Sync.Tests.Support;

/// <summary>The sources these tests were built from.</summary>
static class Repository
{
    /// <summary>The repository's directory.</summary>
    public static string Directory { get; } = Find();

    /// <summary>False where the tests run on another machine than they were built on.</summary>
    public static bool IsHere => File.Exists(Path.Join(Directory, "s3sync.csproj"));

    public static string Read(string path) => File.ReadAllText(Path.Join(Directory, path));

    /// <summary>The repository's own C# files, as paths relative to it with forward slashes.</summary>
    public static IEnumerable<string> Sources() =>
        new[] { "Program.cs" }.Concat(new[] { "Sync", "Storage", "Benchmarks", "tests" }
            .Select(folder => Path.Join(Directory, folder)).Where(System.IO.Directory.Exists)
            .SelectMany(folder => System.IO.Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Directory, file).Replace('\\', '/')))
            .Order();

    static string Find([CallerFilePath] string here = "") => Path.GetFullPath(Path.Join(Path.GetDirectoryName(here), "..", ".."));
}
