using System;
using System.IO;
using System.Runtime.Versioning;
using S3Sync.Sync.Windows;
using Xunit;

namespace S3Sync.Tests.Sync.Windows;

/// <summary>Who has a file open, by Windows' own account.</summary>
[SupportedOSPlatform("windows")]
public sealed class OpenersTests : IDisposable
{
    readonly string path = Path.Combine(Directory.CreateTempSubdirectory("s3sync-ground-").FullName, "file with a blank");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);

    [WindowsFact(NotOnWine = "Wine's Restart Manager knows no process")]
    public void TheProcessThatHasItOpenIsNamedUntilItIsClosed()
    {
        using (File.Create(path))
        {
            var holder = Assert.Single(Openers.HoldersOf(path)!);
            Assert.Equal(Environment.ProcessId, holder.Id);
            Assert.NotEmpty(holder.Name);
            Assert.Null(holder.Writes);
        }
        Assert.Empty(Openers.HoldersOf(path)!);
    }

    [WindowsFact]
    public void AFileThatNobodyHasOpenHasNoHolderOrIsNotKnown()
    {
        File.WriteAllText(path, "");
        var first = Openers.HoldersOf(path);
        Assert.Empty(first ?? []);
        // Asked more often than there can be sessions (64): each is ended.
        for (var i = 0; i < 100; i++)
            Assert.Equal(first, Openers.HoldersOf(path));
    }

    [WindowsFact]
    public void AFileThatIsNotThereDoesNoHarm() => Assert.Empty(Openers.HoldersOf(path + ".missing") ?? []);
}
