using System.Collections.Generic;
using System.Threading;
using Microsoft.Extensions.Logging;

namespace S3Sync.Sync;

/// <summary>Files whose names no key can express: left on disk, said once each, counted. Any thread.</summary>
sealed class Unnameable(ILogger log)
{
    // More than this many are still left alone, but no longer said.
    const int Limit = 10_000;

    readonly Lock gate = new();
    readonly HashSet<string> seen = [];

    public int Count
    {
        get
        {
            lock (gate)
            {
                return seen.Count;
            }
        }
    }

    public void Saw(string shown)
    {
        lock (gate)
        {
            if (seen.Count >= Limit || !seen.Add(shown))
            {
                return;
            }
        }
        log.Unnameable(shown);
    }
}
