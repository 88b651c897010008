using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Sync;

/// <summary>Loops on the thread pool that do the same side by side. One that is held up by its disk has another one take its place, and ends when it comes back.</summary>
/// <param name="run">Runs one loop to its end; gets what has its place taken, which any thread may call.</param>
sealed class Crew(Func<Action, Task> run)
{
    readonly Lock gate = new();
    // Under the gate.
    readonly List<Task> loops = [];

    /// <summary>Those that have not ended, and may be held up.</summary>
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

    /// <summary>Starts so many.</summary>
    public void Start(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Add();
        }
    }

    void Add()
    {
        lock (gate)
        {
            loops.RemoveAll(loop => loop.IsCompleted);
            loops.Add(Task.Run(() => run(Add)));
        }
    }
}
