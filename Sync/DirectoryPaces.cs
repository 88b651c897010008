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
sealed class DirectoryPaces(IReadOnlyList<Root> roots, int uploaders, TimeProvider clock)
{
    readonly Throttle?[] throttles = [.. roots.Select(root => root.Bandwidth is { } plan ? new Throttle(clock) { Plan = plan } : null)];

    /// <summary>How many files of each directory may be with the uploaders at once: those with limits share half of these, and each has one at least.</summary>
    public IReadOnlyList<int> MostAtOnce =>
        [.. throttles.Select(one => one is null ? int.MaxValue : Math.Max(1, uploaders / 2 / throttles.Count(other => other is not null)))];

    /// <summary>Waits until so many bytes of the directory may be sent.</summary>
    public ValueTask WaitAsync(Root root, long bytes, CancellationToken cancel) => throttles[root.Index]?.WaitAsync(bytes, cancel) ?? default;
}
