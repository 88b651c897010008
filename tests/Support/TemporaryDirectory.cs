using System;
using System.IO;

namespace S3Sync.Tests.Support;

/// <summary>A directory of one test's own, deleted with all in it.</summary>
sealed class TemporaryDirectory : IDisposable
{
    /// <summary>Absolute, links resolved, as a root's path must be.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("s3sync-").FullName;

    /// <summary>A path below it.</summary>
    public string this[string relative] => System.IO.Path.Join(Path, relative);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
