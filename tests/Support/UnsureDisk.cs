using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using S3Sync.Sync;
using S3Sync.Sync.Linux;

namespace S3Sync.Tests.Support;

/// <summary>The disk of this system as an account sees it to which the kernel grants no lease: nothing tells it of writers.</summary>
[SupportedOSPlatform("linux")]
sealed class UnsureDisk(IEnumerable<Root> roots) : IDisk
{
    readonly IDisk disk = Platform.OpenDisk(roots.Select(root => root.Path));

    public AccessResult Open(string path, out SourceFile? file)
    {
        file = null;
        var looked = disk.Look(path, out var stamp);
        if (!looked.Ok || !disk.Identify(Path.GetDirectoryName(path)!, out var identity).Ok)
            return looked;
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file = new LinuxSourceFile(handle, stamp) { Doubt = Lease.NotPermitted, Volume = identity.Device };
        return looked;
    }

    public AccessResult Look(string path, out Stamp stamp) => disk.Look(path, out stamp);

    public AccessResult Delete(string path, in Stamp expected, SourceFile? open, ulong volume)
    {
        var result = disk.Delete(path, expected, open, volume);
        if (result.Access != Access.Busy || !disk.Look(path, out var stamp).Ok || stamp != expected)
            return result;
        File.Delete(path);
        return new(Access.Ok);
    }

    public AccessResult Identify(string directory, out RootIdentity identity) => disk.Identify(directory, out identity);

    public AccessResult RemoveEmpty(string directory, TimeSpan untouched) => disk.RemoveEmpty(directory, untouched);

    public AccessResult List(string directory, Action<S3Sync.Sync.Entry> each) => disk.List(directory, each);
}
