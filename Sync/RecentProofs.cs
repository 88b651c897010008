using System;
using System.Collections.Generic;

namespace S3Sync.Sync;

/// <summary>
/// Proofs of files whose deletion waits in the ledger, so that the bucket is not asked for what it proved minutes ago. Bounded: what it has
/// forgotten is asked for. Belongs to the ledger's thread.
/// </summary>
/// <param name="limit">How many at most.</param>
sealed class RecentProofs(int limit, TimeProvider clock)
{
    readonly Dictionary<(int Root, string Path), ProofTime> proofs = [];
    readonly Queue<((int Root, string Path) File, ProofTime Proof)> order = new();

    /// <summary>Remembers the proof of a job that leaves the windows, unless it is old.</summary>
    public void Remember(Job job)
    {
        if (!job.Proof.IsFresh(clock))
        {
            return;
        }
        var file = (job.Root.Index, job.Path);
        proofs[file] = job.Proof;
        order.Enqueue((file, job.Proof));
        while (order.Count > limit || (order.TryPeek(out var oldest) && !oldest.Proof.IsFresh(clock)))
        {
            Forget(order.Dequeue());
        }
    }

    /// <summary>The fresh proof of a file, which is forgotten here; the default value if there is none.</summary>
    public ProofTime Take(int root, string path) =>
        proofs.Remove((root, path), out var proof) && proof.IsFresh(clock) ? proof : default;

    void Forget(((int Root, string Path) File, ProofTime Proof) one)
    {
        if (proofs.TryGetValue(one.File, out var latest) && latest == one.Proof)
        {
            proofs.Remove(one.File);
        }
    }
}
