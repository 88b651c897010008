using System;
using System.Collections.Generic;

namespace S3Sync.Sync;

/// <summary>Counts names that came again after they were dealt with, each once. Belongs to the ledger's thread.</summary>
sealed class Recurrences(Tally tally)
{
    // Beyond this many, such a file is still left alone and logged, but no longer counted exactly.
    const int Most = 100_000;

    readonly HashSet<int> seen = [];

    public void Count(Root root, string path)
    {
        if (seen.Count < Most && seen.Add(HashCode.Combine(root.Index, path)))
        {
            tally.Again++;
        }
    }
}
