using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.Extensions.Logging;

namespace S3Sync.Sync;

/// <summary>
/// The roots of one volume as its watcher has them: opens each, opens it again when it was lost, and asks for the scan that either needs.
/// Belongs to the watcher's thread, except what says "Any thread".
/// </summary>
sealed class WatchedRoots(int count, IReadOnlyList<Root> own, IWatch watch, Scanner scanner, DiskWorker worker, ILogger log)
{
    readonly RootWatch[] states = [.. Enumerable.Range(0, count).Select(_ => new RootWatch())];

    /// <summary>Called before a root is opened for the first time.</summary>
    public Action<Root>? Opening { get; set; }

    /// <summary>When the next root is to be opened.</summary>
    public TimeSpan NextOpen
    {
        get
        {
            var next = TimeSpan.MaxValue;
            foreach (var root in own)
            {
                if (states[root.Index] is { } state && (!state.IsOpen || state.IsScanOnly) && state.NextOpen < next)
                {
                    next = state.NextOpen;
                }
            }
            return next;
        }
    }

    /// <summary>How often notifications of a root were lost. Any thread.</summary>
    public long OverflowsOf(int root) => Volatile.Read(ref states[root].Overflows);

    public bool IsOpen(int root) => states[root].IsOpen;

    /// <summary>Notifications of a root were lost.</summary>
    public void Overflowed(int root) => Volatile.Write(ref states[root].Overflows, states[root].Overflows + 1);

    /// <summary>It cannot be watched, or listed, any more: it is opened again. Any thread.</summary>
    public void Lost(int root) => states[root].IsMissing = true;

    /// <summary>Opens every root that is not open and whose turn has come, and has scanned what it has opened.</summary>
    public void Open(TimeSpan now)
    {
        foreach (var root in own)
        {
            var state = states[root.Index];
            if (state.IsMissing)
            {
                state.IsMissing = false;
                if (state.IsOpen)
                {
                    log.RootLost(Shown.Name(root.Path));
                    Close(root);
                    (state.IsOpen, state.NextOpen) = (false, now);
                }
            }
            if ((!state.IsOpen || state.IsScanOnly) && state.NextOpen <= now)
            {
                Open(root, state, now);
            }
        }
    }

    /// <summary>Closes all.</summary>
    public void Close()
    {
        foreach (var root in own)
        {
            Close(root);
        }
    }

    void Close(Root root)
    {
        using var call = worker.Begin(root);
        watch.Close(root.Index);
    }

    void Open(Root root, RootWatch state, TimeSpan now)
    {
        WatchState opened;
        int error;
        using (worker.Begin(root))
        {
            if (!state.WasOpen)
            {
                Opening?.Invoke(root);
            }
            opened = watch.Open(root.Index, root.Path, out error);
        }
        if (opened == WatchState.Unreachable)
        {
            var delay = Retry.AfterEndpointFault(++state.Failures, Random.Shared.NextDouble());
            state.NextOpen = now + delay;
            if (state.Failures == 1)
            {
                log.RootUnreachable(Shown.Name(root.Path), watch.Explain(error).ToString(), Shown.Time(delay));
            }
            return;
        }
        var isNews = opened != WatchState.ScanOnly || !state.IsScanOnly;
        state.Pause = opened == WatchState.ScanOnly ? Unwatched.After(state.Pause) : TimeSpan.Zero;
        state.NextOpen = now + state.Pause;
        if (!isNews)
        {
            return;
        }
        if (opened == WatchState.ScanOnly)
        {
            log.ScanOnly(Shown.Name(root.Path), watch.Explain(error).ToString());
        }
        else
        {
            log.Watching(Shown.Name(root.Path), root.Bucket, Shown.Name(root.Prefix));
        }
        (state.IsOpen, state.Failures) = (true, 0);
        scanner.Request(root.Index, state.WasOpen ? FoundBy.OverflowScan : FoundBy.StartScan);
        state.WasOpen = true;
    }
}
