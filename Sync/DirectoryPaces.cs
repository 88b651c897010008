using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Holds watched directories with a limit of their own to it. Whoever sends waits here before it takes a buffer, and only so many of such a directory are sent at once
/// that the uploaders for the others are not all waiting. Any thread.
/// </summary>
sealed class DirectoryPaces(IReadOnlyList<Root> roots, TimeProvider clock)
{
    readonly Throttle?[] throttles = [.. roots.Select(root => root.Bandwidth is { } plan ? new Throttle(clock) { Plan = plan } : null)];
    readonly int limited = roots.Count(root => root.Bandwidth is not null);

    /// <summary>How many files of a directory may be with the uploaders at once: those with limits share half of these, and each has one at least.</summary>
    /// <param name="uploads">How many uploads there may be now.</param>
    public int MostAtOnce(int root, int uploads) => throttles[root] is null ? int.MaxValue : Math.Max(1, uploads / 2 / limited);

    /// <summary>True for a directory with a limit of its own.</summary>
    public bool IsLimited(Root root) => throttles[root.Index] is not null;

    /// <summary>Waits until so many bytes of the directory may be sent.</summary>
    public ValueTask WaitAsync(Root root, long bytes, CancellationToken cancel) => throttles[root.Index]?.WaitAsync(bytes, cancel) ?? default;
}
