using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Storage;

/// <summary>
/// What is known of one bucket's conditional writes (If-None-Match: *), learned once a run and for each
/// of the two requests that make objects: some servers honour the condition on PutObject only. One tries
/// at a time. Any thread.
/// </summary>
/// <param name="trusted">True if both are known to honour it.</param>
sealed class Conditions(bool trusted)
{
    readonly SemaphoreSlim trying = new(1, 1);
    int put = trusted ? (int)State.Honoured : (int)State.Unknown;
    int complete = trusted ? (int)State.Honoured : (int)State.Unknown;

    public enum State
    {
        /// <summary>Not seen yet: look before each write, and send the condition.</summary>
        Unknown,
        /// <summary>The condition alone is enough.</summary>
        Honoured,
        /// <summary>The server overwrites in spite of it: look before each write.</summary>
        Ignored,
        /// <summary>The server answers 501: look before each write, and send no condition.</summary>
        Refused,
    }

    /// <summary>What is known of PutObject.</summary>
    public State Now => (State)Volatile.Read(ref put);

    /// <summary>What is known of CompleteMultipartUpload.</summary>
    public State OnComplete => (State)Volatile.Read(ref complete);

    /// <summary>What is known of one of the two.</summary>
    /// <param name="completing">True for CompleteMultipartUpload.</param>
    public State Of(bool completing) => completing ? OnComplete : Now;

    /// <summary>True if the write must be preceded by a look at the key.</summary>
    public bool MustLook(bool completing) => Of(completing) != State.Honoured;

    /// <summary>True if the condition is to be sent, also where it may do nothing.</summary>
    public bool Send(bool completing) => Of(completing) != State.Refused;

    /// <summary>
    /// Takes on the trying of PutObject; true for one caller at a time, and only while nothing is known.
    /// Then <see cref="EndTry"/> must follow.
    /// </summary>
    public bool TryBegin()
    {
        if (Now != State.Unknown || !trying.Wait(0))
        {
            return false;
        }
        if (Now == State.Unknown)
        {
            return true;
        }
        // It was learned between the two.
        EndTry();
        return false;
    }

    /// <summary>Waits until nobody tries. Then <see cref="EndTry"/> must follow.</summary>
    public Task BeginTryAsync(CancellationToken cancel) => trying.WaitAsync(cancel);

    /// <summary>Another uploader may try; those that wait first look at what is known.</summary>
    public void EndTry() => trying.Release();

    /// <summary>Records what was learned; true if that is news.</summary>
    public bool Learn(State learned, bool completing = false)
    {
        ref var state = ref completing ? ref complete : ref put;
        return Interlocked.Exchange(ref state, (int)learned) != (int)learned;
    }
}
