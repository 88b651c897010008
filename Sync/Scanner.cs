using System;
using System.Collections.Generic;
using System.Threading;
using Microsoft.Extensions.Logging;

namespace S3Sync.Sync;

/// <summary>
/// Lists directory trees and reports every regular file that is not left out: the truth that notifications only hint at (invariant 3).
/// Each directory is covered by the watch before it is listed, so nothing falls between. One thread; what is asked for last
/// comes first, so that a new directory need not wait for the end of a long scan. Memory: one name per directory not listed yet.
/// </summary>
sealed class Scanner(IReadOnlyList<Root> roots, IDisk disk, IWatch watch, Sieve sieve, Inbox inbox, Work work, Unnameable unnameable, Func<int, bool>? mayRemoveEmpty, DiskWorker worker, ILogger log)
{
    const int MostRemembered = 1000;

    /// <summary>Who makes a directory is about to put something in it.</summary>
    public static readonly TimeSpan LeastEmpty = TimeSpan.FromMinutes(1);

    /// <summary>So many files are reported in the order of their names, which is the ledger's: a commit then writes few of its pages, a twelfth of all CPU with 250,000 files. Some 10 MB.</summary>
    const int MostSorted = 65_536;

    readonly object gate = new();
    // Under the lock: requests, and per root what is under way.
    readonly Stack<ScanStep> steps = [];
    readonly RootScan[] scans = new RootScan[roots.Count];
    bool stopping;
    // Steps of the first scans that are still to be taken, and one for the request itself.
    int first = 1;
    // The scanner's thread only.
    readonly List<string> directories = [], files = [], released = [];
    readonly HashSet<(int Root, string Directory)> unlisted = [];
    long entries;
    ScanStep current;

    /// <summary>The directories that could not be listed when last tried, <see cref="MostRemembered"/> at most; for when <see cref="Run"/> has ended.</summary>
    public IReadOnlyCollection<(int Root, string Directory)> Unlisted => unlisted;

    /// <summary>True if every file is looked at, for what it is puts it in order; else only where a filter asks.</summary>
    public bool LooksAtAll { get; init; }

    /// <summary>Told of the directories that cannot be watched.</summary>
    public Unwatched? Unwatched { get; set; }

    /// <summary>Called, on the scanner's thread, when a root itself cannot be listed.</summary>
    public Action<int>? RootMissing { get; set; }

    /// <summary>Called, once and by any thread, when the first scans have ended.</summary>
    public Action? FirstEnded { get; set; }

    /// <summary>All first scans have been asked for. Any thread.</summary>
    public void FirstAsked() => EndFirst(1);

    /// <summary>Asks for a scan of a whole root; if one is under way, for another after it. Any thread.</summary>
    public void Request(int root, FoundBy by)
    {
        lock (gate)
        {
            ref var scan = ref scans[root];
            if (scan.Steps > 0)
            {
                scan.Again = by;
                scan.IsAgain = true;
                scan.AgainCounts |= !work.IsClosed;
                return;
            }
            Push(new(root, "", by, !work.IsClosed));
        }
    }

    /// <summary>Asks for a scan of one directory of a root and all below it. Any thread.</summary>
    public void Request(int root, string directory)
    {
        lock (gate)
        {
            Push(new(root, directory, FoundBy.DirectoryScan, !work.IsClosed));
        }
    }

    public void Stop()
    {
        lock (gate)
        {
            stopping = true;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Runs until <see cref="Stop"/>.</summary>
    public void Run()
    {
        while (TryTake(out current))
        {
            List();
            Finish();
        }
    }

    bool TryTake(out ScanStep step)
    {
        lock (gate)
        {
            while (steps.Count == 0 && !stopping)
            {
                Monitor.Wait(gate);
            }
            step = stopping ? default : steps.Pop();
            return !stopping;
        }
    }

    void List()
    {
        var root = roots[current.Root];
        if (current.Directory.Length == 0)
        {
            Unwatched?.Begin(current.Root);
        }
        int error;
        using (worker.Begin(root))
        {
            error = watch.Cover(current.Root, current.Directory);
        }
        if (error != 0)
        {
            Unwatched?.Add(current.Root, current.Directory, error);
        }
        directories.Clear();
        entries = 0;
        AccessResult result;
        using (worker.Begin(root))
        {
            result = disk.List(root.FullPath(current.Directory), See);
        }
        Report();
        if (result.Ok && entries == 0 && current.Directory.Length > 0)
        {
            RemoveEmpty(root);
        }
        var place = (current.Root, current.Directory);
        if (result.Ok || (result.Access == Access.Missing && current.Directory.Length > 0))
        {
            unlisted.Remove(place);
            return;
        }
        if (unlisted.Count < MostRemembered)
        {
            unlisted.Add(place);
        }
        log.CannotList(Shown.Name(root.FullPath(current.Directory)), result.Why);
        if (current.Directory.Length == 0)
        {
            RootMissing?.Invoke(current.Root);
        }
    }

    void RemoveEmpty(Root root)
    {
        using var call = worker.Begin(root);
        if (mayRemoveEmpty?.Invoke(current.Root) == true && disk.RemoveEmpty(root.FullPath(current.Directory), LeastEmpty).Ok)
        {
            log.RemovedEmpty(Shown.Name(root.FullPath(current.Directory)));
        }
    }

    void See(Entry entry)
    {
        entries++;
        worker.GoOn();
        if (entry.Name is not { } name)
        {
            unnameable.Saw(Shown.Name(roots[current.Root].FullPath(current.Directory)) + System.IO.Path.DirectorySeparatorChar + entry.Shown);
            return;
        }
        var path = current.Directory.Length == 0 ? name : System.IO.Path.Join(current.Directory, name);
        if (entry.Kind == EntryKind.Directory && sieve.Enters(current.Root, path))
        {
            directories.Add(path);
        }
        else if (entry.Kind == EntryKind.File && sieve.ReleasedBy(current.Root, path) is { } file)
        {
            released.Add(file);
            ReportMany(released);
        }
        else if (entry.Kind == EntryKind.File && sieve.Takes(current.Root, path))
        {
            files.Add(path);
            ReportMany(files);
        }
    }

    /// <summary>In the middle of a listing: whoever waits for the ledger there does not wait for the disk.</summary>
    void ReportMany(List<string> found)
    {
        if (found.Count == MostSorted)
        {
            worker.End();
            Report();
            worker.Begin(roots[current.Root]);
        }
    }

    void Report()
    {
        files.Sort(StringComparer.Ordinal);
        var root = roots[current.Root];
        var needsLook = LooksAtAll || sieve.NeedsLook(current.Root);
        foreach (var path in files)
        {
            Stamp stamp = default;
            if (needsLook && !IsTaken(root, path, out stamp))
            {
                continue;
            }
            inbox.PostFound(new(Happening.Found, root, path) { By = current.By, Stamp = stamp, IsLate = !current.Counts });
        }
        files.Clear();
        foreach (var path in released)
        {
            bool isGone;
            using (worker.Begin(root))
            {
                isGone = disk.Look(root.FullPath(path), out _).Access == Access.Missing;
            }
            // Its file is gone: if by us, and we were cut off before its sentinel went as well, the ledger knows.
            if (isGone)
            {
                inbox.PostFound(new(Happening.Found, root, path) { By = current.By, OnlyKnown = true, IsLate = !current.Counts });
            }
        }
        released.Clear();
    }

    /// <summary>What cannot be looked at is for whoever opens it to meet, and to say.</summary>
    bool IsTaken(Root root, string path, out Stamp stamp)
    {
        using var call = worker.Begin(root);
        return !disk.Look(root.FullPath(path), out stamp).Ok || sieve.TakesAsItIs(current.Root, path, stamp);
    }

    /// <summary>Puts the directories below on the stack, then takes this one off the counts.</summary>
    void Finish()
    {
        bool isScanned;
        lock (gate)
        {
            // The first listed shall be the first scanned.
            for (var i = directories.Count - 1; i >= 0; i--)
            {
                Push(current with { Directory = directories[i] });
            }
            ref var scan = ref scans[current.Root];
            if (--scan.Steps == 0 && scan.IsAgain)
            {
                Push(new(current.Root, "", scan.Again, scan.AgainCounts));
                (scan.IsAgain, scan.AgainCounts) = (false, false);
            }
            isScanned = scan.Steps == 0;
        }
        if (isScanned)
        {
            Unwatched?.End(current.Root);
        }
        EndFirst(current.IsFirst ? 1 : 0);
        work.End(current.Counts ? 1 : 0);
    }

    void EndFirst(int count)
    {
        bool ended;
        lock (gate)
        {
            first -= count;
            ended = count > 0 && first == 0;
        }
        if (ended)
        {
            FirstEnded?.Invoke();
            FirstEnded = null;
        }
    }

    void Push(in ScanStep step)
    {
        work.Begin(step.Counts ? 1 : 0);
        first += step.IsFirst ? 1 : 0;
        scans[step.Root].Steps++;
        steps.Push(step);
        Monitor.PulseAll(gate);
    }
}
