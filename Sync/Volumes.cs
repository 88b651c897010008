using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

namespace S3Sync.Sync;

/// <summary>
/// The volumes that the watched directories are on, each of which may stop to answer (a share whose server is gone, a frozen disk) and then holds every call until it answers
/// again, for hours. Looks after all calls, on a thread of its own that sleeps while there are none: who takes long is overtaken, a volume on which nothing moves is silent, and
/// gets no more work. Any thread (invariant 8).
/// </summary>
sealed class Volumes : IDisposable
{
    /// <summary>Directories on more volumes than this share their threads.</summary>
    const int Most = 32;

    /// <summary>A call that takes three looks is overtaken. A disk that has to start up takes longer, and may.</summary>
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(150);
    const int Long = 3;

    /// <summary>After so long it is said.</summary>
    public static readonly TimeSpan Said = TimeSpan.FromSeconds(10);

    readonly IReadOnlyList<Root> roots;
    readonly int[] of;
    readonly State[] states;
    readonly int mostStuck;
    readonly TimeProvider clock;
    readonly ILogger log;
    readonly Thread thread;
    readonly AutoResetEvent bell = new(false);
    readonly Lock gate = new();
    // Replaced under the gate.
    volatile DiskWorker[] workers = [];
    (int Workers, int Ports) pool;
    int raised;
    volatile bool asleep, stopping;
    long tick = 1;

    /// <param name="roots">The watched directories.</param>
    /// <param name="disk">Tells which volume each is on; one that does not tell in time is taken for a volume of its own.</param>
    /// <param name="uploaders">How many loops may be in calls at once: half as many in calls that take long, and a volume gets no more.</param>
    /// <param name="clock">Tells since when a volume is silent.</param>
    /// <param name="log">Is told, once, and that it answers again.</param>
    public Volumes(IReadOnlyList<Root> roots, IDisk disk, int uploaders, TimeProvider clock, ILogger log)
    {
        (this.roots, this.clock, this.log) = (roots, clock, log);
        mostStuck = Math.Max(2, uploaders / 2);
        of = Group(roots, disk);
        Count = of.Length == 0 ? 0 : of.Max() + 1;
        states = [.. Enumerable.Range(0, Count).Select(_ => new State())];
        thread = new(Run) { Name = "volumes", IsBackground = true };
        ThreadPool.GetMinThreads(out pool.Workers, out pool.Ports);
        thread.Start();
    }

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>Called when one became silent, or answers again.</summary>
    public Action? Changed { get; set; }

    /// <summary>Counts up while calls are under way.</summary>
    public long Tick => Volatile.Read(ref tick);

    /// <summary>The volume of a root.</summary>
    public int Of(int root) => of[root];

    /// <summary>The roots of a volume.</summary>
    public IReadOnlyList<Root> RootsOf(int volume) => [.. roots.Where(root => of[root.Index] == volume)];

    /// <summary>True if a volume does not answer, or has enough with what it has not answered.</summary>
    public bool IsSilent(int volume) => Volatile.Read(ref states[volume].IsSilent);

    /// <summary>The same of a root's.</summary>
    public bool IsRootSilent(int root) => IsSilent(of[root]);

    /// <summary>Since when a root has not answered, milliseconds since 1970 UTC; 0 while it does, and in the first seconds.</summary>
    public long SilentFrom(int root) => Volatile.Read(ref states[of[root]].SilentFrom);

    /// <summary>The root that has not answered for longest, of those it is said of; null where all answer.</summary>
    public (Root Root, TimeSpan For)? LongestSilent
    {
        get
        {
            (Root, TimeSpan)? longest = null;
            foreach (var root in roots)
            {
                if (Volatile.Read(ref states[of[root.Index]].SaidAt) is not 0 and var since && Stopwatch.GetElapsedTime(since) is var silent
                    && !(longest is var (_, known) && known >= silent))
                {
                    longest = (root, silent);
                }
            }
            return longest;
        }
    }

    /// <summary>How many calls, of those that a stop waits for, have not been answered for long.</summary>
    public int Stuck => workers.Count(worker => worker.IsAwaited && Age(worker) >= Long);

    /// <summary>Takes one in who calls disks.</summary>
    public DiskWorker Add(bool isPooled = false, bool isAwaited = false, Action? overtake = null, Func<CancellationToken, ValueTask>? takeBack = null)
    {
        DiskWorker worker = new(this, isPooled) { IsAwaited = isAwaited, Overtake = overtake, TakeBack = takeBack };
        lock (gate)
        {
            workers = [.. workers, worker];
        }
        return worker;
    }

    /// <summary>Lets one go who calls no more.</summary>
    public void Remove(DiskWorker worker)
    {
        lock (gate)
        {
            workers = [.. workers.Where(one => one != worker)];
        }
    }

    /// <summary>A call has begun: somebody must look after it.</summary>
    public void Attend()
    {
        if (asleep)
        {
            bell.Set();
        }
    }

    /// <summary>A call has ended, or has made progress.</summary>
    public void Answered(int volume) => Interlocked.Increment(ref states[volume].Answers);

    public void Dispose()
    {
        stopping = true;
        bell.Set();
        thread.Join(Interval);
        Raise(0);
    }

    /// <summary>The volume of each root, from 0 in their order.</summary>
    static int[] Group(IReadOnlyList<Root> roots, IDisk disk)
    {
        var devices = new ulong?[roots.Count];
        var threads = roots.Select(root => new Thread(() =>
        {
            if (Limited.TryAsk(root.Path, () => disk.Identify(root.Path, out var identity).Ok ? identity.Device : (ulong?)null, Limited.Usual, out var device))
            {
                devices[root.Index] = device;
            }
        }) { IsBackground = true }).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        var groups = new Dictionary<ulong, int>();
        var count = 0;
        return [.. devices.Select(device => device is { } known
            ? groups.TryGetValue(known, out var group) ? group : groups[known] = count++ % Most
            : count++ % Most)];
    }

    void Run()
    {
        var ticked = Stopwatch.GetTimestamp();
        while (!stopping)
        {
            if (!IsBusy())
            {
                asleep = true;
                Interlocked.MemoryBarrier();
                if (!IsBusy())
                {
                    bell.WaitOne();
                }
                asleep = false;
            }
            // Nobody rings now but who stops. A clock that is set may end the wait at once: then no time has passed.
            bell.WaitOne(Interval);
            if (Stopwatch.GetElapsedTime(ticked) >= Interval / 2)
            {
                ticked = Stopwatch.GetTimestamp();
                Interlocked.Increment(ref tick);
                Look();
            }
        }
    }

    bool IsBusy()
    {
        foreach (var worker in workers)
        {
            if (worker.Since != 0)
            {
                return true;
            }
        }
        return Array.Exists(states, state => state.IsSilent || state.SaidAt != 0);
    }

    long Age(DiskWorker worker) => worker.Since is var since && since == 0 ? 0 : Tick - Math.Abs(since);

    void Look()
    {
        foreach (var state in states)
        {
            (state.Stuck, state.Oldest) = (0, 0);
        }
        var stuckInPool = 0;
        foreach (var worker in workers)
        {
            var since = worker.Since;
            if (since == 0 || Tick - Math.Abs(since) is var age && age < Long)
            {
                continue;
            }
            worker.TryOvertake(since);
            var state = states[worker.Volume];
            state.Stuck += worker.IsPooled ? 1 : 0;
            state.Oldest = Math.Max(state.Oldest, age);
            stuckInPool += worker.IsPooled ? 1 : 0;
        }
        Raise(stuckInPool);
        for (var volume = 0; volume < states.Length; volume++)
        {
            Judge(volume, states[volume]);
        }
    }

    void Judge(int volume, State state)
    {
        var answers = Volatile.Read(ref state.Answers);
        var isSilent = state.Oldest > 0 && (answers == state.Seen || state.Stuck >= mostStuck);
        state.Seen = answers;
        if (state.Oldest == 0)
        {
            state.BeganAt = null;
        }
        else
        {
            state.BeganAt ??= Stopwatch.GetTimestamp() - (long)(state.Oldest * Interval.TotalSeconds * Stopwatch.Frequency);
        }
        if (isSilent != state.IsSilent)
        {
            Volatile.Write(ref state.IsSilent, isSilent);
            Changed?.Invoke();
        }
        Say(volume, state);
    }

    void Say(int volume, State state)
    {
        if (state.SaidAt == 0 && state.BeganAt is { } began && state.Oldest * Interval >= Said)
        {
            Volatile.Write(ref state.SaidAt, began);
            Volatile.Write(ref state.SilentFrom, clock.GetUtcNow().ToUnixTimeMilliseconds() - (long)Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            foreach (var root in RootsOf(volume))
            {
                log.RootSilent(Shown.Name(root.Path), Shown.Time(Stopwatch.GetElapsedTime(began)));
            }
            Changed?.Invoke();
        }
        else if (state.SaidAt is not 0 and var since && state.Oldest * Interval < Said)
        {
            Volatile.Write(ref state.SaidAt, 0);
            Volatile.Write(ref state.SilentFrom, 0);
            foreach (var root in RootsOf(volume))
            {
                log.RootAnswers(Shown.Name(root.Path), Shown.Time(Stopwatch.GetElapsedTime(since)));
            }
            Changed?.Invoke();
        }
    }

    /// <summary>As many threads more for the pool as are lost to it.</summary>
    void Raise(int stuck)
    {
        if (stuck != raised)
        {
            raised = stuck;
            ThreadPool.SetMinThreads(pool.Workers + stuck, pool.Ports);
        }
    }

    sealed class State
    {
        public long Answers, SilentFrom, SaidAt;
        public bool IsSilent;
        // Only for who looks: what was there at the last look, and in the present one.
        public long Seen, Oldest;
        public int Stuck;
        public long? BeganAt;
    }
}
