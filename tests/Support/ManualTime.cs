using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace S3Sync.Tests.Support;

/// <summary>A clock that goes when told to, both as wall clock and as stopwatch; its timers fire as it passes them. Any thread.</summary>
sealed class ManualTime : TimeProvider
{
    readonly Lock gate = new();
    readonly List<Timer> timers = [];
    DateTimeOffset now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    long elapsed;

    /// <summary>Timers that have not fired yet: somebody waits for this clock.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
                return timers.Count(timer => timer.Due is not null);
        }
    }

    /// <summary>How often somebody looked at the wall clock.</summary>
    public long Looks { get; private set; }

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            Looks++;
            return now;
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (gate)
            return elapsed;
    }

    public long Milliseconds => GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Time passes.</summary>
    public void Advance(TimeSpan by)
    {
        List<Timer> fired;
        lock (gate)
        {
            now += by;
            elapsed += by.Ticks;
            fired = timers.Where(timer => timer.Due <= elapsed).ToList();
            foreach (var timer in fired)
                timer.Due = null;
        }
        foreach (var timer in fired)
            timer.Fire();
    }

    /// <summary>Somebody sets the wall clock back; no time passes.</summary>
    public void SetBack(TimeSpan by) => Step(-by);

    /// <summary>Somebody sets the wall clock, forward or back; no time passes.</summary>
    public void Step(TimeSpan by)
    {
        lock (gate)
            now += by;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        lock (gate)
            timers.Add(timer);
        return timer;
    }

    /// <summary>Fires once: nobody here asks for a period.</summary>
    sealed class Timer(ManualTime time, Action fire) : ITimer
    {
        public long? Due;

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            bool isDue;
            lock (time.gate)
            {
                Due = dueTime < TimeSpan.Zero ? null : time.elapsed + dueTime.Ticks;
                isDue = dueTime == TimeSpan.Zero;
                if (isDue)
                    Due = null;
            }
            if (isDue)
                fire();
            return true;
        }

        public void Dispose()
        {
            lock (time.gate)
                time.timers.Remove(this);
        }

        public System.Threading.Tasks.ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
