using System.Threading;

namespace S3Sync.Storage;

/// <summary>When a body was sent and answered, for who decides how many are sent at the same time. The default is none.</summary>
/// <param name="Begun">When it began to be sent on a connection that was there (<see cref="System.Diagnostics.Stopwatch"/>'s ticks).</param>
/// <param name="Ended">When its answer was there, in the same ticks.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="UnderWay">How many bodies to this bucket had no answer then, this one included.</param>
readonly record struct Exchange(long Begun, long Ended, int Bytes, int UnderWay);

/// <summary>How many bodies to one bucket have begun to be sent and have no answer yet. Any thread.</summary>
sealed class Traffic
{
    int underWay;

    public int UnderWay => Volatile.Read(ref underWay);

    public void Begin() => Interlocked.Increment(ref underWay);

    public void End() => Interlocked.Decrement(ref underWay);
}
