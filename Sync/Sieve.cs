using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.Extensions.Logging;

namespace S3Sync.Sync;

/// <summary>
/// Tells those who find files which of them are taken: holds the filter in force of every root, asks the disk for what a name does not tell, and says
/// what is left out. Nothing that it leaves out gets into the ledger, so nothing of it is uploaded or deleted. Any thread.
/// </summary>
sealed class Sieve(IReadOnlyList<Root> roots, IDisk disk, TimeProvider clock, ILogger log)
{
    // Beyond this many, files are still left out, but no longer counted exactly.
    const int MostCounted = 100_000;

    readonly Filter[] filters = [.. roots.Select(root => root.Filter)];
    readonly FileAges ages = new(clock);
    readonly Lock gate = new();
    // Under the gate.
    readonly HashSet<string> said = [];
    readonly HashSet<int> counted = [];
    long lastLook = long.MinValue / 2;
    // The clock's own ticks, of its monotonic time; changed under the gate.
    long nextLook = long.MaxValue;

    /// <summary>Called when <see cref="NextLook"/> may be sooner than it was.</summary>
    public Action? Ripening { get; set; }

    /// <summary>How many files, and directories as a whole, were left out, each counted once.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return counted.Count;
            }
        }
    }

    /// <summary>The filter in force.</summary>
    public Filter Of(int root) => Volatile.Read(ref filters[root]);

    /// <summary>Puts the filters of other settings in force, root by root; true if any is another one. What it takes and the former one did not, only a scan finds.</summary>
    public bool Change(IReadOnlyList<Root> others)
    {
        var changed = false;
        foreach (var root in roots)
        {
            if (others.FirstOrDefault(other => other.Path == root.Path)?.Filter.WithSignsOf(root.Filter) is { } filter && !filter.Equals(Of(root.Index)))
            {
                Volatile.Write(ref filters[root.Index], filter);
                changed = true;
            }
        }
        return changed;
    }

    /// <summary>False if a file is left out for its name; it is counted, and said as far as anybody wants to know.</summary>
    public bool Takes(int root, string path) => Of(root).Decide(path) is not { Takes: false } rule || LeaveOut(root, path, rule);

    /// <summary>The file that is released if a path is a sentinel's, wanted or not; else null.</summary>
    public string? ReleasedBy(int root, string path) => Of(root).ReleasedBy(path);

    /// <summary>False if everything below a directory is left out.</summary>
    public bool Enters(int root, string directory) => Of(root).DecideAllBelow(directory) is not { } rule || LeaveOut(root, directory + System.IO.Path.DirectorySeparatorChar, rule);

    /// <summary>True if a file whose name is taken must be looked at before it is: see <see cref="TakesAsItIs"/>.</summary>
    public bool NeedsLook(int root) => Of(root) is var filter && (filter.NeedsFacts || filter.Sentinel is not null || IsHiddenAsked(filter));

    /// <summary>False if a file whose name is taken is left out for what else it is.</summary>
    public bool TakesAsItIs(int root, string path, in Stamp stamp)
    {
        var filter = Of(root);
        if (filter.NeedsFacts && filter.Decide(stamp, NowFor(stamp), out var ripens) is { } bound)
        {
            if (ripens > 0)
            {
                LookAgain(TimeSpan.FromMilliseconds(ripens - NowFor(stamp)), filter.Bounds.MinAge);
            }
            return LeaveOut(root, path, bound);
        }
        if (filter.Sentinel is { } sentinel && !disk.Look(roots[root].FullPath(path) + sentinel, out _).Ok)
        {
            return LeaveOut(root, path, filter.WaitingFor(path));
        }
        // A rule that takes it by its name counts more, as it does for names with a dot.
        return !IsHiddenAsked(filter) || filter.Decide(path) is not null || !Decision.IsHidden(disk, roots[root].Path, path) || LeaveOut(root, path, Filter.Hidden);
    }

    /// <summary>How long until a file that is too young now may be old enough; infinite where there is none.</summary>
    public TimeSpan NextLook => Volatile.Read(ref nextLook) is var next && next == long.MaxValue ? Timeout.InfiniteTimeSpan : UntilLook(next);

    /// <summary>True, once, when it is time to look for files that have become old enough.</summary>
    public bool TakeLook()
    {
        if (Volatile.Read(ref nextLook) is var next && (next == long.MaxValue || next > clock.GetTimestamp()))
        {
            return false;
        }
        lock (gate)
        {
            (lastLook, nextLook) = (clock.GetTimestamp(), long.MaxValue);
            return true;
        }
    }

    /// <summary>Counts a file that is left out and says so: each at debug, of every rule the first. Returns false: it is not taken.</summary>
    public bool LeaveOut(int root, string path, Rule rule)
    {
        bool isFirst;
        lock (gate)
        {
            isFirst = said.Add(rule.Text);
            if (counted.Count < MostCounted)
            {
                counted.Add(HashCode.Combine(root, path));
            }
        }
        if (isFirst)
        {
            log.LeavesOut(Shown.Name(roots[root].FullPath(path)), rule.Shown);
        }
        else if (log.IsEnabled(LogLevel.Debug))
        {
            log.LeftOut(Shown.Name(roots[root].FullPath(path)), rule.Shown);
        }
        return false;
    }

    /// <summary>Plans a look so much later, and not sooner after the last than a tenth of the age asked for: of files that keep coming, each ripens at a time of its own.</summary>
    void LookAgain(TimeSpan wait, TimeSpan age)
    {
        lock (gate)
        {
            var pause = TimeSpan.FromSeconds(Math.Max(1, age.TotalSeconds / 10));
            var at = Math.Max(clock.GetTimestamp() + Ticks(wait), lastLook + Ticks(pause));
            if (at >= nextLook)
            {
                return;
            }
            nextLook = at;
        }
        Ripening?.Invoke();
    }

    /// <summary>The time that makes a file as old as it is, in milliseconds since 1970 UTC: see <see cref="FileAges"/>.</summary>
    long NowFor(in Stamp stamp)
    {
        var written = Filter.WrittenAt(stamp);
        return (written / 1_000_000) + (long)ages.AtLeast(written).TotalMilliseconds;
    }

    TimeSpan UntilLook(long next) => clock.GetElapsedTime(clock.GetTimestamp(), next) is { Ticks: > 0 } wait ? wait : TimeSpan.Zero;

    long Ticks(TimeSpan time) => (long)(time.TotalSeconds * clock.TimestampFrequency);

    static bool IsHiddenAsked(Filter filter) => filter.Bounds.SkipHidden && OperatingSystem.IsWindows();
}
