using System;
using System.Runtime.Versioning;

namespace S3Sync.Sync.Linux;

/// <summary>How many files this process may have open: getrlimit(2), RLIMIT_NOFILE.</summary>
[SupportedOSPlatform("linux")]
static class OpenFiles
{
    /// <summary>More than a run can use; programs that a profile names inherit it, and some close every number up to the limit.</summary>
    const ulong Most = 65_536;

    /// <summary>Raises the limit as far as the account may, which the native runtime does not do; returns the limit, null where it cannot be told.</summary>
    public static long? Raise()
    {
        if (Libc.GetLimit(Libc.RLIMIT_NOFILE, out var limit) < 0) return null;
        var wanted = Math.Min(limit.Hard, Most);
        if (limit.Soft < wanted && Libc.SetLimit(Libc.RLIMIT_NOFILE, limit with { Soft = wanted }) == 0) limit.Soft = wanted;
        return (long)Math.Min(limit.Soft, long.MaxValue);
    }
}
