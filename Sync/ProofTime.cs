using System;

namespace S3Sync.Sync;

/// <summary>
/// When the bucket last proved that it has a file's bytes, by two clocks: the monotonic one may stand still while the machine sleeps, and the
/// wall clock may be set. The default value is no proof of this run.
/// </summary>
/// <param name="Timestamp"><see cref="TimeProvider.GetTimestamp"/>.</param>
/// <param name="Utc">Milliseconds since 1970 UTC.</param>
readonly record struct ProofTime(long Timestamp, long Utc)
{
    /// <summary>
    /// How old a proof may be at the deletion. Programs that consume objects may take them out of the bucket soon after their upload. A deletion follows
    /// its upload within a second; a busy disk, or a file that somebody holds open, takes minutes.
    /// </summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    public static ProofTime Now(TimeProvider clock) => new(clock.GetTimestamp(), clock.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>True if a file may be deleted on this proof now. A wall clock that went back makes it old.</summary>
    public bool IsFresh(TimeProvider clock)
    {
        var age = clock.GetUtcNow().ToUnixTimeMilliseconds() - Utc;
        return Utc != 0 && age >= 0 && age <= (long)Longest.TotalMilliseconds && clock.GetElapsedTime(Timestamp) <= Longest;
    }
}
