using System;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Sync;

/// <summary>Wakes everybody who waits, to look again at what has changed. Used under the lock of what changes, but for <see cref="WaitAsync"/>.</summary>
sealed class Wakeup(TimeProvider clock)
{
    TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done at the next change.</summary>
    public Task Next => next.Task;

    /// <summary>Something has changed.</summary>
    public void Signal()
    {
        var old = next;
        next = new(TaskCreationOptions.RunContinuationsAsynchronously);
        old.SetResult();
    }

    /// <summary>Waits for a change, at most so long.</summary>
    public async Task WaitAsync(Task change, TimeSpan most, CancellationToken stop)
    {
        try
        {
            // Less than a millisecond is none for a timer: the caller would look again and again until it is over.
            await change.WaitAsync(TimeSpan.FromMilliseconds(Math.Ceiling(most.TotalMilliseconds)), clock, stop);
        }
        catch (TimeoutException)
        {
            // Look again.
        }
    }
}
