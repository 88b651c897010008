using System.Threading;

namespace S3Sync.Storage;

/// <summary>What is known of the server's conditional writes (If-None-Match: *), learned once a run. Any thread.</summary>
/// <param name="trusted">True if PutObject is known to honour them.</param>
/// <param name="completes">True if CompleteMultipartUpload does where PutObject does.</param>
sealed class Conditions(bool trusted, bool completes = false)
{
    int state = trusted ? (int)State.Honoured : (int)State.Unknown;
    int probing;

    public enum State
    {
        /// <summary>Not seen yet: look before each write, and send the condition.</summary>
        Unknown,
        /// <summary>The condition alone is enough.</summary>
        Honoured,
        /// <summary>The server overwrites all the same: look before each write.</summary>
        Ignored,
        /// <summary>The server answers 501: look before each write, and send no condition.</summary>
        Refused,
    }

    public State Now => (State)Volatile.Read(ref state);

    /// <summary>True if a write must be preceded by a look at the key.</summary>
    public bool MustLook => Now != State.Honoured;

    /// <summary>True if completing a multipart upload must be preceded by a look: some servers honour the condition on PutObject only.</summary>
    public bool MustLookBeforeComplete => !completes || MustLook;

    /// <summary>True if the condition is to be sent.</summary>
    public bool Send => Now != State.Refused;

    /// <summary>Takes on the probe; true for one caller at a time, and only while nothing is known.</summary>
    public bool TryProbe()
    {
        if (Now != State.Unknown || Interlocked.Exchange(ref probing, 1) != 0)
        {
            return false;
        }
        if (Now == State.Unknown)
        {
            return true;
        }
        // It was learned between the two: state is written before the probe is given up.
        GiveUp();
        return false;
    }

    /// <summary>Records what was learned; true if that is news.</summary>
    public bool Learn(State learned)
    {
        var isNews = Interlocked.Exchange(ref state, (int)learned) != (int)learned;
        GiveUp();
        return isNews;
    }

    /// <summary>The probe taught nothing; somebody else may try.</summary>
    public void GiveUp() => Volatile.Write(ref probing, 0);
}
