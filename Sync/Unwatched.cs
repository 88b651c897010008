using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.Extensions.Logging;

namespace S3Sync.Sync;

/// <summary>
/// The directories the kernel does not watch though it was asked to: sums them up for each root, one line for all of them, and tries again after a
/// growing pause, as watches become free when another program ends or the administrator raises the limit. Then the root is scanned, which covers the
/// others and finds what came meanwhile. Any thread.
/// </summary>
/// <param name="rescan">Asks for a scan of a root.</param>
/// <param name="interval">How often everything is scanned; zero for never.</param>
sealed class Unwatched(IReadOnlyList<Root> roots, IWatch watch, Action<int> rescan, Func<TimeSpan> interval, TimeProvider clock, ILogger log) : IDisposable
{
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10), LongestPause = TimeSpan.FromMinutes(10);

    // Of a root: a directory that is scanned again by itself is not counted twice among so many.
    const int MostRemembered = 1000;

    readonly Lock gate = new();
    // Under the gate.
    readonly Dictionary<int, Missing> missing = [];
    ITimer? timer;
    bool ended;

    /// <summary>The pause that follows one; the first follows none.</summary>
    public static TimeSpan After(TimeSpan pause) => pause < FirstPause ? FirstPause : 2 * pause < LongestPause ? 2 * pause : LongestPause;

    /// <summary>A scan of the whole root begins, which covers each of its directories.</summary>
    public void Begin(int root)
    {
        lock (gate)
        {
            if (missing.TryGetValue(root, out var known))
            {
                known.Directories.Clear();
                known.More = 0;
            }
        }
    }

    /// <summary>A directory was not covered.</summary>
    /// <param name="error">The system's code.</param>
    public void Add(int root, string directory, int error)
    {
        lock (gate)
        {
            if (!missing.TryGetValue(root, out var known))
            {
                missing.Add(root, known = new() { Pause = FirstPause, Tried = clock.GetTimestamp() });
                Schedule(FirstPause);
            }
            if (known.Directories.Count >= MostRemembered && !known.Directories.Contains(directory))
            {
                known.More++;
            }
            else
            {
                known.Directories.Add(directory);
            }
            (known.Error, known.Sample) = (error, directory);
        }
    }

    /// <summary>All that was asked for of a root is scanned: says how many of its directories are not watched, where that is news.</summary>
    public void End(int root)
    {
        lock (gate)
        {
            if (!missing.TryGetValue(root, out var known))
            {
                return;
            }
            if (known.Count == 0)
            {
                missing.Remove(root);
                if (known.Said > 0)
                {
                    log.CoversAgain(Shown.Name(roots[root].Path));
                }
            }
            // Few more are no news.
            else if (known.Said == 0 || known.Count >= 2 * known.Said || known.SaidError != known.Error)
            {
                (known.Said, known.SaidError) = (known.Count, known.Error);
                var every = interval();
                log.CannotCover(Shown.Name(roots[root].Path), known.Count, Shown.Name(roots[root].FullPath(known.Sample)),
                    every > TimeSpan.Zero ? $"every {Shown.Time(every)}" : "at the next start", watch.Explain(known.Error).ToString());
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            ended = true;
            timer?.Dispose();
        }
    }

    /// <summary>Tries one directory of each root whose turn has come.</summary>
    void Retry()
    {
        (int Root, string Directory)[] due;
        lock (gate)
        {
            due = [.. missing.Where(root => root.Value.Count > 0 && clock.GetElapsedTime(root.Value.Tried) >= root.Value.Pause).Select(root => (root.Key, root.Value.Sample))];
        }
        foreach (var (root, directory) in due)
        {
            // Not under the gate: a volume that hangs may take its time. One that is gone counts as covered: what is left, the scan tells.
            if (watch.Cover(root, directory) == 0)
            {
                rescan(root);
            }
        }
        lock (gate)
        {
            foreach (var (root, _) in due)
            {
                if (missing.TryGetValue(root, out var known))
                {
                    (known.Tried, known.Pause) = (clock.GetTimestamp(), After(known.Pause));
                }
            }
            if (missing.Count > 0)
            {
                Schedule(missing.Values.Min(known => known.Pause - clock.GetElapsedTime(known.Tried)));
            }
        }
    }

    void Schedule(TimeSpan wait)
    {
        if (ended)
        {
            return;
        }
        wait = wait > FirstPause ? wait : FirstPause;
        timer ??= clock.CreateTimer(static self => ((Unwatched)self!).Retry(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Of one root.</summary>
    sealed class Missing
    {
        public readonly HashSet<string> Directories = new(StringComparer.Ordinal);
        public int More, Error, Said, SaidError;
        public string Sample = "";
        public TimeSpan Pause;
        public long Tried;

        public int Count => Directories.Count + More;
    }
}
