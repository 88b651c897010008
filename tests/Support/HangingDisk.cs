using System;
using System.Runtime.Versioning;
using System.Threading;
using S3Sync.Sync;

namespace S3Sync.Tests.Support;

/// <summary>What a <see cref="HangingDisk"/> does not answer.</summary>
[Flags]
enum Hanging { Nothing = 0, Open = 1, Look = 2, Delete = 4, Identify = 8, List = 16, RemoveEmpty = 32, Unchanged = 64, Everything = 127 }

/// <summary>The disk of this system, with one directory on a volume of its own that does not answer calls of some kinds until it is told to.</summary>
[SupportedOSPlatform("linux")]
sealed class HangingDisk(string directory) : IDisk, IDisposable
{
    /// <summary>Given to the volume, so that it is another one.</summary>
    const ulong Device = 0xF0F0_F0F0;

    readonly IDisk disk = Platform.OpenDisk([]);
    readonly object gate = new();
    Hanging hanging;
    int waiting;

    /// <summary>How many calls wait for an answer.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    /// <summary>From now on only these do not answer; those that waited for another one do.</summary>
    public void Hang(Hanging what)
    {
        lock (gate)
        {
            hanging = what;
            Monitor.PulseAll(gate);
        }
    }

    public AccessResult Open(string path, out SourceFile? file)
    {
        Wait(path, Hanging.Open);
        var opened = disk.Open(path, out file);
        if (file is not null && IsThere(path))
            file = new HangingFile(this, path, file) { Volume = file.Volume };
        return opened;
    }

    public AccessResult Look(string path, out Stamp stamp)
    {
        Wait(path, Hanging.Look);
        return disk.Look(path, out stamp);
    }

    public AccessResult Delete(string path, in Stamp expected, SourceFile? open, ulong volume)
    {
        Wait(path, Hanging.Delete);
        return disk.Delete(path, expected, (open as HangingFile)?.Real ?? open, IsThere(path) ? 0 : volume);
    }

    public AccessResult Identify(string path, out RootIdentity identity)
    {
        Wait(path, Hanging.Identify);
        var result = disk.Identify(path, out identity);
        identity = IsThere(path) ? identity with { Device = Device } : identity;
        return result;
    }

    public AccessResult List(string path, Action<S3Sync.Sync.Entry> each)
    {
        Wait(path, Hanging.List);
        return disk.List(path, each);
    }

    public AccessResult RemoveEmpty(string path, TimeSpan untouched)
    {
        Wait(path, Hanging.RemoveEmpty);
        return disk.RemoveEmpty(path, untouched);
    }

    public void Dispose() => Hang(Hanging.Nothing);

    bool IsThere(string path) => path == directory || path.StartsWith(directory + "/", StringComparison.Ordinal);

    void Wait(string path, Hanging what)
    {
        if (!IsThere(path))
            return;
        lock (gate)
        {
            waiting++;
            while ((hanging & what) != 0)
                Monitor.Wait(gate);
            waiting--;
        }
    }

    /// <summary>A file of the directory.</summary>
    sealed class HangingFile(HangingDisk disk, string path, SourceFile file) : SourceFile(file.Handle, file.Stamp)
    {
        public SourceFile Real => file;

        public override bool Unchanged()
        {
            disk.Wait(path, Hanging.Unchanged);
            return file.Unchanged();
        }
    }
}
