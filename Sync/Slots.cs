using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Room for the requests that may be under way to each bucket, files and parts of files alike: each sender takes a slot first, and gives it back.
/// How many there are follows what the line and the server bear (<see cref="AdaptiveLimit"/>). Who waits is served in turn. Any thread.
/// </summary>
sealed class Slots
{
    /// <summary>As many as there ever are at the same time; see <see cref="AdaptiveLimit"/>.</summary>
    public const int Largest = 512;

    /// <summary>With fewer most lines are not filled.</summary>
    public const int Few = 16;

    // So many refusals in a row, over so long and twice as long as an answer took last, with nothing let through in between, are more
    // than a server that is too busy.
    const int MostRefusals = 4;
    static readonly TimeSpan LongestRefusal = TimeSpan.FromSeconds(0.2);

    readonly Lock gate = new();
    readonly ILogger log;
    readonly BucketSlots[] all;
    readonly int[] ofRoots;
    // Under the gate.
    int most, taken, next;
    long waiters;

    /// <param name="roots">The watched directories; those of one bucket share its slots.</param>
    /// <param name="most">How many in all buckets together.</param>
    public Slots(IReadOnlyList<Root> roots, int most, ILogger log)
    {
        (this.most, this.log) = (most, log);
        var names = roots.Select(root => root.Bucket).Distinct().ToList();
        ofRoots = [.. roots.Select(root => names.IndexOf(root.Bucket))];
        all = [.. names.Select(name => new BucketSlots(name, Share(most, names.Count)))];
    }

    /// <summary>How many buckets there are.</summary>
    public int Buckets => all.Length;

    /// <summary>How many requests may be under way at most, to all buckets together.</summary>
    public int Most => Volatile.Read(ref most);

    /// <summary>The bucket of a root: a number from 0.</summary>
    public int Of(int root) => ofRoots[root];

    /// <summary>A bucket's name.</summary>
    public string NameOf(int bucket) => all[bucket].Name;

    /// <summary>How many requests may be under way to a bucket now.</summary>
    public int LimitOf(int bucket) => Volatile.Read(ref all[bucket].Now);

    /// <summary>How many may be under way now, to all buckets together.</summary>
    public int Limit
    {
        get
        {
            var sum = 0;
            foreach (var bucket in all)
            {
                sum += Volatile.Read(ref bucket.Now);
            }
            return Math.Min(sum, Most);
        }
    }

    /// <summary>How many slots of a bucket are taken.</summary>
    public int TakenOf(int bucket) => Volatile.Read(ref all[bucket].Taken);

    /// <summary>What keeps more from being under way to a bucket.</summary>
    /// <param name="waits">What those wait for that have a slot and send nothing; null where they do not wait.</param>
    public SlotsSetBy SetBy(int bucket, SlotsSetBy? waits)
    {
        lock (gate)
        {
            var of = all[bucket];
            return of.Taken < of.Now ? SlotsSetBy.Files
                : waits is { } what && of.UnderWay < of.Now ? what
                : of.Limit.By switch
                {
                    LimitedBy.Most => SlotsSetBy.Setting,
                    LimitedBy.Server => SlotsSetBy.Server,
                    _ => SlotsSetBy.Line,
                };
        }
    }

    /// <summary>From now on so many at most. Those under way go on to their end.</summary>
    public void Allow(int count)
    {
        lock (gate)
        {
            Volatile.Write(ref most, Math.Max(1, count));
            foreach (var bucket in all)
            {
                bucket.Limit.Allow(Share(most, all.Length));
                Volatile.Write(ref bucket.Now, bucket.Limit.Now);
            }
            Serve();
        }
    }

    /// <summary>Takes a slot of a root's bucket, waiting for it in turn. Throws <see cref="OperationCanceledException"/>.</summary>
    /// <param name="isPart">
    /// True for one more part of a file that has a slot: these have at most half of what is left for them, so that parts which hang
    /// leave other files some (invariant 8).
    /// </param>
    public ValueTask TakeAsync(int root, CancellationToken cancel, bool isPart = false)
    {
        SlotWaiter waiter;
        lock (gate)
        {
            var bucket = all[ofRoots[root]];
            if (bucket.LineOf(isPart).Count == 0 && TryTake(bucket, isPart))
            {
                return default;
            }
            waiter = new(bucket, isPart, waiters++);
            bucket.LineOf(isPart).AddLast(waiter);
        }
        return WaitAsync(waiter, cancel);
    }

    /// <summary>Gives a slot back.</summary>
    /// <param name="isPart">As it was taken.</param>
    public void Give(int root, bool isPart = false)
    {
        lock (gate)
        {
            var bucket = all[ofRoots[root]];
            Volatile.Write(ref bucket.Taken, bucket.Taken - 1);
            bucket.Parts -= isPart ? 1 : 0;
            taken--;
            Serve();
        }
    }

    /// <summary>The slot that a root's file has is that of a file in parts from now on, or no longer.</summary>
    public void CountLarge(int root, bool begins)
    {
        lock (gate)
        {
            all[ofRoots[root]].Large += begins ? 1 : -1;
            Serve();
        }
    }

    /// <summary>Takes note of what a request came to, for how many more there may be.</summary>
    /// <param name="begun">When it was begun, where nothing else tells (<see cref="Stopwatch"/>'s ticks).</param>
    public void Note(int root, in Reply reply, long begun) => Note(root, reply.Fault, reply.IsThrottled, reply.Exchange, begun);

    /// <inheritdoc cref="Note(int, in Reply, long)"/>
    public void Note(int root, in Outcome outcome, long begun) => Note(root, outcome.Fault, outcome.IsThrottled, outcome.Exchange, begun);

    /// <summary>True if a root's bucket has let nothing through for a while and said each time that it is too much.</summary>
    public bool IsRefused(int root)
    {
        lock (gate)
        {
            var bucket = all[ofRoots[root]];
            return bucket.Refusals >= MostRefusals && Stopwatch.GetElapsedTime(bucket.RefusedSince) >= LongestRefusal + (2 * bucket.Took);
        }
    }

    void Note(int root, Fault fault, bool isThrottled, in Exchange exchange, long begun)
    {
        if (fault == Fault.None && exchange.Begun == 0)
        {
            return;
        }
        var bucket = all[ofRoots[root]];
        (int Old, int Now, LimitedBy By)? change;
        lock (gate)
        {
            var ended = Seconds(exchange.Ended != 0 ? exchange.Ended : Stopwatch.GetTimestamp());
            var since = Seconds(exchange.Begun != 0 ? exchange.Begun : begun);
            if (fault == Fault.None)
            {
                (bucket.Refusals, bucket.UnderWay, bucket.Took) = (0, exchange.UnderWay, TimeSpan.FromSeconds(ended - since));
                bucket.Limit.Answered(since, ended, exchange.Bytes, exchange.UnderWay);
            }
            else if (isThrottled || fault == Fault.Exhausted)
            {
                bucket.RefusedSince = bucket.Refusals++ == 0 ? Stopwatch.GetTimestamp() : bucket.RefusedSince;
                bucket.Limit.Refused(since, ended);
            }
            else if (fault is Fault.Unreachable or Fault.Overloaded)
            {
                bucket.Limit.Lost(since, ended);
            }
            var before = bucket.Now;
            Volatile.Write(ref bucket.Now, bucket.Limit.Now);
            if (bucket.Now > before)
            {
                Serve();
            }
            change = bucket.Change();
        }
        if (change is var (old, now, by))
        {
            log.ConcurrencyChanged(bucket.Name, now, old, Said(by));
        }
    }

    /// <summary>What sets a limit, in words.</summary>
    public static string Said(LimitedBy by) => by switch
    {
        LimitedBy.Server => "the server says that more are too many",
        LimitedBy.Most => "more are not allowed",
        _ => "more would not get more through",
    };

    /// <summary>Of several buckets none may have all: one that answers slowly would leave the others nothing (invariant 8).</summary>
    static int Share(int most, int buckets) => buckets == 1 || most == 1 ? most : most - Math.Max(1, most / 4);

    static double Seconds(long ticks) => ticks / (double)Stopwatch.Frequency;

    /// <summary>Takes a slot if one is free. Under the gate.</summary>
    bool TryTake(BucketSlots bucket, bool isPart)
    {
        if (bucket.Taken >= bucket.Now || taken >= most || (isPart && bucket.Parts >= (bucket.Now - bucket.Large) / 2))
        {
            return false;
        }
        Volatile.Write(ref bucket.Taken, bucket.Taken + 1);
        bucket.Parts += isPart ? 1 : 0;
        taken++;
        return true;
    }

    /// <summary>Serves who waits, one bucket after the other, while there is room. Under the gate.</summary>
    void Serve()
    {
        for (var idle = 0; idle < all.Length; next = (next + 1) % all.Length)
        {
            idle = ServeOne(all[next]) ? 0 : idle + 1;
        }
    }

    /// <summary>Serves who has waited longest, if there is room. Under the gate.</summary>
    bool ServeOne(BucketSlots bucket)
    {
        var (file, part) = (bucket.Files.First?.Value, bucket.FurtherParts.First?.Value);
        var isPartFirst = part is not null && (file is null || part.Number < file.Number);
        foreach (var waiter in (ReadOnlySpan<SlotWaiter?>)(isPartFirst ? [part, file] : [file, part]))
        {
            if (waiter is not null && TryTake(bucket, waiter.IsPart))
            {
                bucket.LineOf(waiter.IsPart).RemoveFirst();
                waiter.SetResult();
                return true;
            }
        }
        return false;
    }

    async ValueTask WaitAsync(SlotWaiter waiter, CancellationToken cancel)
    {
        await using (cancel.UnsafeRegister(state => Cancel((SlotWaiter)state!, cancel), waiter))
        {
            await waiter.Task;
        }
    }

    void Cancel(SlotWaiter waiter, CancellationToken cancel)
    {
        lock (gate)
        {
            // What was granted a moment ago is the waiter's to give back.
            waiter.Bucket.LineOf(waiter.IsPart).Remove(waiter);
        }
        waiter.TrySetCanceled(cancel);
    }
}
