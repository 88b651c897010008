using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Sync;

/// <summary>
/// All that works on one volume and on no other, each on a thread of its own: who finds its files, and who deletes them. If it does not answer they hang, alone;
/// a run that ends leaves them behind.
/// </summary>
sealed class VolumeStages(IWatch watch, Watcher watcher, Scanner scanner, Deleter deleter, Window deletes)
{
    readonly List<Thread> finders = [];
    // Threads that have not ended.
    int deleting;

    public Watcher Watcher => watcher;

    public Scanner Scanner => scanner;

    /// <summary>Who deletes: ended when all that was begun is.</summary>
    public IReadOnlyList<Task> Deleting { get; private set; } = [];

    /// <summary>Starts all of it.</summary>
    /// <param name="start">Starts something on a thread of its own, whose fault ends the run.</param>
    /// <param name="begun">Called by the watcher once the first scans are asked for.</param>
    public void Start(Func<string, Action, Thread> start, Action<int> begun, CancellationToken stop)
    {
        finders.Add(start("scanner", scanner.Run));
        finders.Add(start("watcher", () => watcher.Run(tokens =>
        {
            scanner.FirstAsked();
            begun(tokens);
        })));
        Deleting = [.. Enumerable.Range(0, Deleter.Threads).Select(number => Begin(start, number == 0 ? () => deleter.Run(stop) : () => deleter.Help(stop)))];
    }

    /// <summary>Has nothing more begun. Any thread, also more than once.</summary>
    public void Stop()
    {
        watcher.Stop();
        scanner.Stop();
    }

    /// <summary>Waits for all of it to end, until then (<see cref="Environment.TickCount64"/>); what has not is left behind, with what it has open.</summary>
    public void Join(long until)
    {
        foreach (var thread in finders)
        {
            if (!Limited.Join(thread, until))
            {
                return;
            }
        }
        scanner.Unwatched?.Dispose();
        watch.Dispose();
    }

    /// <summary>Closes the files that wait to be deleted, or only to be closed; for when nothing is handed out any more. Not where the volume does not answer.</summary>
    public void LetGo()
    {
        if (Deleting.All(one => one.IsCompleted))
        {
            deletes.Abandon();
        }
    }

    Task Begin(Func<string, Action, Thread> start, Action run)
    {
        Interlocked.Increment(ref deleting);
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        start("deleter", () =>
        {
            try
            {
                run();
            }
            finally
            {
                // A run that could not wait for the last one leaves nothing open either.
                if (Interlocked.Decrement(ref deleting) == 0)
                {
                    deletes.Abandon();
                }
                ended.SetResult();
            }
        });
        return ended.Task;
    }
}
