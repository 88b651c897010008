using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.Extensions.Logging;

namespace S3Sync.Sync;

/// <summary>
/// Tells a volume that fails (read-only, full, its server gone) from a file that does. What every file of the volume would meet is said once, and its files
/// wait: nothing is wrong with them, they are not counted as failed and not parked. One is tried now and then, and if that works all go on.
/// Reading and deleting are two things: what cannot be deleted may be uploaded. Any thread.
/// </summary>
/// <remarks>
/// A bad sector gives the same error as a bad disk. So a file is blamed by itself if others were read, or deleted, since it last met the error, or if it
/// alone is there to be tried; and of an error that may be one file's nothing is said before two files met it with nothing that worked in between.
/// </remarks>
sealed class VolumeFaults(IReadOnlyList<Root> roots, TimeProvider clock, ILogger log)
{
    /// <summary>How long a file that is held back waits for its next turn.</summary>
    public static readonly TimeSpan Turn = TimeSpan.FromSeconds(10);

    static readonly TimeSpan FirstProbe = TimeSpan.FromSeconds(2), LongestProbe = TimeSpan.FromSeconds(30);

    // Beyond that all are forgotten, which costs each no more than another turn.
    const int MostSuspects = 1024;

    // A file that meets it so often while no other is there to be tried.
    const int MostAlone = 2;

    readonly Lock gate = new();
    // Under the gate. Few: a root has one, and one for each volume that is mounted below it and failed.
    readonly Dictionary<(int Root, bool Deleting, ulong Device), Volume> volumes = [];
    // By root: uploads, then deletions. Since when they are suspended, milliseconds since 1970 UTC, and by which error.
    readonly long[] suspended = new long[2 * roots.Count], errors = new long[2 * roots.Count];
    // How many volumes were ever met by a fault: as long as there is none, nothing is asked for.
    int count;

    /// <summary>Since when nothing of a root is uploaded, or deleted, as its volume fails; milliseconds since 1970 UTC, 0 while it works.</summary>
    public long SuspendedFrom(int root, bool deleting) => Volatile.Read(ref suspended[IndexOf(root, deleting)]);

    /// <summary>By which error of the system; 0 for none.</summary>
    public long ErrorOf(int root, bool deleting) => Volatile.Read(ref errors[IndexOf(root, deleting)]);

    /// <summary>Null if the volume works, or a file of it is to be tried; else why its files wait.</summary>
    /// <param name="device">The volume's number (<see cref="RootIdentity.Device"/>); 0 where it is not known.</param>
    /// <param name="acts">True for who tries it at once where it may: the next one is due later.</param>
    public string? WhyNot(int root, bool deleting, ulong device, bool acts)
    {
        if (Volatile.Read(ref count) == 0)
        {
            return null;
        }
        lock (gate)
        {
            if (!volumes.TryGetValue((root, deleting, device), out var volume) || !volume.Fails)
            {
                return null;
            }
            if (clock.GetElapsedTime(volume.Probed) < volume.Pause)
            {
                return volume.Why;
            }
            if (acts)
            {
                volume.Probe(clock.GetTimestamp());
            }
            return null;
        }
    }

    /// <summary>A file could not be opened or read, or deleted. Why it waits with the others of its volume; null where the fault is its own.</summary>
    /// <param name="error">The system's code.</param>
    public string? Met(Root root, string path, int error, bool deleting, ulong device)
    {
        var culprit = Platform.CulpritOf(error, deleting);
        if (culprit == Culprit.File)
        {
            return null;
        }
        lock (gate)
        {
            if (!volumes.TryGetValue((root.Index, deleting, device), out var volume))
            {
                volumes.Add((root.Index, deleting, device), volume = new());
                Volatile.Write(ref count, count + 1);
            }
            return volume.IsOwn(path, culprit) ? null : Fail(root, path, volume, error, deleting, culprit);
        }
    }

    /// <summary>A file of the volume was read, or deleted.</summary>
    public void Worked(Root root, string path, bool deleting, ulong device)
    {
        if (Volatile.Read(ref count) == 0)
        {
            return;
        }
        lock (gate)
        {
            if (!volumes.TryGetValue((root.Index, deleting, device), out var volume))
            {
                return;
            }
            volume.Work(path);
            if (volume.IsSaid)
            {
                log.VolumeWorks(Shown.Name(root.Path), deleting ? "deleted" : "uploaded", Shown.Time(clock.GetElapsedTime(volume.Since)));
                volume.IsSaid = false;
                var index = IndexOf(root.Index, deleting);
                if (!volumes.Any(other => other.Key.Root == root.Index && other.Key.Deleting == deleting && other.Value.IsSaid))
                {
                    Volatile.Write(ref errors[index], 0);
                    Volatile.Write(ref suspended[index], 0);
                }
            }
        }
    }

    string Fail(Root root, string path, Volume volume, int error, bool deleting, Culprit culprit)
    {
        var why = Platform.Explain(error);
        volume.Fail(path, clock.GetTimestamp(), $"its volume fails: {why}");
        if (!volume.IsSaid && (culprit == Culprit.Volume || volume.HasSeveral))
        {
            volume.IsSaid = true;
            log.VolumeFails(Shown.Name(root.Path), deleting ? "deleted" : "uploaded", why.ToString());
            Volatile.Write(ref errors[IndexOf(root.Index, deleting)], error);
            Volatile.Write(ref suspended[IndexOf(root.Index, deleting)], clock.GetUtcNow().ToUnixTimeMilliseconds());
        }
        return volume.Why!;
    }

    static int IndexOf(int root, bool deleting) => (2 * root) + (deleting ? 1 : 0);

    /// <summary>What one volume is known to do. Used under the gate.</summary>
    sealed class Volume
    {
        // By path: how many others had worked when it met a fault last, and whether it was blamed by itself.
        readonly Dictionary<string, (long Before, bool IsOwn)> met = [];
        long worked;
        // Who met the first fault since it worked last, and how often.
        string? first;
        int times;

        /// <summary>Why its files wait; null while it works.</summary>
        public string? Why { get; private set; }

        public bool Fails => Why is not null;

        /// <summary>More than one file has met a fault since it worked last.</summary>
        public bool HasSeveral { get; private set; }

        public bool IsSaid { get; set; }

        public long Since { get; private set; }

        public long Probed { get; private set; }

        /// <summary>How long after that the next file is tried.</summary>
        public TimeSpan Pause { get; private set; }

        /// <summary>The file has met a fault. True if it is its own.</summary>
        public bool IsOwn(string path, Culprit culprit)
        {
            var isAlone = culprit == Culprit.Either && !HasSeveral && first == path && times >= MostAlone;
            var isOwn = isAlone || (met.TryGetValue(path, out var known) && (worked > known.Before || (known.IsOwn && !Fails && culprit == Culprit.Either)));
            Why = isAlone ? null : Why;
            if (met.Count >= MostSuspects && !met.ContainsKey(path))
            {
                met.Clear();
            }
            met[path] = (worked, isOwn);
            return isOwn;
        }

        public void Fail(string path, long now, string why)
        {
            (first, times, HasSeveral) = !Fails ? (path, 1, false) : path == first ? (first, times + 1, HasSeveral) : (first, times, true);
            // The first one may be its file's own fault: another is tried at once.
            (Since, Pause) = Fails ? (Since, Pause) : (now, TimeSpan.Zero);
            Why = why;
        }

        public void Probe(long now) => (Probed, Pause) = (now, Pause == TimeSpan.Zero ? FirstProbe : 2 * Pause < LongestProbe ? 2 * Pause : LongestProbe);

        public void Work(string path)
        {
            met.Remove(path);
            worked++;
            Why = null;
        }
    }
}
