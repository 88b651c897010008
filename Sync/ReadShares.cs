using System;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Sync;

/// <summary>
/// Keeps one volume from holding all upload buffers while it does not answer: at most half of them may be filled from one at a time. Filling takes milliseconds,
/// so that nobody waits for it where all answer. Any thread.
/// </summary>
/// <param name="volumes">The volumes.</param>
/// <param name="limit">Bytes of all buffers.</param>
sealed class ReadShares(Volumes volumes, long limit)
{
    // What is smaller than so much of all is not counted: there are not that many loops.
    const int Small = 256;
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    readonly long[] filling = new long[volumes.Count];

    /// <summary>Waits for its share; returns what is to be given back. Throws <see cref="VolumeSilentException"/> where the volume does not answer.</summary>
    public async ValueTask<long> EnterAsync(Job job, int length, CancellationToken cancel)
    {
        if (length < limit / Small)
        {
            return 0;
        }
        var volume = volumes.Of(job.Root.Index);
        while (Interlocked.Add(ref filling[volume], length) is var sum && sum > limit / 2 && sum > length)
        {
            Interlocked.Add(ref filling[volume], -length);
            if (volumes.IsSilent(volume))
            {
                throw new VolumeSilentException();
            }
            await Task.Delay(Pause, cancel);
        }
        return length;
    }

    /// <summary>The buffer is filled.</summary>
    public void Leave(Job job, long share)
    {
        if (share > 0)
        {
            Interlocked.Add(ref filling[volumes.Of(job.Root.Index)], -share);
        }
    }
}
