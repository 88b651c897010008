using System.Collections.Generic;

namespace S3Sync.Storage;

/// <summary>From an object's key to the row it came from, which no index leads to. One thread.</summary>
sealed class LedgerKeys(LedgerReader reader)
{
    /// <summary>Every bucket and prefix that files went to, those of earlier settings included.</summary>
    public List<(string Bucket, string Prefix)> Targets()
    {
        using var statement = reader.Prepare("SELECT bucket, prefix FROM target ORDER BY id DESC");
        List<(string, string)> targets = [];
        while (statement.Step())
        {
            targets.Add((statement.Text(0), statement.Text(1)));
        }
        return targets;
    }

    /// <summary>The row with this key, of those whose keys do not follow from prefix and path. Looks at every row: some seconds where there are millions.</summary>
    public (int Root, string Path)? FindOdd(string bucket, string key)
    {
        using var statement = reader.Prepare("SELECT file.root, file.path FROM file JOIN target ON target.id = file.target WHERE file.key = ?2 AND bucket = ?1 LIMIT 1");
        return statement.Bind(1, bucket).Bind(2, key).Step() ? ((int)statement.Number(0), statement.Text(1)) : null;
    }
}
