using System;
using System.Collections.Generic;
using System.Linq;
using Xunit;

namespace S3Sync.Tests.Support;

/// <summary>The calls of the system that each file cost, in their order.</summary>
sealed class CallsOfFiles
{
    readonly Dictionary<string, List<string>> calls = new(StringComparer.Ordinal);

    public void Add(string file, string call)
    {
        if (!calls.TryGetValue(file, out var some))
            calls[file] = some = [];
        some.Add(call);
    }

    /// <summary>
    /// Asserts that so many files were met, and what nearly each of them cost: on a busy machine one of ten may be sent back to wait, and be opened twice.
    /// </summary>
    public void AssertCost(int files, string[] each)
    {
        var costs = calls.Values.GroupBy(some => string.Join(", ", some)).OrderByDescending(group => group.Count()).ToArray();
        Assert.Equal(files, calls.Count);
        Assert.Equal(string.Join(", ", each), costs[0].Key);
        Assert.True(costs[0].Count() * 10 >= files * 9, string.Join('\n', costs.Select(cost => $"{cost.Count()} files: {cost.Key}")));
    }
}
