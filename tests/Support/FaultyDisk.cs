using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using S3Sync.Sync;

namespace S3Sync.Tests.Support;

/// <summary>What is asked of a disk about one path.</summary>
enum FaultyDiskCall { Open, Look, Delete, Identify, List, RemoveEmpty }

/// <summary>The disk of this system, which answers chosen calls with an error of the system's instead. Any thread.</summary>
/// <param name="roots">The watched directories.</param>
/// <param name="errorOf">The error of a call, errno or the Win32 code; 0 to have it done.</param>
sealed class FaultyDisk(IEnumerable<Root> roots, Func<FaultyDiskCall, string, int> errorOf) : IDisk
{
    readonly IDisk disk = Platform.OpenDisk(roots.Select(root => root.Path));

    public AccessResult Open(string path, out SourceFile? file)
    {
        file = null;
        return Fault(FaultyDiskCall.Open, path) ?? disk.Open(path, out file);
    }

    public AccessResult Look(string path, out Stamp stamp)
    {
        stamp = default;
        return Fault(FaultyDiskCall.Look, path) ?? disk.Look(path, out stamp);
    }

    public AccessResult Delete(string path, in Stamp expected, SourceFile? open, ulong volume) => Fault(FaultyDiskCall.Delete, path) ?? disk.Delete(path, expected, open, volume);

    public AccessResult Identify(string directory, out RootIdentity identity)
    {
        identity = default;
        return Fault(FaultyDiskCall.Identify, directory) ?? disk.Identify(directory, out identity);
    }

    public AccessResult RemoveEmpty(string directory, TimeSpan untouched) => Fault(FaultyDiskCall.RemoveEmpty, directory) ?? disk.RemoveEmpty(directory, untouched);

    public AccessResult List(string directory, Action<S3Sync.Sync.Entry> each) => Fault(FaultyDiskCall.List, directory) ?? disk.List(directory, each);

    public bool IsHidden(string path) => disk.IsHidden(path);

    AccessResult? Fault(FaultyDiskCall call, string path) => errorOf(call, path) is not 0 and var error
        ? OperatingSystem.IsWindows() ? S3Sync.Sync.Windows.Win32Error.Outcome(error) : S3Sync.Sync.Linux.Errno.Outcome(error)
        : null;
}
