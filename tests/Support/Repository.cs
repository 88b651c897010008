using System;
using System.IO;

namespace S3Sync.Tests.Support;

/// <summary>Where the sources are: the tests are run from their build output, somewhere below.</summary>
static class Repository
{
    /// <summary>The directory of s3sync.csproj; throws where the tests were copied away from it.</summary>
    public static string Path { get; } = Find();

    static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            if (File.Exists(System.IO.Path.Combine(directory.FullName, "s3sync.csproj")))
                return directory.FullName;
        throw new DirectoryNotFoundException($"no directory above {AppContext.BaseDirectory} holds s3sync.csproj");
    }
}
