using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Sync;

/// <summary>Loops on the thread pool that do the same side by side, started one by one. Any thread.</summary>
/// <param name="run">Runs one loop to its end, beginning with a job.</param>
sealed class Crew(Func<Job, Task> run)
{
    readonly Lock gate = new();
    // Under the gate.
    readonly List<Task> loops = [];

    /// <summary>Those that may not have ended.</summary>
    public Task[] Loops
    {
        get
        {
            lock (gate)
            {
                return [.. loops];
            }
        }
    }

    /// <summary>Starts one more.</summary>
    public void Start(Job job)
    {
        lock (gate)
        {
            loops.RemoveAll(loop => loop.IsCompleted);
            loops.Add(Task.Run(() => run(job)));
        }
    }
}
