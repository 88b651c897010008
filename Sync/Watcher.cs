using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.Extensions.Logging;

namespace S3Sync.Sync;

/// <summary>
/// One thread in a blocking wait for the kernel. It owns the settler, whose next due time is the wait's limit: no timers, no polling.
/// It has the roots opened, and opened again when they are lost, and asks for scans. Everything here belongs to that thread,
/// except what says "Any thread".
/// </summary>
/// <param name="roots">All watched directories.</param>
/// <param name="own">Those of one volume, which this one watches: if it does not answer, it holds up no other's.</param>
sealed class Watcher(IReadOnlyList<Root> roots, IReadOnlyList<Root> own, IDisk disk, IWatch watch, Sieve sieve, Inbox inbox, Scanner scanner, Work work, Unnameable unnameable, WatchRules rules, DiskWorker worker, TimeProvider clock, ILogger log)
{
    /// <summary>A flood of notifications has no end: what the kernel had when asked is taken long before that.</summary>
    static readonly TimeSpan LongestConfirmation = TimeSpan.FromSeconds(1);

    readonly Settler settler = new(rules.Quiet, rules.Limit);
    readonly SettlingWork settling = new(work);
    TimeSpan? confirming;
    readonly WatchedRoots watched = new(roots.Count, own, watch, scanner, worker, log);
    readonly List<Notification> notifications = [];
    readonly long started = clock.GetTimestamp();
    TimeSpan lastRescan;
    // Ticks; no rescan for 0. Changed by any thread.
    long rescanEvery = rules.Rescan?.Ticks ?? 0, quietFor = rules.Quiet.Ticks;
    volatile bool stopping, rescanAsked;
    volatile Action? confirm;

    /// <summary>Called on the watcher's thread before a root is opened for the first time.</summary>
    public Action<Root>? Opening { get => watched.Opening; init => watched.Opening = value; }

    /// <summary>Called when files have become old enough: everything is to be scanned, of every volume.</summary>
    public Action? Ripened { get; init; }

    /// <summary>How often notifications of a root were lost. Any thread.</summary>
    public long OverflowsOf(int root) => watched.OverflowsOf(root);

    /// <summary>The roots that are out of reach; for when <see cref="Run"/> has ended.</summary>
    public IEnumerable<int> Unreached => own.Select(root => root.Index).Where(root => !watched.IsOpen(root));

    /// <summary>How often everything is scanned; zero for never. Any thread.</summary>
    public TimeSpan RescanInterval => TimeSpan.FromTicks(Volatile.Read(ref rescanEvery));

    /// <summary>Ends <see cref="Run"/>. Any thread.</summary>
    public void Stop()
    {
        stopping = true;
        watch.Wake();
    }

    /// <summary>Has it look at what is due again: it may be due sooner. Any thread.</summary>
    public void Wake() => watch.Wake();

    /// <summary>A scan could not list the root: look after it. Any thread.</summary>
    public void Lost(int root)
    {
        watched.Lost(root);
        watch.Wake();
    }

    /// <summary>From now on everything is scanned this often, where it is at all. Any thread.</summary>
    public void RescanEvery(TimeSpan interval)
    {
        if (rules.Rescan is not null)
        {
            Volatile.Write(ref rescanEvery, interval.Ticks);
            watch.Wake();
        }
    }

    /// <summary>Has everything scanned once more. Any thread.</summary>
    public void RescanNow()
    {
        rescanAsked = true;
        watch.Wake();
    }

    /// <summary>From now on a file must have been left alone for so long. Any thread.</summary>
    public void QuietFor(TimeSpan quiet) => Volatile.Write(ref quietFor, quiet.Ticks);

    /// <summary>How long a file must have been left alone by now. Any thread.</summary>
    public TimeSpan Quiet => TimeSpan.FromTicks(Volatile.Read(ref quietFor));

    /// <summary>Calls back, on the watcher's thread, once everything the kernel has to say by now has been taken. Any thread.</summary>
    public void Confirm(Action done)
    {
        confirm = done;
        watch.Wake();
    }

    /// <summary>Runs until <see cref="Stop"/>; calls <paramref name="begun"/> once the first scans are asked for.</summary>
    public void Run(Action<int> begun)
    {
        watched.Open(Now());
        begun(1);
        while (!stopping)
        {
            var now = Now();
            watched.Open(now);
            Rescan(now);
            Settle(now);
            notifications.Clear();
            var done = confirm;
            watch.Wait(done is null ? Limit(Now()) : TimeSpan.Zero, notifications);
            foreach (var notification in notifications)
            {
                Take(notification);
            }
            if (done is not null && (notifications.Count == 0 || Now() - (confirming ??= now) > LongestConfirmation))
            {
                (confirm, confirming) = (null, null);
                done();
            }
        }
        watched.Close();
    }

    void Take(in Notification notification)
    {
        var (root, path) = (notification.Root, notification.Path);
        switch (notification.Sign)
        {
            case Sign.Complete or Sign.Moved or Sign.Touched when sieve.ReleasedBy(root, path) is { } released:
                if (sieve.Takes(root, released))
                {
                    Touch(root, released, notification.Sign);
                }
                break;
            case Sign.Complete or Sign.Moved or Sign.Touched when !sieve.Takes(root, path):
            case Sign.Directory when !sieve.Enters(root, path):
                break;
            case Sign.Complete or Sign.Moved or Sign.Touched:
                Touch(root, path, notification.Sign);
                break;
            case Sign.Directory:
                scanner.Request(root, path);
                break;
            case Sign.Overflow:
                log.Overflow(Shown.Name(roots[root].Path));
                Overflowed(root);
                break;
            case Sign.Lost:
                watched.Lost(root);
                break;
            case Sign.Unnameable:
                unnameable.Saw(Shown.Name(roots[root].Path) + System.IO.Path.DirectorySeparatorChar + path);
                break;
            default:
                throw new InvalidOperationException($"unknown sign {notification.Sign}");
        }
    }

    void Overflowed(int root)
    {
        watched.Overflowed(root);
        scanner.Request(root, FoundBy.OverflowScan);
        // A scan that finds nothing says nothing, and this is to be known.
        inbox.Nudge();
    }

    void Touch(int root, string path, Sign sign)
    {
        settler.Quiet = Quiet;
        if (sign != Sign.Touched && settler.Quiet == TimeSpan.Zero)
        {
            // Nothing to wait for: the kernel's sign is enough. An earlier touch of the same file then finds it known.
            Report(root, path, sign, work.IsClosed);
            return;
        }
        var now = Now();
        if (!settler.Touch(root, path, sign, now, out var isNew))
        {
            Overflowed(root);
        }
        else
        {
            settling.Touched(root, path, isNew, now);
        }
    }

    void Settle(TimeSpan now)
    {
        while (settler.TryTake(now, out var root, out var path, out var sign))
        {
            Report(root, path, sign, settling.IsLate(root, path));
            settling.End(root, path);
        }
    }

    /// <summary>Reports a file unless it is left out or there is none any more: many programs write under a temporary name, which is gone by now.</summary>
    void Report(int root, string path, Sign sign, bool isLate)
    {
        bool isTaken;
        Stamp stamp;
        using (worker.Begin(roots[root]))
        {
            var looked = disk.Look(roots[root].FullPath(path), out stamp);
            isTaken = looked.Access is not (Access.Missing or Access.NotRegular) && (!looked.Ok || sieve.TakesAsItIs(root, path, stamp));
        }
        if (isTaken)
        {
            inbox.PostFound(new(Happening.Found, roots[root], path) { By = FoundBy.Notification, Sign = sign, Stamp = stamp, IsLate = isLate });
        }
    }

    void Rescan(TimeSpan now)
    {
        if (rules.Rescan is not null && sieve.TakeLook())
        {
            Ripened?.Invoke();
        }
        if (now < NextRescan() && !rescanAsked)
        {
            return;
        }
        (lastRescan, rescanAsked) = (now, false);
        foreach (var root in own)
        {
            if (watched.IsOpen(root.Index))
            {
                scanner.Request(root.Index, FoundBy.PeriodicScan);
            }
        }
    }

    /// <summary>How long the kernel may be waited for: until the next thing is due here.</summary>
    TimeSpan Limit(TimeSpan now)
    {
        var next = NextRescan();
        if (settler.Next is { } settled && settled < next)
        {
            next = settled;
        }
        // A run that ends when there is nothing left to do waits for no file to grow old.
        if (rules.Rescan is not null && sieve.NextLook is { Ticks: >= 0 } ripe && now + ripe < next)
        {
            next = now + ripe;
        }
        next = watched.NextOpen is var open && open < next ? open : next;
        return next == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : next <= now ? TimeSpan.Zero : next - now;
    }

    TimeSpan NextRescan() => Volatile.Read(ref rescanEvery) is > 0 and var ticks ? lastRescan + TimeSpan.FromTicks(ticks) : TimeSpan.MaxValue;

    TimeSpan Now() => clock.GetElapsedTime(started);
}
