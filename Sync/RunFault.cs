using System;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Sync;

/// <summary>The first fault of a run's stages, which ends it. Any thread.</summary>
/// <param name="ended">Called when a thread ends by a fault.</param>
sealed class RunFault(Action ended)
{
    readonly TaskCompletionSource<Exception> first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the fault; it is a value, not thrown.</summary>
    public Task<Exception> Task => first.Task;

    public void Set(Exception fault) => first.TrySetResult(fault);

    /// <summary>Starts a stage on a thread of its own, as it blocks for good.</summary>
    public Thread Start(string name, Action run)
    {
        var thread = new Thread(() =>
        {
            try
            {
                run();
            }
            catch (Exception e)
            {
                Set(e);
                ended();
            }
        })
        { Name = name, IsBackground = true };
        thread.Start();
        return thread;
    }

    /// <summary>Awaits a stage that runs on the thread pool.</summary>
    public async Task GuardAsync(Task stage)
    {
        try
        {
            await stage;
        }
        catch (Exception e)
        {
            Set(e);
        }
    }
}
