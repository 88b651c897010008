using System;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Sync;

/// <summary>A file was not touched, as its volume does not answer: it waits where it is.</summary>
sealed class VolumeSilentException : Exception;

/// <summary>
/// One that calls disks, one call at a time: a thread, or a loop on the thread pool. It tells <see cref="Volumes"/> when a call begins and ends, which costs a few
/// nanoseconds. A loop whose call takes long is overtaken: its place goes to another one, and it comes back as an extra one.
/// </summary>
/// <param name="volumes">Looks after its calls.</param>
/// <param name="isPooled">True for a loop on the thread pool, whose thread others wait for.</param>
sealed class DiskWorker(Volumes volumes, bool isPooled)
{
    // 0 outside of a call; in one the tick at which it began, negative once it was overtaken.
    long since;
    int volume;

    /// <summary>True for a loop on the thread pool.</summary>
    public bool IsPooled => isPooled;

    /// <summary>Takes what it holds away, and has another one take its place. Called by the thread that looks after the calls, once for each that takes long; null where it cannot be overtaken.</summary>
    public Action? Overtake { get; init; }

    /// <summary>Gives it back what was taken away, when there is some.</summary>
    public Func<CancellationToken, ValueTask>? TakeBack { get; init; }

    /// <summary>True for one whose job a stop waits for.</summary>
    public bool IsAwaited { get; init; }

    /// <summary>True once another one has its place: it ends with its job.</summary>
    public bool IsReplaced { get; private set; }

    /// <summary>The volume it calls, or called last.</summary>
    public int Volume => Volatile.Read(ref volume);

    /// <summary>0 outside of a call; in one the tick at which it began, negative once it was overtaken.</summary>
    public long Since => Volatile.Read(ref since);

    /// <summary>A call begins; it ends with the disposal of what is returned. Throws <see cref="VolumeSilentException"/> for a loop if the volume does not answer.</summary>
    /// <param name="evenIfSilent">True to be let through all the same: to close a file.</param>
    public DiskCall Begin(Root root, bool evenIfSilent = false)
    {
        var called = volumes.Of(root.Index);
        if (isPooled && !evenIfSilent && !IsReplaced && volumes.IsSilent(called))
        {
            throw new VolumeSilentException();
        }
        Volatile.Write(ref volume, called);
        // A full fence: who sleeps either sees this call, or is seen sleeping.
        Interlocked.Exchange(ref since, volumes.Tick);
        volumes.Attend();
        return new(this);
    }

    /// <summary>The call goes on: it has made progress.</summary>
    public void GoOn()
    {
        if (Volatile.Read(ref since) is > 0 and var began && volumes.Tick is var now && now != began)
        {
            Interlocked.CompareExchange(ref since, now, began);
            volumes.Answered(volume);
        }
    }

    public void End()
    {
        var began = Interlocked.Exchange(ref since, 0);
        volumes.Answered(volume);
        if (began < 0)
        {
            // Until what was begun there is done.
            lock (this)
            {
                IsReplaced = true;
            }
        }
    }

    /// <summary>Has back what it needs, if it was overtaken. Throws <see cref="OperationCanceledException"/>.</summary>
    public ValueTask ReturnAsync(CancellationToken cancel) => IsReplaced && TakeBack is { } back ? back(cancel) : default;

    /// <summary>Overtakes it if it still is in the call that began then.</summary>
    public bool TryOvertake(long began)
    {
        if (Overtake is not { } overtake)
        {
            return false;
        }
        lock (this)
        {
            if (began <= 0 || Interlocked.CompareExchange(ref since, -began, began) != began)
            {
                return false;
            }
            overtake();
            return true;
        }
    }
}

/// <summary>A call of the disk, from its beginning to its disposal. The default is none.</summary>
readonly struct DiskCall(DiskWorker worker) : IDisposable
{
    public void Dispose() => worker?.End();
}
