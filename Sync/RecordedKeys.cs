using S3Sync.Storage;

namespace S3Sync.Sync;

/// <summary>
/// Where the object of a recorded upload is, which may not be where its root's settings of today would put it: another prefix, bucket or template, or a
/// time in the key. Belongs to the ledger's thread.
/// </summary>
/// <param name="asks">True if the bucket is asked for objects again.</param>
sealed class RecordedKeys(Ledger ledger, bool asks)
{
    /// <summary>Where the object of a row is; null where its root says, or nobody asks.</summary>
    /// <param name="target">The ledger's number of where the root's objects go now.</param>
    public (string Bucket, string Key)? ElsewhereOf(Root root, in Row row, int target)
    {
        if (!asks || row.Uploaded is null || (row.Target == target && row.Key is null && root.Template is null) || ledger.Target(row.Target) is not var (bucket, prefix))
        {
            return null;
        }
        return (bucket, row.Key ?? PlainKey(root, bucket, prefix, row.Path));
    }

    /// <summary>The key of a row that was uploaded, where it does not follow from its root as that is now; else null.</summary>
    public string? OddKeyOf(Root root, in Row row) =>
        row.Uploaded is null ? null
        : row.Key is not null || root.Template is null ? row.Key
        : ledger.Target(row.Target) is var (bucket, prefix) ? PlainKey(root, bucket, prefix, row.Path) : null;

    /// <summary>What has no key of its own in its row has the one without a template.</summary>
    static string PlainKey(Root root, string bucket, string prefix, string path)
    {
        Keys.Make(new(root.Index, root.Path, bucket, prefix), path, out var key);
        return key;
    }
}
