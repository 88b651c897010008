using S3Sync.Sync;

namespace S3Sync.Storage;

/// <summary>Where a watched directory's objects go, or went.</summary>
/// <param name="Endpoint">As in <see cref="ObjectAddress"/>.</param>
readonly record struct LedgerTarget(string Endpoint, string Bucket, string Prefix);

/// <summary>The ledger's numbers for watched directories and for where their objects go.</summary>
sealed partial class Ledger
{
    /// <summary>The ledger's number for a watched directory, made if new.</summary>
    public int RootId(string path)
    {
        using var insert = new Statement(database, "INSERT INTO root (path) VALUES (?1) ON CONFLICT DO NOTHING");
        insert.Bind(1, path).Run();
        using var select = new Statement(database, "SELECT id FROM root WHERE path = ?1");
        return (int)First(select.Bind(1, path));
    }

    /// <summary>The ledger's number for where objects go, made if new.</summary>
    public int TargetId(string bucket, string prefix, string endpoint = "")
    {
        using var insert = new Statement(database, "INSERT INTO target (bucket, prefix, endpoint) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING");
        insert.Bind(1, bucket).Bind(2, prefix).Bind(3, endpoint).Run();
        using var select = new Statement(database, "SELECT id FROM target WHERE bucket = ?1 AND prefix = ?2 AND endpoint = ?3");
        return (int)First(select.Bind(1, bucket).Bind(2, prefix).Bind(3, endpoint));
    }

    /// <summary>Records where the files of a directory go now; returns the numbers of both, as <see cref="RootId"/> and <see cref="TargetId"/> do.</summary>
    public (int Root, int Target) Aim(Root at, string endpoint)
    {
        var (root, target) = (RootId(at.Path), TargetId(at.Bucket, at.Prefix, endpoint));
        using var statement = new Statement(
            database, "INSERT INTO latest (root, target) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET target = excluded.target");
        statement.Bind(1, root).Bind(2, target).Run();
        return (root, target);
    }

    /// <summary>A target by its number; null if there is none.</summary>
    public LedgerTarget? Target(int target)
    {
        using var statement = new Statement(database, "SELECT endpoint, bucket, prefix FROM target WHERE id = ?1");
        return statement.Bind(1, target).Step() ? new(statement.Text(0), statement.Text(1), statement.Text(2)) : null;
    }
}
