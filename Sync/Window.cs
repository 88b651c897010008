using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Channels;

namespace S3Sync.Sync;

/// <summary>
/// The bounded in-memory part of one kind of unfinished rows: the jobs handed out and not yet reported back.
/// Written by the ledger's thread only; the workers read from <see cref="Jobs"/>. As the channel holds as many as may be
/// in flight, handing out never waits.
/// </summary>
/// <param name="capacity">How many at most.</param>
/// <param name="now">How many now, where that changes; null for as many as ever.</param>
sealed class Window(int capacity, Func<int>? now = null)
{
    // Bounded by the places: only files to be let go of come without one.
    readonly Channel<Job> channel = Channel.CreateUnbounded<Job>(new UnboundedChannelOptions { SingleWriter = true });

    public ChannelReader<Job> Jobs => channel.Reader;

    /// <summary>
    /// The jobs as they come, until <paramref name="stop"/>. Not the reader's own ReadAllAsync: that one looks at its token only when the channel
    /// is empty, and so would first do everything that was handed out.
    /// </summary>
    public async IAsyncEnumerable<Job> TakeAsync([EnumeratorCancellation] CancellationToken stop)
    {
        while (await channel.Reader.WaitToReadAsync(stop))
        {
            while (!stop.IsCancellationRequested && channel.Reader.TryRead(out var job))
            {
                yield return job;
            }
        }
    }

    public int Capacity => now is null ? capacity : Math.Min(capacity, now());

    /// <summary>Called whenever a job was handed out, by the ledger's thread.</summary>
    public Action? HandedOut { get; set; }

    public int InFlight { get; private set; }

    public int Space => Capacity - InFlight;

    /// <summary>Takes a place for a job that will be handed out after the commit.</summary>
    public void Reserve() => InFlight = InFlight < capacity ? InFlight + 1 : throw new InvalidOperationException($"a window of {capacity} is full");

    public void HandOut(Job job)
    {
        channel.Writer.TryWrite(job);
        HandedOut?.Invoke();
    }

    /// <summary>
    /// How many jobs each of so many roots may add to it: nothing until there is room for half as many as are in flight,
    /// as each refill also steps over the rows that are.
    /// </summary>
    public int Share(int roots) => roots == 0 || Space * 2 < InFlight ? 0 : Math.Max(1, Space / roots);

    /// <summary>The next job, waited for by a thread of its own; null after <paramref name="stop"/>.</summary>
    public Job? Take(CancellationToken stop)
    {
        if (stop.IsCancellationRequested)
        {
            return null;
        }
        if (channel.Reader.TryRead(out var job))
        {
            return job;
        }
        try
        {
            return channel.Reader.ReadAsync(stop).AsTask().GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Jobs that nobody has taken yet.</summary>
    public int Waiting => channel.Reader.Count;

    /// <summary>Gives the place of a job back.</summary>
    public void Leave() => InFlight--;

    /// <summary>Lets go of the files of jobs nobody took: their rows are resumed by the next run. For when all who hand out and take have ended.</summary>
    public void Abandon()
    {
        while (channel.Reader.TryRead(out var job))
        {
            job.Release();
        }
    }
}
