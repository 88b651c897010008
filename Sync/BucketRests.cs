using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.Extensions.Logging;

namespace S3Sync.Sync;

/// <summary>The buckets of a run, each with its own rest; several directories may share one. Any thread.</summary>
sealed class BucketRests
{
    readonly BucketRest[] ofRoots;

    /// <param name="roots">The watched directories.</param>
    /// <param name="changed">Called, by any thread, when one opened or closed.</param>
    public BucketRests(IReadOnlyList<Root> roots, TimeProvider clock, ILogger log, Action? changed = null)
    {
        var byName = roots.Select(root => root.Bucket).Distinct().ToDictionary(name => name, name => new BucketRest(name, clock, log) { Changed = changed });
        ofRoots = [.. roots.Select(root => byName[root.Bucket])];
        All = [.. byName.Values];
    }

    /// <summary>One for each bucket.</summary>
    public IReadOnlyList<BucketRest> All { get; }

    /// <summary>With --once: how long a bucket is waited for that is not wrong, but takes nothing; null for ever.</summary>
    public TimeSpan? Patience { get; init; }

    public BucketRest Of(int root) => ofRoots[root];

    /// <summary>How many files of a root may be handed out: all, one that finds out, or none.</summary>
    public int RoomOf(int root) => ofRoots[root] is { IsClosed: true } rest ? rest.Wait == TimeSpan.Zero ? 1 : 0 : int.MaxValue;

    /// <summary>How long until a file of a root is wanted by its bucket: zero for now, infinite until it says so.</summary>
    public TimeSpan WaitOf(int root) => ofRoots[root].Wait;

    /// <summary>True if a run with --once does not wait for the bucket of this root any more.</summary>
    public bool IsGivenUp(int root) => Patience is { } patience && ofRoots[root] is { IsClosed: true } rest
        && (rest.IsWrong || rest.FailingFor > patience);

    /// <summary>Not null if no bucket can be used, as the name of each or the settings are wrong.</summary>
    public WrongBucketsException? WhyNone() => All.Count > 0
        && All.All(rest => rest.IsWrong || (rest.MayBeWrong && rest.FailingFor > Patience))
        ? new(string.Join("; ", All.Select(rest => $"the bucket {Shown.Name(rest.Name)} cannot be used: {rest.Why}")))
        : null;
}

/// <summary>Ends a run with --once: there is no bucket that it could use.</summary>
sealed class WrongBucketsException(string message) : Exception(message);
