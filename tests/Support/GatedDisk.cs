using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using S3Sync.Sync;

namespace S3Sync.Tests.Support;

/// <summary>
/// The disk of this system, with a gate that a test closes while it renames another file over a name: Linux gives no means to exclude that
/// between the last comparison and unlinkat(2), microseconds on an idle machine and more on one that runs tests. Nothing else is kept out.
/// </summary>
/// <param name="roots">The watched directories.</param>
sealed class GatedDisk(IEnumerable<Root> roots) : IDisk
{
    readonly IDisk disk = Platform.OpenDisk(roots.Select(root => root.Path));

    public Lock Gate { get; } = new();

    public AccessResult Open(string path, out SourceFile? file) => disk.Open(path, out file);

    public AccessResult Look(string path, out Stamp stamp) => disk.Look(path, out stamp);

    public AccessResult Delete(string path, in Stamp expected, SourceFile? open, ulong volume)
    {
        lock (Gate)
            return disk.Delete(path, expected, open, volume);
    }

    public AccessResult Identify(string directory, out RootIdentity identity) => disk.Identify(directory, out identity);

    public AccessResult RemoveEmpty(string directory, TimeSpan untouched) => disk.RemoveEmpty(directory, untouched);

    public AccessResult List(string directory, Action<S3Sync.Sync.Entry> each) => disk.List(directory, each);

    public bool IsHidden(string path) => disk.IsHidden(path);
}
