using System;
using System.Collections.Generic;
using System.Threading;
using Microsoft.Extensions.Logging;

namespace S3Sync.Sync;

/// <summary>Logs, once a directory, that s3sync cannot tell there whether a file is still being written. Any thread.</summary>
sealed class Doubts(ILogger log)
{
    readonly Lock gate = new();
    // Under the gate.
    readonly HashSet<int> said = [];

    /// <param name="root">The directory.</param>
    /// <param name="doubt">Why; null where it can be told.</param>
    /// <param name="unsure">How long a file must stay unchanged there.</param>
    public void Say(Root root, Doubt? doubt, TimeSpan unsure)
    {
        if (doubt is null)
        {
            return;
        }
        lock (gate)
        {
            if (!said.Add(root.Index))
            {
                return;
            }
        }
        log.CannotTellWriters(Shown.Name(root.Path), doubt.Why, Shown.Time(unsure), doubt.Help);
    }
}
