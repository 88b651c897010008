using System.Collections.Generic;
using System.Linq;
using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>Tells why a file can never get a key that is its alone. Belongs to the ledger's thread.</summary>
sealed class KeyObstacles(Ledger ledger, IReadOnlyList<Root> roots)
{
    // Roots whose files could get the same keys: usually none.
    readonly List<Root>[] rivals = [.. roots.Select(root => roots.Where(other => other.Index != root.Index && Keys.Overlap(root, other)).ToList())];

    /// <summary>The obstacle; null if there is none.</summary>
    /// <param name="ids">The ledger's numbers of the roots.</param>
    public (string Why, FailureCode Code)? Of(IReadOnlyList<int> ids, Root root, string path)
    {
        if (Keys.IsTooLong(root, path))
        {
            return ("its key would be longer than the 1,024 bytes that S3 allows", FailureCode.KeyTooLong);
        }
        foreach (var rival in rivals[root.Index])
        {
            if (Keys.Twin(root, path, rival) is { } other && ledger.Read(ids[rival.Index], other, out var row) && row.Stage != Stage.Vanished)
            {
                return ($"{Shown.Name(rival.FullPath(other))} has the same key: give one of the two directories another prefix", FailureCode.SameKey);
            }
        }
        return null;
    }
}
