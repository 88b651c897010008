using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Storage;

/// <summary>
/// The object stores that a run may ask: the one of its settings, and those of earlier settings, opened when first needed. Any thread.
/// </summary>
sealed class BucketStores(Bucket present) : IDisposable
{
    readonly Dictionary<string, Bucket> others = [];
    readonly SemaphoreSlim opening = new(1);

    /// <summary>The one of the settings; it is not disposed here.</summary>
    public Bucket Present => present;

    /// <summary>The store of that name, or why it cannot be asked.</summary>
    public async ValueTask<(Bucket? Bucket, string Why)> OfAsync(string endpoint, CancellationToken cancel)
    {
        if (endpoint == present.Endpoint)
        {
            return (present, "");
        }
        if (!present.MayAskAt(endpoint))
        {
            return (null, "requests to it would travel unencrypted, which --allow-http permits");
        }
        await opening.WaitAsync(cancel);
        try
        {
            if (others.TryGetValue(endpoint, out var known))
            {
                return (known, "");
            }
            var (opened, missing) = await present.OpenAtAsync(endpoint);
            if (opened is null)
            {
                return (null, string.Join("; ", missing.Select(problem => problem.What)));
            }
            others.Add(endpoint, opened);
            return (opened, "");
        }
        finally
        {
            opening.Release();
        }
    }

    public void Dispose()
    {
        foreach (var bucket in others.Values)
        {
            bucket.Dispose();
        }
        opening.Dispose();
    }
}
