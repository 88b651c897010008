using System;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Sync.Operation;

/// <summary>Looks at many things, several at a time: each look waits for the bucket.</summary>
static class Several
{
    /// <summary>Calls for each of 0 to <paramref name="count"/> - 1, on the pool, until one answers with a problem, which is returned, or <paramref name="stop"/> says so.</summary>
    /// <param name="most">How many at a time.</param>
    public static async Task<Problem?> LookAsync(int count, int most, Func<int, Task<Problem?>> look, CancellationToken stop)
    {
        Problem? problem = null;
        var next = -1;
        var loops = new Task[Math.Min(most, count)];
        for (var i = 0; i < loops.Length; i++)
        {
            loops[i] = Task.Run(LoopAsync, CancellationToken.None);
        }
        await Task.WhenAll(loops);
        return problem;

        async Task LoopAsync()
        {
            for (int at; (at = Interlocked.Increment(ref next)) < count && problem is null && !stop.IsCancellationRequested;)
            {
                problem = await look(at) ?? problem;
            }
        }
    }
}
